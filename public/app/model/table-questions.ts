// Questions about a table that several screens ask. Pure; nothing here changes anything.
import { type Face, faceAt, runsIntoOvertime } from "../../../lib/game/clock-face.ts";
import type { SeatId } from "../../../lib/game/ids.ts";
import type { CampaignView, PlayerView } from "../../../lib/game/view.ts";
import type { Model, Table } from "./model.ts";
import { colorOf } from "./seat-look.ts";

export const playerOf = (table: Table, seat: SeatId | null): PlayerView | undefined =>
  seat === null ? undefined : table.players.find((player) => player.id === seat);

export const nameOf = (table: Table, seat: SeatId | null): string => playerOf(table, seat)?.name ?? "";

export const seatColor = (table: Table, seat: SeatId): string => colorOf(seat, playerOf(table, seat)?.color);

export const isRunning = (table: Table, seat: SeatId): boolean => table.status === "running" && table.running.includes(seat);

/** The seat on top of the interrupt stack, or null. */
export const stackTop = (table: Table): SeatId | null => table.interruptingPlayers.at(-1) ?? null;

/** Seats in the order of play, from the seat after `from` round to `from` itself; null: from the first. */
export function orderAfter({ playOrder }: Table, from: SeatId | null): readonly SeatId[] {
  const at = from === null ? -1 : playOrder.indexOf(from);
  return [...playOrder.slice(at + 1), ...playOrder.slice(0, at + 1)];
}

/** The living seat that gets the turn after `from`, or null when nobody else lives. */
export function nextSeat(table: Table, from: SeatId): SeatId | null {
  const next = orderAfter(table, from).find((seat) => seat !== from && playerOf(table, seat)?.isEliminated === false);
  return next ?? null;
}

export const seatsTaken = (table: Table): number => table.players.filter((p) => p.claimed).length;

/** What wins a campaign; rounds won where no preset of the page's says otherwise. */
export function wonBy({ preset }: Pick<CampaignView, "preset">): "wins" | "time" | "points" {
  if (preset === "wastelands") return "points";
  return preset === "endurance" ? "time" : "wins";
}

/** What this page may do at the table. */
export interface Standing {
  readonly seat: SeatId | null;
  readonly host: boolean;
  /** This device is the whole table. */
  readonly local: boolean;
}

export function standing(model: Model): Standing {
  const { table, seat } = model;
  const local = model.link === "local";
  const host = local || (table !== null && (seat === null ? model.chair && table.hostPlayer === null : table.hostPlayer === seat));
  return { seat, host, local };
}

/** Whether this page may give `seat`'s commands: its own seat, or as host for a seat that nobody holds. */
export function mayPlayFor(table: Table, who: Standing, seat: SeatId): boolean {
  if (who.seat === seat) return true;
  return who.host && playerOf(table, seat)?.claimed === false;
}

/** The seats of which this page is asked how they go on after their time is up. */
export function choicesDue(model: Model): readonly SeatId[] {
  const { table } = model;
  if (table === null) return [];
  return table.players.flatMap(({ id, timeoutPending }) => (timeoutPending && mayPlayFor(table, standing(model), id) ? [id] : []));
}

/** What this page may say to an undo that was asked for: `again` does it when whoever was waited for has left. */
export function undoAnswer(table: Table, who: Standing): "agree" | "again" | null {
  const request = table.undoRequest;
  if (!request) return null;
  const sits = who.seat !== null;
  if (request.waitingFor.length > 0) return sits && request.waitingFor.includes(who.seat) ? "agree" : null;
  if (request.by === who.seat) return sits || who.host ? "again" : null;
  return sits ? "agree" : null;
}

/** Whether a seat's time passes: its bank, or what it has to choose how it goes on. */
export const timeRuns = ({ status, running }: Table, { id, timeoutPending }: PlayerView): boolean =>
  status === "running" && (running.includes(id) || timeoutPending);

/** What a seat's clock shows `elapsedMs` after the table's `serverTime`. */
export const seatFace = (table: Table, player: PlayerView, elapsedMs: number): Face =>
  faceAt(player, timeRuns(table, player) ? { elapsedMs, overtime: runsIntoOvertime(table.settings.onTimeout) } : null);

/** A full bank for the ring: what the seat started with, or more when it has more. */
export function fullBankMs(table: Table, player: PlayerView): number {
  const start = table.settings.initialTime + (table.settings.handicaps[player.id] ?? 0);
  return Math.max(start, player.timeRemaining, 1);
}
