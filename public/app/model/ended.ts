// Why this page is out of its game, as far as it was told. Pure.
import type { Model } from "./model.ts";
import type { Words } from "./offer.ts";

/** What the rules give as the reason when the host closes his table; an operator gives a sentence of his own. */
const byHost = "host";

export function endedWhy({ link, happenings }: Pick<Model, "link" | "happenings">): Words {
  const end = happenings.findLast(({ event }) => event.type === "gameEnded")?.event.data as { readonly reason?: string } | undefined;
  if (link !== "closed" || end?.reason === undefined) return { key: `ended.${link}.why` };
  return end.reason === byHost ? { key: "ended.closed.byHost" } : { key: "ended.closed.byOperator", params: { reason: end.reason } };
}
