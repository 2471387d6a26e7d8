// The start gate of the data file: decides whether this file may be served, and never changes one that may not.
// Runs in the writer thread, under the lock that the main thread holds.
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import type { Hit } from "./failpoint.ts";
import type { Outage } from "./outages.ts";
import { forceToDisk, isLink, oneLine } from "./sqlite-disk.ts";
import { type MarkFile, openMark, readMark } from "./sqlite-mark.ts";
import type { Opened, WriterSettings } from "./sqlite-messages.ts";
import { applicationId, migrate, schemaVersion, versionOf } from "./sqlite-schema.ts";

/** The file may not be served; `message` is one line for the operator. */
export class GateError extends Error {}

interface PassedGate {
  readonly db: Database;
  readonly mark: MarkFile;
  readonly storeId: string;
  readonly opened: Opened;
  readonly notes: readonly string[];
}

interface StoreRow {
  readonly store_id: string;
  readonly seq: number;
  readonly alive_at: number;
}

/** The WAL-reset corruption was mended in this release. */
const sqliteVersionMin = [3, 51, 3] as const;
const outagesKept = 10_000;

export const markPath = (path: string): string => `${path}.mark`;

export function passGate(settings: WriterSettings, hit: Hit): PassedGate {
  const { path } = settings;
  const notes: string[] = [];
  rmSync(`${path}.new`, { force: true });
  const fresh = !existsSync(path);
  if (fresh) createFile(settings, hit);
  else inspectFile(settings, notes);
  const db = new Sqlite(path, { fileMustExist: true, timeout: 250 });
  try {
    const facts = setPragmas(db, settings.cacheBytesMax);
    for (const step of migrate(db, schemaVersion, hit)) notes.push(`migration ${step}`);
    const store = db.prepare("SELECT store_id, seq, alive_at FROM store").get() as StoreRow;
    const outages = noteStart(db, settings, fresh ? null : store.alive_at);
    hit("start-noted");
    const mark = openMark(markPath(path), { storeId: store.store_id, seq: store.seq });
    return { db, mark, storeId: store.store_id, opened: { fresh, outages, facts }, notes };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Made complete under another name, then renamed: a file under the real name is never half made. */
function createFile(settings: WriterSettings, hit: Hit): void {
  const { path } = settings;
  assertNeverServed(path);
  const db = new Sqlite(`${path}.new`);
  try {
    db.pragma("synchronous = FULL");
    db.pragma("page_size = 4096");
    db.pragma("auto_vacuum = INCREMENTAL");
    db.pragma(`application_id = ${applicationId}`);
    migrate(db, schemaVersion, hit);
    const { newStoreId, epoch, startedAt } = settings;
    db.prepare("INSERT INTO store (id, store_id, epoch, seq, alive_at, created_at) VALUES (1, ?, ?, 0, ?, ?)").run(
      newStoreId,
      epoch,
      startedAt,
      startedAt,
    );
    db.pragma("journal_mode = WAL");
  } finally {
    db.close();
  }
  hit("create-before-rename");
  renameSync(`${path}.new`, path);
  forceToDisk(dirname(path));
  hit("create-after-rename");
}

/** A file that is gone, and not one that never was, is never replaced by an empty one. */
function assertNeverServed(path: string): void {
  // A new file would take the link's place: with the volume there again, nothing would lead to the games on it.
  if (isLink(path)) throw new GateError(`The data file ${path} is a link that leads nowhere: is the volume there that it leads to?`);
  if (readMark(markPath(path)) !== null) {
    throw new GateError(
      `The data file ${path} is gone, but ${markPath(path)} says that games were kept there. Restore a backup, or remove that file to begin anew.`,
    );
  }
  if (existsSync(`${path}-wal`))
    throw new GateError(`The data file ${path} is gone, but its log ${path}-wal is there. Restore the data file.`);
}

type Look = Pick<WriterSettings, "path" | "checkBytesMax">;

/** What the gate would say of the files, and no more: nothing in them is changed, nothing is left beside them. Under the same lock. */
export function lookThroughGate(look: Look): void {
  const { path } = look;
  if (!existsSync(path)) return assertNeverServed(path);
  const tidy = tidying(path);
  try {
    inspectFile(look, []);
  } finally {
    tidy();
  }
}

/** Reads only. Whatever SQLite puts beside the file while looking is taken away again when the file is refused. */
function inspectFile(look: Look, notes: string[]): void {
  inspectHeader(look.path);
  const tidy = tidying(look.path);
  try {
    inspectContent(look, notes);
  } catch (error) {
    tidy();
    throw refusalOf(error, look.path);
  }
}

/** Gives what takes away the files beside the data file that are not there yet. */
function tidying(path: string): () => void {
  const added = besides(path).filter((name) => !existsSync(name));
  return () => {
    for (const name of added) rmSync(name, { force: true });
  };
}

/** What SQLite could not do, as one line for the operator. Only what is damage is called damage. */
export function refusalOf(error: unknown, path: string): GateError {
  if (error instanceof GateError) return error;
  const code = String((error as { code?: unknown }).code ?? "");
  if (code.startsWith("SQLITE_READONLY")) return new GateError(`The data file ${path} may only be read, and a server must write it.`);
  if (code.startsWith("SQLITE_CANTOPEN"))
    return new GateError(`The data file ${path} or its log cannot be opened: check who may write in its folder.`);
  if (code === "SQLITE_FULL") return new GateError(`The disk is full: the data file ${path} cannot be opened.`);
  if (code.startsWith("SQLITE_BUSY")) return new GateError(`The data file ${path} is held by another program.`);
  if (!code.startsWith("SQLITE_")) return new GateError(`The data file ${path} cannot be opened: ${oneLine(error)}.`);
  return new GateError(`The data file ${path} is damaged: ${oneLine(error)}. It was left as it is; restore a backup.`);
}

const besides = (path: string): string[] => [`${path}-wal`, `${path}-shm`];

function inspectHeader(path: string): void {
  const status = statSync(path);
  if (!status.isFile()) throw new GateError(`The data file ${path} is not a file.`);
  if (status.nlink !== 1)
    throw new GateError(`The data file ${path} has another name (a hard link): two servers could take it for two files.`);
  if (status.size === 0)
    throw new GateError(
      `The data file ${path} is empty. It was left as it is; restore a backup, or remove it and ${markPath(path)} to begin anew.`,
    );
  const header = Buffer.alloc(100);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  if (header.toString("latin1", 0, 16) !== "SQLite format 3\0")
    throw new GateError(`The data file ${path} is not an SQLite file. It was left as it is.`);
  // A crash while the log is copied in may leave half a page, and the log to mend it. Without a log nothing mends it.
  const hasLog = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0;
  if (!hasLog && status.size % header.readUInt16BE(16) !== 0) {
    throw new GateError(`The data file ${path} is damaged: it ends in the middle of a page. It was left as it is; restore a backup.`);
  }
  if (header.readUInt32BE(68) !== applicationId)
    throw new GateError(`The data file ${path} belongs to another program. It was left as it is.`);
}

function inspectContent({ path, checkBytesMax }: Look, notes: string[]): void {
  const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 250 });
  try {
    const version = versionOf(db);
    if (version > schemaVersion)
      throw new GateError(`The data file ${path} has schema ${version}; this program knows ${schemaVersion}. Use the newer program.`);
    const store = db.prepare("SELECT store_id, seq, alive_at FROM store").get() as StoreRow | undefined;
    if (store === undefined) throw new GateError(`The data file ${path} was never completely made. It was left as it is.`);
    if (!hasLogInOrder(db)) {
      throw new GateError(
        `The data file ${path} keeps its log as programs did on the first day (20 November 2026, until 19:00), which no later one reads. It was left as it is; use the program that made it.`,
      );
    }
    checkMark(path, store, notes);
    if (statSync(path).size <= checkBytesMax) quickCheck(db, path);
    else notes.push("the data file is too large for a whole check before serving; `npm run db -- check` does it");
  } finally {
    db.close();
  }
}

