// What the writer thread remembers of games, and how an op's tuple reads as a row. No SQL.
import type { CommitOp, Op } from "./sqlite-messages.ts";

/** What the writer remembers of a game, to save a read per change. */
export interface Known {
  readonly num: number;
  v: number;
  hash: string;
  status: string;
  listed: number;
  kind: string;
  name: string;
  seats: number;
  seatsFree: number;
  touched: number;
  wakeFrom: number | null;
  /** Row id of its newest change. */
  lastId: number;
  /** 1 when actions of this game were buried: only then is there something to look up. */
  buried: number;
}

/** The moment at which this process is known to have lived, if the op tells one. */
export function aliveAtOf(op: Op): number {
  if (op[0] === "commit") return op[3];
  return op[0] === "beat" ? op[1] : 0;
}

/** The game's row as this commit leaves it. */
export function rowOf(op: CommitOp, last_id: number) {
  const [, game_id, expectedV, updated_at, state, , , hash, , , , kind, name, status, listed, seats, seats_free, wake_at] = op;
  const v = expectedV + 1;
  return { game_id, v, hash, updated_at, last_id, state, kind, name, status, listed: listed ? 1 : 0, seats, seats_free, wake_at };
}
