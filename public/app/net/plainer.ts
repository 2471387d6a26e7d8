// A server of a version before refuses by name what it does not know yet: while versions take turns, and when one is taken back. What only
// guards a tap is then left out, and the tap is given once more, as the page of that version gave it.
import type { FromServer, Sent } from "../model/model.ts";

/** Fields by command without which it says the same. */
const guards: ReadonlySet<string> = new Set(["pause.to", "undo.v", "updatePlayer.was", "updateTable.was"]);
/** Of whatever names its turn. */
const guardsInTurn: ReadonlySet<string> = new Set(["turn", "heardAt"]);

/** What was refused for such a field, without it; null for every other message. */
export function plainer(message: FromServer, outbox: readonly Sent[]): Sent | null {
  if (message.type !== "error" || message.data.code !== "bad-message") return null;
  const { id, field = "" } = message.data;
  const sent = outbox.find((one) => one.id === id);
  const name = field.replace(/^data\./, "");
  const guardsOnly = guardsInTurn.has(name) || guards.has(`${sent?.type}.${name}`);
  if (sent === undefined || !(name in sent.data) || !guardsOnly) return null;
  return { ...sent, data: Object.fromEntries(Object.entries(sent.data).filter(([key]) => key !== name)) };
}