/** The first step to a schema was edited once, on the day on which it was written: no step leads from what it made before. */
const hasLogInOrder = (db: Database): boolean =>
  (db.pragma("table_info(games)") as readonly { readonly name: string }[]).some(({ name }) => name === "last_id");

function checkMark(path: string, store: StoreRow, notes: string[]): void {
  const mark = readMark(markPath(path));
  if (mark === null || mark === "unreadable") {
    notes.push(`the high-water mark ${markPath(path)} is ${mark === null ? "missing" : "unreadable"}; it is written anew`);
    return;
  }
  if (mark.storeId !== store.store_id) {
    throw new GateError(
      `The data file ${path} is not the one that was served here. It was left as it is; if it is meant, remove ${markPath(path)}.`,
    );
  }
  if (mark.seq > store.seq) {
    const lost = `it ends at ${store.seq}, but ${mark.seq} was written`;
    throw new GateError(
      `The data file ${path} is an older copy or has lost its log: ${lost}. It was left as it is; restore the newest, or remove ${markPath(path)}.`,
    );
  }
}

function quickCheck(db: Database, path: string): void {
  const verdict = db.pragma("quick_check(1)", { simple: true });
  if (verdict !== "ok")
    throw new GateError(`The data file ${path} is damaged: ${oneLine(verdict)}. It was left as it is; restore a backup.`);
}

