// What the writer thread remembers of games, and how an op's tuple reads as a row. No SQL.
import type { Op, ShownColumns } from "./sqlite-messages.ts";

/** What the writer remembers of a game, to save a read per change. */
export interface Known {
  readonly num: number;
  v: number;
  hash: string;
  status: string;
  shownCrc: number;
  /** null: its state is not cut yet. */
  stillCrc: number | null;
  /** False: its row did not match its checksum when it was read, and nothing of it may be written again as if it were right. */
  isSound: boolean;
  touched: number;
  wakeFrom: number | null;
  /** Row id of its newest change. */
  lastId: number;
  /** 1 when actions of this game were buried: only then is there something to look up. */
  buried: number;
}

/** A game in the index of deadlines. */
export interface WokenRow {
  readonly num: number;
  readonly game_id: string;
  readonly wake_from: number;
  readonly wake_at: number | null;
}

/** The moment at which this process is known to have lived, if the op tells one. */
export function aliveAtOf(op: Op): number {
  if (op[0] === "commit") return op[3];
  return op[0] === "beat" ? op[1] : 0;
}

/** The columns of an op that are seldom written, as a row has them. */
export function shownRow([kind, name, status, listed, seats, seats_free]: ShownColumns) {
  return { kind, name, status, listed: listed ? 1 : 0, seats, seats_free };
}
