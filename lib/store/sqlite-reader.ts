// Reads from the data file on a connection of its own that cannot write. Every read is short and by index;
// none stays open, so the writer can always empty its log.
import Sqlite, { type Database, type Statement } from "better-sqlite3";
import { type ChangeRow, changeCrc, type GameRow, gameCrc, wholeState } from "./checksum.ts";
import { failpoints, type Hit } from "./failpoint.ts";
import { numberCursor, pageOf, pairCursor } from "./cursor.ts";
import { gameSql, type LogEnd, logReader, type ReadLog } from "./sqlite-log.ts";
import { schemaVersion, versionOf } from "./sqlite-schema.ts";
import { type Feedback, type ListedGame, type Page, StoreFault, type StoredChange, type StoredGame, type StoredIndex } from "./store.ts";

const indexColumns = "num, game_id, v, status, listed, kind, name, seats, seats_free, wake_at, touched, created_at, updated_at";

export const readerSql = {
  load: gameSql,
  newest: "SELECT v, hash FROM changes WHERE id = ? AND num = ?",
  logEnd: "SELECT num, v, last_id FROM games WHERE game_id = ?",
  checkpoint: "SELECT * FROM changes WHERE num = ? AND v <= ? AND state IS NOT NULL ORDER BY v DESC LIMIT 1",
  listed: `SELECT ${indexColumns} FROM games WHERE listed = 1 AND num < ? ORDER BY num DESC LIMIT ?`,
  all: `SELECT ${indexColumns} FROM games WHERE (touched, num) < (?, ?) AND status <> 'removed' ORDER BY touched DESC, num DESC LIMIT ?`,
  counts: "SELECT status, games FROM counts",
  feedback: "SELECT id, at, game_id, text FROM feedback WHERE id < ? ORDER BY id DESC LIMIT ?",
  quarantined: "SELECT reason FROM quarantine WHERE game_id = ?",
} as const;

type IndexRow = Pick<
  GameRow,
  "num" | "game_id" | "v" | "status" | "listed" | "kind" | "name" | "seats" | "seats_free" | "wake_at" | "created_at" | "updated_at"
> & { readonly touched: number };

interface FeedbackRow {
  readonly id: number;
  readonly at: number;
  readonly game_id: string | null;
  readonly text: string;
}

export type Loaded =
  | { readonly kind: "found"; readonly game: Omit<StoredGame, "outageFrom"> }
  | { readonly kind: "absent" }
  /** `isKnown`: it was quarantined before. */
  | { readonly kind: "damaged"; readonly reason: string; readonly isKnown: boolean };

/** The disk failed under a read: nothing this process says about its files can be trusted any more. */
export class BrokenDiskError extends Error {}

/** A row that does not match its checksum. */
export class DamageError extends Error {}

type Statements = { readonly [name in keyof typeof readerSql]: Statement<unknown[]> };

/** A server has brought its file to the newest schema before it reads; a command may meet one that waits for that. */
function prepared(db: Database, path: string): Statements {
  try {
    return Object.fromEntries(Object.entries(readerSql).map(([name, text]) => [name, db.prepare(text)])) as Statements;
  } catch (error) {
    const schema = versionOf(db);
    if (schema >= schemaVersion) throw error;
    throw new Error(`The data file ${path} has schema ${schema}; a start, or \`npm run db -- migrate\`, brings it to ${schemaVersion}.`);
  }
}

export class SqliteReader {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #log: ReadLog;
  readonly #atOnce: <T>(read: () => T) => T;
  readonly #hit: Hit;

  constructor(path: string, hit: Hit = failpoints([])) {
    this.#hit = hit;
    this.#db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 50 });
    this.#statements = prepared(this.#db, path);
    this.#log = logReader(this.#db);
    this.#atOnce = this.#db.transaction((read: () => unknown) => read()) as <T>(read: () => T) => T;
  }

  /** All rows as of one moment: of a game that is removed in between, what is read last would seem to be missing. */
  load(gameId: string): Loaded {
    return this.#atOnce(() => this.#loaded(gameId));
  }