/** Sets what durability rests on, and reads it back: a library's default is not a promise. */
function setPragmas(db: Database, cacheBytesMax: number): Record<string, string | number> {
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("wal_autocheckpoint = 0");
  db.pragma("journal_size_limit = 67108864");
  // Given as a negative number, it is a number of KiB and not of pages.
  db.pragma(`cache_size = -${cacheBytesMax >> 10}`);
  db.pragma("trusted_schema = OFF");
  const version = db.prepare("SELECT sqlite_version()").pluck().get() as string;
  const facts: Record<string, string | number> = { sqlite: version };
  for (const name of ["journal_mode", "synchronous", "locking_mode", "page_size", "cache_size", "application_id", "user_version"]) {
    facts[name] = db.pragma(name, { simple: true }) as string | number;
  }
  if (facts["journal_mode"] !== "wal")
    throw new GateError("The data file cannot use a write-ahead log here; choose a local disk for DATA_DIR.");
  if (facts["synchronous"] !== 2) throw new GateError("SQLite did not accept synchronous=FULL.");
  if (isTooOld(version))
    throw new GateError(`SQLite ${version} is too old: ${sqliteVersionMin.join(".")} mended a corruption of the write-ahead log.`);
  return facts;
}

/** Whether this release of SQLite, like "3.51.3", came before the one that is needed. */
export function isTooOld(version: string): boolean {
  const parts = version.split(".").map(Number);
  const place = sqliteVersionMin.findIndex((least, at) => parts[at] !== least);
  const [least, found] = [sqliteVersionMin[place], parts[place]];
  return least !== undefined && !(found !== undefined && found > least);
}

/** Takes the file over for this process and keeps the time in which nobody lived. Gives all such times. */
function noteStart(db: Database, settings: WriterSettings, aliveAt: number | null): readonly Outage[] {
  const { epoch, startedAt } = settings;
  return db
    .transaction(() => {
      if (aliveAt !== null) {
        db.prepare("INSERT INTO outages (from_at, to_at) VALUES (?, ?)").run(aliveAt, Math.max(aliveAt, startedAt));
        db.prepare("DELETE FROM outages WHERE rowid <= (SELECT max(rowid) FROM outages) - ?").run(outagesKept);
      }
      db.prepare("UPDATE store SET epoch = ?, alive_at = max(alive_at, ?)").run(epoch, startedAt);
      return db.prepare(`SELECT from_at AS "from", to_at AS "to" FROM outages ORDER BY from_at`).all() as Outage[];
    })
    .immediate();
}
