// What the play screen says about the seat it shows large: whose turn, who holds priority, what the table waits for. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { Table } from "./model.ts";
import type { Words } from "./offer.ts";
import { durationText } from "./time-text.ts";
import { isRunning, nameOf, orderAfter, playerOf, type Standing, stackTop, wonBy } from "./table-questions.ts";

/** The seat whose clock is large: one's own; for watchers whoever is on the clock. */
export function focusSeat(table: Table, who: Standing): SeatId | null {
  if (who.seat !== null) return who.seat;
  return stackTop(table) ?? table.running[0] ?? table.activePlayer ?? table.players[0]?.id ?? null;
}

/** The word over the great clock. */
export function sayOf(table: Table, who: Standing, seat: SeatId): Words {
  const mine = who.seat === seat;
  const name = nameOf(table, seat);
  const words = (key: string): Words => (mine ? { key: `say.your.${key}` } : { key: `say.their.${key}`, params: { name } });
  const player = playerOf(table, seat);
  if (table.status === "paused") return { key: "say.paused" };
  if (player?.isEliminated) return words("out");
  if (player?.timeoutPending) return words("timeout");
  if (stackTop(table) === seat) return words("priority");
  if (isRunning(table, seat) && table.targetingState === "resolving" && table.awaitingPriority.includes(seat)) return words("asked");
  if (table.activePlayer === seat) {
    if (table.targetingState === "selecting") return words("targeting");
    return isRunning(table, seat) ? words("turn") : words("waits");
  }
  if (table.interruptingPlayers.includes(seat)) return words("stacked");
  return words("idle");
}

/** A campaign's score before this round, by what wins it; null outside campaigns and in the first round. */
export function soFarOf({ campaign }: Table, seat: SeatId): Words | null {
  const row = campaign?.standings.find((standing) => standing.id === seat);
  if (!campaign || !row || campaign.roundWinners.length === 0) return null;
  const kind = wonBy(campaign);
  if (kind === "points") return { key: "campaign.points", params: { count: row.points, level: row.level } };
  if (kind === "time") return { key: "campaign.used", params: { time: durationText(row.usedMs) } };
  return { key: "recap.won", params: { count: row.wins } };
}

/** The chain of who waits for whom, oldest first; empty when there is no stack. */
export function chainOf(table: Table): readonly SeatId[] {
  if (table.interruptingPlayers.length === 0) return [];
  const first = table.activePlayer === null ? [] : [table.activePlayer];
  return [...first, ...table.interruptingPlayers];
}

/** Seats beside the large one, in the order of play after it. */
export const otherSeats = (table: Table, focus: SeatId | null): readonly SeatId[] =>
  orderAfter(table, focus).filter((seat) => seat !== focus);
