// What the writer thread remembers of games, to save a read per change.
import { type GameRow, gameCrc, shownCrc, stillCrc } from "./checksum.ts";
import type { WriterStatements } from "./sqlite-statements.ts";

/** A game as its row is, or will be once the batch that is being written is durable. */
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

const knownMax = 20_000;

type FoundRow = GameRow & { readonly touched: number; readonly wake_from: number | null };

export class KnownGames {
  readonly #sql: WriterStatements;
  readonly #games = new Map<string, Known>();

  constructor(sql: WriterStatements) {
    this.#sql = sql;
  }

  /** A game as it is now, read when it is not remembered; undefined when there is none. */
  find(gameId: string): Known | undefined {
    const known = this.#games.get(gameId);
    if (known !== undefined) return known;
    const row = this.#sql.get<FoundRow>("find", gameId);
    if (row === undefined) return undefined;
    const { num, v, hash, status, touched, wake_from: wakeFrom, last_id: lastId, still } = row;
    const crcs = { shownCrc: shownCrc(row), stillCrc: still === null ? null : stillCrc(still), isSound: gameCrc(row) === row.crc };
    const found = { num, v, hash, status, ...crcs, touched, wakeFrom, lastId, buried: this.buried(gameId) };
    this.remember(gameId, found);
    return found;
  }

  /** The same, but only when it is remembered: what is read later is right by itself. */
  remembered(gameId: string): Known | undefined {
    return this.#games.get(gameId);
  }

  remember(gameId: string, known: Known): void {
    if (this.#games.size >= knownMax) this.#games.clear();
    this.#games.set(gameId, known);
  }

  forget(gameId: string): void {
    this.#games.delete(gameId);
  }

  /** What was remembered may not have come to the disk. */
  forgetAll(): void {
    this.#games.clear();
  }

  /** 1 when actions of this game were buried, even before there was a game. */
  buried(gameId: string): number {
    return this.#sql.get<{ buried: number }>("buried", gameId)?.buried ?? 1;
  }
}
