// The audit log: one record per security event, appended to a file of its month, each chained to the one before by hash. Never rewrites
// a record, never holds up its caller, and keeps a flood of events from filling the disk.
import { type FileHandle, open } from "node:fs/promises";
import type { Ambient } from "./ambient.ts";
import { AuditFiles } from "./audit-files.ts";
import { type AuditCheck, type AuditEvent, type AuditRecord, ChainCheck, hashOf } from "./audit-record.ts";
import type { Log } from "./log.ts";
import { scrubValue } from "./scrub.ts";

export interface AuditQuery {
  readonly event?: AuditEvent;
  /** Records with `n` below this one. */
  readonly before?: number;
  readonly limit: number;
}

export interface Audit {
  /**
   * Adds a record. Returns at once; the write follows within the same turn or so. Past 50 a second of what strangers cause, as many guesses
   * at the operator's token, and as many of the rest, and once the month's file is full, records are counted, not kept.
   */
  note(event: AuditEvent, actor: string, detail?: Readonly<Record<string, unknown>>): void;
  /** Newest first. */
  query(query: AuditQuery): Promise<readonly AuditRecord[]>;
  verify(): Promise<AuditCheck>;
  /** Months that ended longer than the retention before `now` are deleted, also those of processes that run no more. */
  expire(now: number): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

export interface AuditSettings {
  readonly folder: string;
  /** Separates processes that share the folder: letters, digits, dots, dashes and underscores. */
  readonly chain: string;
  readonly retentionMs: number;
  /** Bounds a month's file. */
  readonly monthBytesMax: number;
  readonly ambient: Pick<Ambient, "now">;
  readonly log: Log;
  readonly onRecord?: () => void;
}

const recordsPerSecondMax = 50;
const waitingMax = 1000;
/**
 * What each may take of a month's file, and of what waits to be written: no flood hides what an operator did, nor who guessed at his token,
 * which has a limit of its own for each address.
 */
const shareOf = { strangers: 0.9, guesses: 0.95, own: 1 };
type Whose = keyof typeof shareOf;
const ownEvents: ReadonlySet<AuditEvent> = new Set([
  "server-started",
  "server-stopping",
  "admin-action",
  "game-quarantined",
  "dead-letter",
  "secrets-reloaded",
]);

const whoseIs = (event: AuditEvent): Whose => (ownEvents.has(event) ? "own" : event === "admin-denied" ? "guesses" : "strangers");
const noneYet: Readonly<Record<Whose, number>> = { strangers: 0, guesses: 0, own: 0 };

/** A record on its way to the file of its month. */
interface Waiting {
  readonly n: number;
  readonly month: string;
  readonly line: string;
}

/** A clock that steps back by no more than this over the end of a month does not put a record into a file older than the one before it. */
const stepBackMs = 86_400_000;

const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

class FileAudit implements Audit {
  readonly #settings: AuditSettings;
  readonly #files: AuditFiles;
  #n: number;
  #hash: string;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  /** The month records go to now, and the bytes of its file, those that wait among them. */
  #month: string;
  #monthBytes: number;
  #isFull = false;
  #second = 0;
  #thisSecond = { ...noneYet };
  #suppressed = 0;
  /** The last try to write did not succeed: what waits is written with the next record. */
  #hasFailed = false;
  #handle: { readonly month: string; readonly file: FileHandle } | null = null;

  constructor(settings: AuditSettings) {
    this.#settings = settings;
    this.#files = new AuditFiles(settings);
    const last = this.#files.last();
    this.#n = last?.n ?? 0;
    this.#hash = last?.hash ?? "";
    this.#month = this.#files.months().at(-1) ?? "";
    this.#monthBytes = this.#files.bytesOf(this.#month);
  }

  /** A month that has ended gets no more records for a small step back. */
  #fileMonthOf(at: number): string {
    const month = monthOf(at);
    return month < this.#month && this.#month <= monthOf(at + stepBackMs) ? this.#month : month;
  }

