// Games kept in one SQLite file: the port over a writer thread and a reading connection. Composition only;
// durability is the writer's, order and bounds are the link's.
import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Ambient } from "../ops/ambient.ts";
import { defaultLimits, type Limits } from "../ops/config.ts";
import { makeFolder } from "../ops/folder.ts";
import { fileDeadLetters } from "./dead-letter.ts";
import { type Failpoint, failpoints } from "./failpoint.ts";
import { oneLine } from "./sqlite-disk.ts";
import { type DataLock, lockDataFile } from "./sqlite-lock.ts";
import { type QueueLimits, type StoreObserver, WriterLink } from "./sqlite-link.ts";
import type { CommitOp, OpResult, Op, WriterSettings } from "./sqlite-messages.ts";
import { lastSaved, Outages } from "./outages.ts";
import { SignOfLife } from "./sqlite-life.ts";
import { BrokenDiskError, DamageError, SqliteReader } from "./sqlite-reader.ts";
import { StartRefused, WriterThread } from "./sqlite-thread.ts";
import type {
  Commit,
  CommitOutcome,
  Feedback,
  ListedGame,
  LoadOutcome,
  OnSaved,
  OutageRecord,
  Page,
  Store,
  StoreHealth,
  StoredChange,
  StoredIndex,
} from "./store.ts";
import { StoreFault } from "./store.ts";

export { StartRefused } from "./sqlite-thread.ts";

export interface SqliteLimits extends QueueLimits {
  readonly walPagesMax: number;
  readonly checkBytesMax: number;
  readonly cacheBytesMax: number;
  readonly deadLetterBytesMax: number;
  readonly readyAgeMsMax: number;
  readonly rowsMax: number;
}

/** For the server, and for the commands that open its file in its place. What an operator may set is said in ops/variables.ts. */
export function sqliteLimitsOf(limits: Limits): SqliteLimits {
  return {
    queueChangesMax: limits.storeQueueChangesMax,
    queueBytesMax: limits.storeQueueBytesMax,
    batchChangesMax: limits.storeBatchChangesMax,
    /** The log past which changes are refused as `busy`: only a foreign reader lets it grow so far. */
    walBytesMax: 1 << 30,
    answerMsMax: limits.storeCallMs,
    retriesMax: 6,
    /** 4 KiB pages in the log past which it is copied into the data file. */
    walPagesMax: 2_048,
    checkBytesMax: limits.storeCheckBytesMax,
    cacheBytesMax: limits.storeCacheBytesMax,
    deadLetterBytesMax: 64 << 20,
    /** A request older than this makes the store not ready. */
    readyAgeMsMax: 2_000,
    /** Most rows a single read gives, whatever is asked for. */
    rowsMax: 1_000,
  };
}

export interface SqliteOptions {
  /** Folder of the data file; made when missing. */
  readonly dataDir: string;
  readonly ambient: Ambient;
  /** The rest as usual. */
  readonly limits?: Partial<SqliteLimits>;
  readonly log?: (level: "info" | "warn" | "error", message: string, facts?: object) => void;
  readonly observer?: StoreObserver;
  /** The process must stop serving: nothing can be acknowledged any more. */
  readonly onFatal?: (message: string) => void;
  readonly onSaved?: OnSaved;
  /** Tests only. */
  readonly failpoints?: readonly Failpoint[];
}

export const dataFileName = "games.db";
export const deadLetterName = "dead-letters.jsonl";

/** A store that keeps dead letters, and can be given them again. */
export interface LetteredStore extends Store {
  /** The last moment at which an earlier server on this file is known to have lived, server time; 0 for a new file. */
  readonly livedUntil: number;
  /** Writes it unless the very same stands already; whether it wrote. An earlier try may have come through unseen. */
  saveFeedbackOnce(feedback: Feedback, actionId: string | null): Promise<boolean>;
  /** Commits what a dead letter holds. */
  commitOp(op: CommitOp): Promise<CommitOutcome>;
}

