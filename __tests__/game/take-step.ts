// Does on a table what a step of random play says, as the shell would.
import type { Command } from "../../lib/game/commands.ts";
import type { Instant } from "../../lib/game/ids.ts";
import type { Step } from "./random-play.ts";
import { hashOf, startAt, type Table } from "./table.ts";

export function take(table: Table, step: Step): void {
  table.goto(table.now - startAt + step.waitMs);
  const { say } = step;
  if (say.type === "drops") table.say("shell", { type: "drop", viewerId: table.viewer(step.who) });
  else if (say.type === "outage") table.say("shell", { type: "outage", fromAt: (table.now - say.agoMs) as Instant });
  else if (say.type === "reconnects") {
    const before = table.viewer(step.who);
    table.renew(step.who);
    const seat = step.who === "host" ? null : "ABCDEFGH".indexOf(step.who) + 1;
    const tokenHash = hashOf(table.tokens.get(step.who) ?? "none");
    if (!table.say(step.who, { type: "reconnect", seat, tokenHash, grantId: null }).ok) table.alias(step.who, before);
  } else table.say(step.who, say as Command, { rttMs: step.rttMs });
}