  note(event: AuditEvent, actor: string, detail: Readonly<Record<string, unknown>> = {}): void {
    const second = Math.floor(this.#settings.ambient.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#thisSecond = { ...noneYet };
      if (this.#suppressed > 0 && this.#hasRoom("suppressed")) this.#appendSuppressed();
      if (this.#waiting.length > 0) this.#writing ??= this.#writeAll();
    }
    const whose = whoseIs(event);
    this.#thisSecond[whose] += 1;
    if (this.#thisSecond[whose] > recordsPerSecondMax || !this.#hasRoom(event)) this.#suppressed += 1;
    else this.#append(event, actor, detail);
  }

  #hasRoom(event: AuditEvent): boolean {
    const { ambient, log, monthBytesMax } = this.#settings;
    const month = this.#fileMonthOf(ambient.now());
    if (month !== this.#month) {
      this.#month = month;
      this.#monthBytes = this.#files.bytesOf(month);
      this.#isFull = false;
    }
    const share = shareOf[whoseIs(event)];
    const isFull = this.#monthBytes >= monthBytesMax * share;
    if (isFull && !this.#isFull) log.warn({ month, monthBytesMax }, "the month's audit log is full; events are counted");
    this.#isFull ||= isFull;
    return !isFull && this.#waiting.length < waitingMax * share;
  }

  #appendSuppressed(): void {
    this.#append("suppressed", "server", { records: this.#suppressed });
    this.#suppressed = 0;
  }

  #append(event: AuditEvent, actor: string, detail: Readonly<Record<string, unknown>>): void {
    const clean = scrubValue(detail) as Readonly<Record<string, unknown>>;
    const base = { n: this.#n + 1, at: this.#settings.ambient.now(), event, actor: actor.slice(0, 100), detail: clean, prev: this.#hash };
    const record: AuditRecord = { ...base, hash: hashOf(base) };
    const line = `${JSON.stringify(record)}\n`;
    this.#n = record.n;
    this.#hash = record.hash;
    this.#monthBytes += Buffer.byteLength(line);
    this.#waiting.push({ n: record.n, month: this.#fileMonthOf(record.at), line });
    this.#settings.onRecord?.();
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      if (this.#hasFailed) await this.#forgetWritten();
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
        const { month } = first;
        const end = this.#waiting.findIndex((record) => record.month !== month);
        const batch = this.#waiting.slice(0, end === -1 ? undefined : end);
        const file = await this.#fileOf(month);
        await file.appendFile(batch.map(({ line }) => line).join(""));
        await file.datasync();
        this.#waiting.splice(0, batch.length);
        this.#hasFailed = false;
      }
    } catch (error) {
      if (!this.#hasFailed) this.#settings.log.error({ err: error }, "the audit log cannot be written; records wait");
      this.#hasFailed = true;
      await this.#handle?.file.close().catch(() => undefined);
      this.#handle = null;
    } finally {
      this.#writing = null;
    }
  }

  /** Of a batch that failed, some records may be in the file: they must not be there twice. */
  async #forgetWritten(): Promise<void> {
    const [written] = await this.#find({ limit: 1 });
    this.#waiting = this.#waiting.filter(({ n }) => n > (written?.n ?? 0));
  }

  async #fileOf(month: string): Promise<FileHandle> {
    const before = this.#handle;
    const isGone = before?.month === month && !(await this.#files.isAt(month, before.file));
    if (before?.month === month && !isGone) return before.file;
    if (isGone)
      this.#settings.log.error({ month }, "the audit log's file was taken away; records go to a new one, those before are not in it");
    await before?.file.close();
    this.#handle = null;
    const torn = this.#files.isTorn(month);
    const file = await open(this.#files.pathOf(month), "a");
    // Before the first write, which may fail: what is not kept nobody closes.
    this.#handle = { month, file };
    if (torn) await file.appendFile("\n");
    return file;
  }

  async query(query: AuditQuery): Promise<readonly AuditRecord[]> {
    await this.#writing;
    return this.#find(query);
  }

  async #find({ event, before, limit }: AuditQuery): Promise<readonly AuditRecord[]> {
    const found: AuditRecord[] = [];
    for await (const record of this.#files.newestFirst()) {
      if ((event === undefined || record.event === event) && (before === undefined || record.n < before)) found.push(record);
      if (found.length >= limit) return found;
    }
    return found;
  }

  async verify(): Promise<AuditCheck> {
    await this.#writing;
    const check = new ChainCheck();
    // What comes while it is read may be read or not.
    const written = (this.#waiting[0]?.n ?? this.#n + 1) - 1;
    for await (const record of this.#files.oldestFirst()) check.add(record);
    const isKept = this.#month >= monthOf(this.#settings.ambient.now() - this.#settings.retentionMs);
    return check.result(isKept ? written : 0);
  }

  expire(now: number): void {
    try {
      this.#files.removeBefore(monthOf(now - this.#settings.retentionMs));
    } catch (error) {
      this.#settings.log.warn({ err: error }, "old months of the audit log cannot be deleted");
    }
  }

  async close(): Promise<void> {
    if (this.#suppressed > 0) this.#appendSuppressed();
    await this.#writing;
    if (this.#waiting.length > 0) await this.#writeAll();
    await this.#handle?.file.close();
    this.#handle = null;
  }
}

export function openAudit(settings: AuditSettings): Audit {
  return new FileAudit(settings);
}

/** An audit log that keeps nothing, for tests of other parts. */
export function noAudit(): Audit {
  return {
    note: () => undefined,
    query: async () => [],
    verify: async () => ({ records: 0, broken: null }),
    expire: () => undefined,
    close: async () => undefined,
  };
}