/** Opens the store or throws StartRefused with one line for the operator. The folder belongs to one server at a time. */
export async function openSqliteStore(options: SqliteOptions): Promise<LetteredStore> {
  const { ambient, log = () => {} } = options;
  const limits = { ...sqliteLimitsOf(defaultLimits()), ...options.limits };
  const path = dataPath(options.dataDir);
  const lock = lockDataFile(path);
  try {
    const { thread, opened } = await WriterThread.start(settingsOf(path, limits, options));
    log("info", opened.fresh ? "data file made" : "data file opened", { path, ...opened.facts });
    const deadLetters = fileDeadLetters({
      path: join(options.dataDir, deadLetterName),
      bytesMax: limits.deadLetterBytesMax,
      now: () => ambient.now(),
      onLost: (message) => log("error", message),
    });
    const { observer = {}, onFatal = () => {}, onSaved = () => {} } = options;
    const livedUntil = opened.outages.at(-1)?.from ?? 0;
    const saved = lastSaved(ambient, onSaved, livedUntil);
    const link = new WriterLink(thread, { ambient, limits, observer, deadLetters, log, onFatal, onSaved: saved });
    const life = new SignOfLife(link);
    return new SqliteStore({
      link,
      reader: new SqliteReader(path, failpoints(options.failpoints ?? [])),
      lock,
      life,
      outages: new Outages(opened.outages, (outage) => life.wasAway(outage)),
      livedUntil,
      limits,
      log,
      ambient,
      observer,
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function dataPath(dataDir: string): string {
  try {
    makeFolder(resolve(dataDir));
    const path = join(realpathSync(dataDir), dataFileName);
    return existsSync(path) ? realpathSync(path) : path;
  } catch (error) {
    throw new StartRefused(`The data folder ${dataDir} cannot be used: ${oneLine(error)}.`);
  }
}

function settingsOf(path: string, limits: SqliteLimits, { ambient, failpoints = [] }: SqliteOptions): WriterSettings {
  const name = () => Buffer.from(ambient.bytes(12)).toString("hex");
  const { walPagesMax, checkBytesMax, cacheBytesMax } = limits;
  return { path, startedAt: ambient.now(), epoch: name(), newStoreId: name(), failpoints, walPagesMax, checkBytesMax, cacheBytesMax };
}

interface Parts {
  readonly link: WriterLink;
  readonly reader: SqliteReader;
  readonly lock: DataLock;
  readonly life: SignOfLife;
  readonly outages: Outages;
  readonly livedUntil: number;
  readonly limits: SqliteLimits;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  readonly ambient: Ambient;
  readonly observer: StoreObserver;
}

class SqliteStore implements LetteredStore {
  readonly #parts: Parts;
  #closing: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async load(gameId: string): Promise<LoadOutcome> {
    try {
      const loaded = this.#read((reader) => reader.load(gameId), gameId);
      if (loaded.kind === "damaged") {
        this.#parts.observer.onDamage?.(gameId, loaded.reason);
        if (!loaded.isKnown) this.#quarantine(gameId, loaded.reason);
        return { kind: "damaged", reason: loaded.reason };
      }
      if (loaded.kind === "absent") return loaded;
      return { kind: "found", game: { ...loaded.game, outageFrom: this.#parts.outages.after(loaded.game.updatedAt) } };
    } catch (error) {
      // A page that cannot be read may hold more than this game: refused and told, but not marked in a file that is no longer whole.
      if (error instanceof StoreFault && error.kind === "damaged") return { kind: "damaged", reason: error.message };
      throw error;
    }
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    const { gameId, expectedV, at, moving, change, prevHash, hash, actionId, answer, index } = commit;
    const { kind, name, status, listed, seats, seatsFree, wakeAt } = index;
    const still = commit.sameStill ? null : commit.still;
    const state = commit.checkpoint ? commit.state : null;
    const shown = commit.sameIndex ? null : ([kind, name, status, listed, seats, seatsFree] as const);
    const op = ["commit", gameId, expectedV, at, moving, change, prevHash, hash, actionId, answer, wakeAt, still, state, shown] as const;
    return this.commitOp(op);
  }

  commitOp(op: CommitOp): Promise<CommitOutcome> {
    const [, , , , moving, change, , , , , , still, state] = op;
    const bytes = moving.length + change.length + (still?.length ?? 0) + (state?.length ?? 0) + 512;
    return this.#parts.link.submit(op, bytes, outcomeOf);
  }

  async resolve(gameId: string, actionId: string, tombstone: string): Promise<string> {
    return String(
      await this.#parts.link.submit(["resolve", gameId, actionId, tombstone, this.#parts.ambient.now()], 256 + tombstone.length),
    );
  }

  async changes(gameId: string, afterV: number, limit: number): Promise<readonly StoredChange[]> {
    return this.#read((reader) => reader.changes(gameId, afterV, this.#rows(limit)), gameId);
  }

  async checkpoint(gameId: string, v: number): Promise<{ readonly v: number; readonly state: string } | null> {
    return this.#read((reader) => reader.checkpoint(gameId, v), gameId);
  }

  async due(atMs: number, limit: number): Promise<readonly string[]> {
    return this.#ids(["due", atMs, this.#rows(limit)]);
  }

  async listed(cursor: string | null, limit: number): Promise<Page<ListedGame>> {
    return this.#read((reader) => reader.listed(cursor, this.#rows(limit)));
  }

  async all(cursor: string | null, limit: number): Promise<Page<ListedGame>> {
    return this.#read((reader) => reader.all(cursor, this.#rows(limit)));
  }

  async counts(): Promise<Readonly<Record<StoredIndex["status"], number>>> {
    return this.#read((reader) => reader.counts());
  }

  async remove(gameId: string): Promise<void> {
    await this.#parts.link.submit(["remove", gameId], 256);
  }

  async expire(finishedBefore: number, untouchedSince: number, limit: number): Promise<readonly string[]> {
    return this.#ids(["expire", finishedBefore, untouchedSince, this.#rows(limit)]);
  }

  get outages(): OutageRecord {
    return this.#parts.outages;
  }

  get livedUntil(): number {
    return this.#parts.livedUntil;
  }

  async beat(atMs: number): Promise<void> {
    await this.#parts.life.beat(atMs);
  }

  async saveFeedback({ at, gameId, text }: Feedback, actionId: string | null): Promise<void> {
    await this.#parts.link.submit(["feedback", at, gameId, text, actionId], 256 + text.length);
  }

  async saveFeedbackOnce({ at, gameId, text }: Feedback, actionId: string | null): Promise<boolean> {
    return (await this.#parts.link.submit(["feedback", at, gameId, text, actionId, true], 256 + text.length)) !== false;
  }

  async feedback(cursor: string | null, limit: number): Promise<Page<Feedback>> {
    return this.#read((reader) => reader.feedback(cursor, this.#rows(limit)));
  }

  async expireFeedback(before: number, limit: number): Promise<number> {
    return Number(await this.#parts.link.submit(["expireFeedback", before, this.#rows(limit)], 0));
  }

  health(): StoreHealth {
    const { problem, queueDepth, queueAgeMs } = this.#parts.link.health();
    const isSlow = queueAgeMs > this.#parts.limits.readyAgeMsMax;
    const told = problem ?? (isSlow ? "The data file is slow: changes have waited too long." : null);
    return { ready: told === null, tier: "sqlite-full", problem: told, queueDepth, queueAgeMs };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#parts.reader.close();
    await this.#parts.link.close();
    this.#parts.lock.release();
  }

  #reader(): SqliteReader {
    if (this.#closing !== null) throw new StoreFault("unavailable", "The store is closed.");
    return this.#parts.reader;
  }

  /** What a read that fails says of the file, or of the game that was asked for, is told to whoever has to know before it is thrown. */
  #read<T>(read: (reader: SqliteReader) => T, gameId: string | null = null): T {
    try {
      return read(this.#reader());
    } catch (error) {
      if (error instanceof BrokenDiskError) {
        this.#parts.link.fail(error.message);
        throw new StoreFault("unavailable", error.message, { cause: error });
      }
      if (!(error instanceof DamageError)) throw error;
      // Where no game was asked for, none can be called damaged.
      if (gameId === null) throw new StoreFault("unavailable", error.message, { cause: error });
      this.#parts.observer.onDamage?.(gameId, error.message);
      throw new StoreFault("damaged", error.message, { cause: error });
    }
  }

  async #ids(op: Op): Promise<readonly string[]> {
    const result: OpResult = await this.#parts.link.submit(op, 0);
    return Array.isArray(result) ? result : [];
  }

  #rows(limit: number): number {
    return Math.min(Math.max(0, Math.trunc(limit)), this.#parts.limits.rowsMax);
  }

  /** The game stays unusable, over restarts too, until the operator restores, releases or removes it; nobody else notices. */
  #quarantine(gameId: string, reason: string): void {
    this.#parts.link.submit(["quarantine", gameId, this.#parts.ambient.now(), reason], 0).catch(() => {
      this.#parts.log("error", `The quarantine of game ${gameId} could not be noted.`);
    });
  }
}

function outcomeOf(result: OpResult): CommitOutcome {
  if (result === null) return ok;
  return result === false ? conflict : { kind: "duplicate", answer: String(result) };
}

const ok: CommitOutcome = { kind: "ok" };
const conflict: CommitOutcome = { kind: "conflict" };