  #loaded(gameId: string): Loaded {
    const row = this.#get<GameRow>("load", gameId);
    if (row === undefined) return { kind: "absent" };
    const quarantined = this.#get<{ reason: string }>("quarantined", gameId);
    if (quarantined !== undefined) return { kind: "damaged", reason: quarantined.reason, isKnown: true };
    if (gameCrc(row) !== row.crc) {
      return { kind: "damaged", reason: `The row of game ${gameId} does not match its checksum.`, isKnown: false };
    }
    const { v, hash, still } = row;
    const newest = this.#get<{ v: number; hash: string }>("newest", row.last_id, row.num);
    if (newest?.v !== v || newest.hash !== hash) {
      return { kind: "damaged", reason: `The log of game ${gameId} does not end where its state does.`, isKnown: false };
    }
    const state = wholeState(row);
    if (state === null)
      return { kind: "damaged", reason: `The two parts of the state of game ${gameId} do not belong together.`, isKnown: false };
    return { kind: "found", game: { gameId, v, hash, state, still, index: indexOf(row), updatedAt: row.updated_at } };
  }

  changes(gameId: string, afterV: number, limit: number): readonly StoredChange[] {
    return this.#atOnce(() => this.#changes(gameId, afterV, limit));
  }

  #changes(gameId: string, afterV: number, limit: number): readonly StoredChange[] {
    const game = this.#get<LogEnd>("logEnd", gameId);
    const after = Math.max(0, afterV);
    if (game === undefined || after >= game.v || limit <= 0) return [];
    const rows = this.#guard(() => this.#log(game, after, after + limit));
    const first = rows[0]?.v ?? Math.min(game.v, after + limit) + 1;
    if (first !== after + 1) throw new DamageError(`The log of game ${gameId} is torn: version ${first - 1} is missing.`);
    return rows.map((row) => {
      assertWhole(gameId, row);
      return { v: row.v, at: row.at, change: row.change, prevHash: row.prev_hash, hash: row.hash, state: row.state };
    });
  }

  checkpoint(gameId: string, v: number): { readonly v: number; readonly state: string } | null {
    return this.#atOnce(() => this.#checkpoint(gameId, v));
  }

  #checkpoint(gameId: string, v: number): { readonly v: number; readonly state: string } | null {
    const game = this.#get<LogEnd>("logEnd", gameId);
    const row = game === undefined ? undefined : this.#get<ChangeRow>("checkpoint", game.num, v);
    if (row === undefined || row.state === null) return null;
    assertWhole(gameId, row);
    return { v: row.v, state: row.state };
  }

  listed(cursor: string | null, limit: number): Page<ListedGame> {
    const rows = this.#all<IndexRow>("listed", numberCursor(cursor), limit + 1);
    return pageOf(rows, { limit, item: listedGame, cursor: (row) => String(row.num) });
  }

  all(cursor: string | null, limit: number): Page<ListedGame> {
    const [touched, num] = pairCursor(cursor);
    const rows = this.#all<IndexRow>("all", touched, num, limit + 1);
    return pageOf(rows, { limit, item: listedGame, cursor: (row) => `${row.touched}.${row.num}` });
  }

  counts(): Record<StoredIndex["status"], number> {
    const counts = { waiting: 0, running: 0, paused: 0, finished: 0 };
    for (const row of this.#all<{ status: StoredIndex["status"]; games: number }>("counts")) counts[row.status] = row.games;
    return counts;
  }

  feedback(cursor: string | null, limit: number): Page<Feedback> {
    const rows = this.#all<FeedbackRow>("feedback", numberCursor(cursor), limit + 1);
    return pageOf(rows, { limit, item: ({ at, game_id, text }) => ({ at, gameId: game_id, text }), cursor: ({ id }) => String(id) });
  }

  close(): void {
    this.#db.close();
  }

  #get<Row>(name: keyof typeof readerSql, ...values: unknown[]): Row | undefined {
    return this.#guard(() => this.#statements[name].get(...values)) as Row | undefined;
  }

  #all<Row>(name: keyof typeof readerSql, ...values: unknown[]): Row[] {
    return this.#guard(() => this.#statements[name].all(...values)) as Row[];
  }

  /** A damaged page is damage, an I/O error is final, and anything else may be tried again. */
  #guard<T>(read: () => T): T {
    try {
      this.#hit("read");
      return read();
    } catch (error) {
      const { code = "", message = "" } = error as { code?: string; message?: string };
      if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") throw new DamageError(`The data file is damaged: ${message}.`);
      if (code.startsWith("SQLITE_IOERR")) throw new BrokenDiskError(`The data file failed (${code}) while it was read: ${message}.`);
      throw new StoreFault("unavailable", `The data file cannot be read: ${message}.`, { cause: error });
    }
  }
}

function assertWhole(gameId: string, row: ChangeRow): void {
  if (changeCrc(row) !== row.crc) throw new DamageError(`The log of game ${gameId} is damaged at version ${row.v}.`);
}

function indexOf(row: IndexRow | GameRow): StoredIndex {
  const { kind, name, seats, wake_at: wakeAt, seats_free: seatsFree } = row;
  return { kind, name, status: row.status as StoredIndex["status"], listed: row.listed === 1, seats, seatsFree, wakeAt };
}

function listedGame(row: IndexRow): ListedGame {
  return { gameId: row.game_id, v: row.v, index: indexOf(row), createdAt: row.created_at, updatedAt: row.updated_at };
}
