// What is said aloud when the table changes: whose turn, a warning, a time-out, the end. Pure.
import type { WireEvent } from "../../../lib/game/wire-event.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import type { Happening, Table } from "./model.ts";
import type { Words } from "./offer.ts";
import { isRunning, nameOf, stackTop } from "./table-questions.ts";
import { durationText } from "./time-text.ts";

interface About {
  readonly playerId?: SeatId | null;
  readonly to?: SeatId;
  readonly turn?: number;
  readonly players?: readonly SeatId[];
  readonly thresholdMs?: number;
  readonly winner?: SeatId | null;
  readonly winners?: readonly SeatId[];
  readonly sides?: number;
  readonly result?: number;
  readonly round?: number;
  readonly by?: string;
}

/** While the table waits the host says who begins: nobody has the turn yet. */
export const saysWhoBegins = ({ type, data }: WireEvent): boolean => type === "turnPassed" && (data as About).turn === 0;

/** The sentence for one event, or null for what need not be said. `own` is this page's seat. */
function sentenceFor(event: WireEvent, table: Table, own: SeatId | null): Words | null {
  const about = event.data as About;
  const seat = about.to ?? about.playerId ?? null;
  const name = nameOf(table, seat);
  const mine = seat !== null && seat === own;
  switch (event.type) {
    case "turnPassed":
      if (saysWhoBegins(event)) return null;
      return mine ? { key: "live.yourTurn" } : { key: "live.turn", params: { name } };
    case "interrupted":
      return mine ? { key: "live.yourPriority" } : { key: "live.priority", params: { name } };
    case "targetsConfirmed":
      return own !== null && about.players?.includes(own) ? { key: "live.yourAnswer" } : null;
    case "priorityPassed":
    case "targetingEnded":
      return backOn(table, own);
    case "warning":
      return { key: mine ? "live.yourWarning" : "live.warning", params: { name, time: durationText(about.thresholdMs ?? 0) } };
    case "timeout":
      return mine ? { key: "live.yourTimeout" } : { key: "live.timeout", params: { name } };
    case "eliminated":
      return mine ? { key: "live.youOut" } : { key: "live.out", params: { name } };
    case "gamePaused":
      return { key: "live.paused" };
    case "gameStarted":
    case "gameResumed":
      return { key: "live.runs", params: { name: nameOf(table, table.activePlayer) } };
    case "gameComplete":
      return about.winner === null || about.winner === undefined
        ? { key: "live.draw" }
        : { key: "live.winner", params: { name: nameOf(table, about.winner) } };
    case "campaignComplete":
      return { key: "live.campaign", params: { names: (about.winners ?? []).map((id) => nameOf(table, id)).join(", ") } };
    default:
      return null;
  }
}

/** Somebody has answered: whoever's clock runs again is told what for. */
function backOn(table: Table, own: SeatId | null): Words | null {
  if (own === null || !isRunning(table, own)) return null;
  if (stackTop(table) === own) return { key: "live.yourPriority" };
  return { key: table.activePlayer === own ? "live.yourTurn" : "live.yourAnswer" };
}

/** Two sides are a coin; a table without a server has nobody who rolls. */
function rolled({ sides = 0, result = 0 }: About, name: string): Words {
  if (sides === 2) return { key: `toast.coin.${result}` };
  return name ? { key: "toast.dice", params: { name, sides, result } } : { key: "toast.table", params: { sides, result } };
}

/** What is shown to everybody as a short message. */
export function toastFor(event: WireEvent, table: Table): Words | null {
  const about = event.data as About;
  const name = nameOf(table, about.playerId ?? null);
  switch (event.type) {
    case "diceRolled":
      return rolled(about, name);
    case "randomPlayerSelected":
      return { key: "toast.starter", params: { name } };
    case "turnPassed":
      return saysWhoBegins(event) ? { key: "toast.starter", params: { name: nameOf(table, about.to ?? null) } } : null;
    case "playOrderRolled":
      return { key: "toast.order" };
    case "undone":
      return { key: "toast.undone" };
    case "undoRefused":
      return { key: "toast.undoRefused" };
    case "roundStarted":
      return { key: "toast.round", params: { round: about.round ?? 0 } };
    case "hostChanged":
      // Before the start the list of seats says it.
      return about.playerId === null || table.status === "waiting" ? null : { key: "toast.host", params: { name } };
    default:
      return null;
  }
}

/** All that is to be said at once, each sentence once: what follows at once would take the place of what nobody has heard yet. */
export function sentencesFor(fresh: readonly Happening[], table: Table, own: SeatId | null): readonly Words[] {
  const said = fresh.flatMap(({ event }) => sentenceFor(event, table, own) ?? []);
  return said.filter((words, at) => said.findIndex((other) => JSON.stringify(other) === JSON.stringify(words)) === at);
}

/** Happenings after change `v`, oldest first. */
export const since = (happenings: readonly Happening[], v: number): readonly Happening[] => happenings.filter((h) => h.v > v);
