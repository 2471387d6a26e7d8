// The audit log: one record per security event, appended to a file of its month, each chained to the one before by hash. Never rewrites
// a record, never holds up its caller, and keeps a flood of events from filling the disk.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Ambient } from "./ambient.ts";
import type { Log } from "./log.ts";
import { scrubValue } from "./scrub.ts";

export const auditEvents = [
  "server-started",
  "server-stopping",
  "admin-denied",
  "admin-action",
  "metrics-denied",
  "origin-refused",
  "token-refused",
  "token-reused",
  "action-refused",
  "rate-limited",
  "flood-closed",
  "slow-reader-closed",
  "seat-displaced",
  "game-quarantined",
  "dead-letter",
  "secrets-reloaded",
  "suppressed",
] as const;
export type AuditEvent = (typeof auditEvents)[number];

export interface AuditRecord {
  /** 1 for the first of this chain; rises by one. */
  readonly n: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly event: AuditEvent;
  /** Who: an address, "admin", "server". */
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Hash of the record before; of nothing for the first. */
  readonly prev: string;
  readonly hash: string;
}

export interface AuditQuery {
  readonly event?: AuditEvent;
  /** Records with `n` below this one. */
  readonly before?: number;
  readonly limit: number;
}

/** `broken`: the first record that does not follow from the one before, or null when the chain is whole. */
export interface AuditCheck {
  readonly records: number;
  readonly broken: number | null;
}

export interface Audit {
  /** Adds a record. Returns at once; the write follows within the same turn or so. Past 50 a second records are counted, not kept. */
  note(event: AuditEvent, actor: string, detail?: Readonly<Record<string, unknown>>): void;
  /** Newest first. */
  query(query: AuditQuery): Promise<readonly AuditRecord[]>;
  verify(): Promise<AuditCheck>;
  /** Months that ended longer than the retention ago are deleted. */
  expire(): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

export interface AuditSettings {
  readonly folder: string;
  /** Separates processes that share the folder: letters, digits and dashes. */
  readonly chain: string;
  readonly retentionMs: number;
  readonly ambient: Pick<Ambient, "now">;
  readonly log: Log;
  readonly onRecord?: () => void;
}

const recordsPerSecondMax = 50;
const waitingMax = 1000;

function hashOf(record: Omit<AuditRecord, "hash">): string {
  const { n, at, event, actor, detail, prev } = record;
  return createHash("sha256")
    .update(JSON.stringify([n, at, event, actor, detail, prev]))
    .digest("hex");
}

function parseRecord(line: string): AuditRecord | null {
  try {
    const record = JSON.parse(line) as AuditRecord;
    return typeof record.n === "number" && typeof record.hash === "string" ? record : null;
  } catch {
    return null;
  }
}

/** Where `n` of the damage is, going through records in order. The first may follow a month that has expired. */
export function checkChain(records: readonly AuditRecord[]): AuditCheck {
  let before: AuditRecord | null = null;
  for (const record of records) {
    const follows = before === null || (record.prev === before.hash && record.n === before.n + 1);
    if (!follows || record.hash !== hashOf(record)) return { records: records.length, broken: record.n };
    before = record;
  }
  return { records: records.length, broken: null };
}

class AuditFiles {
  readonly #folder: string;
  readonly #chain: string;
  readonly #log: Log;

  constructor({ folder, chain, log }: AuditSettings) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#chain = chain;
    this.#log = log;
  }

  pathOf(month: string): string {
    return join(this.#folder, `${this.#chain}-${month}.jsonl`);
  }

  /** Months that have a file, oldest first. */
  months(): string[] {
    const start = `${this.#chain}-`;
    return readdirSync(this.#folder)
      .filter((name) => name.startsWith(start) && /^\d{4}-\d\d\.jsonl$/.test(name.slice(start.length)))
      .map((name) => name.slice(start.length, -".jsonl".length))
      .sort();
  }

  read(month: string): AuditRecord[] {
    const path = this.pathOf(month);
    if (!existsSync(path)) return [];
    return readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [parseRecord(line)]))
      .filter((record) => record !== null);
  }

  /** The newest whole record; a line torn by a crash does not count. */
  last(): AuditRecord | null {
    for (const month of this.months().reverse()) {
      if (this.isTorn(month)) this.#log.warn({ month }, "the audit log's last record was torn by a crash");
      const newest = this.read(month).at(-1);
      if (newest !== undefined) return newest;
    }
    return null;
  }

  /** True when the file's last line has no end yet. */
  isTorn(month: string): boolean {
    const path = this.pathOf(month);
    if (!existsSync(path)) return false;
    const text = readFileSync(path, "utf8");
    return text !== "" && !text.endsWith("\n");
  }

  remove(month: string): void {
    rmSync(this.pathOf(month));
  }
}

class FileAudit implements Audit {
  readonly #settings: AuditSettings;
  readonly #files: AuditFiles;
  #n: number;
  #hash: string;
  #waiting: AuditRecord[] = [];
  #writing: Promise<void> | null = null;
  #second = 0;
  #thisSecond = 0;
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
  }

  note(event: AuditEvent, actor: string, detail: Readonly<Record<string, unknown>> = {}): void {
    const second = Math.floor(this.#settings.ambient.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#thisSecond = 0;
      if (this.#suppressed > 0) this.#append("suppressed", "server", { records: this.#suppressed });
      this.#suppressed = 0;
    }
    this.#thisSecond += 1;
    if (this.#thisSecond > recordsPerSecondMax || this.#waiting.length >= waitingMax) {
      this.#suppressed += 1;
      return;
    }
    this.#append(event, actor, detail);
  }

  #append(event: AuditEvent, actor: string, detail: Readonly<Record<string, unknown>>): void {
    const clean = scrubValue(detail) as Readonly<Record<string, unknown>>;
    const base = { n: this.#n + 1, at: this.#settings.ambient.now(), event, actor: actor.slice(0, 100), detail: clean, prev: this.#hash };
    const record: AuditRecord = { ...base, hash: hashOf(base) };
    this.#n = record.n;
    this.#hash = record.hash;
    this.#waiting.push(record);
    this.#settings.onRecord?.();
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      if (this.#hasFailed) this.#forgetWritten();
      while (this.#waiting.length > 0) {
        const [first] = this.#waiting;
        const month = new Date(first?.at ?? 0).toISOString().slice(0, 7);
        const batch = this.#waiting.filter((record) => new Date(record.at).toISOString().startsWith(month));
        const file = await this.#fileOf(month);
        await file.appendFile(batch.map((record) => `${JSON.stringify(record)}\n`).join(""));
        await file.datasync();
        this.#waiting = this.#waiting.filter((record) => !batch.includes(record));
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
  #forgetWritten(): void {
    const written = this.#files.last()?.n ?? 0;
    this.#waiting = this.#waiting.filter(({ n }) => n > written);
  }

  async #fileOf(month: string): Promise<FileHandle> {
    if (this.#handle?.month === month) return this.#handle.file;
    await this.#handle?.file.close();
    this.#handle = null;
    const torn = this.#files.isTorn(month);
    const file = await open(this.#files.pathOf(month), "a");
    if (torn) await file.appendFile("\n");
    this.#handle = { month, file };
    return file;
  }

  async query({ event, before, limit }: AuditQuery): Promise<readonly AuditRecord[]> {
    await this.#writing;
    const found: AuditRecord[] = [];
    for (const month of this.#files.months().reverse()) {
      for (const record of this.#files.read(month).reverse()) {
        if (found.length >= limit) return found;
        if ((event === undefined || record.event === event) && (before === undefined || record.n < before)) found.push(record);
      }
    }
    return found;
  }

  async verify(): Promise<AuditCheck> {
    await this.#writing;
    return checkChain(this.#files.months().flatMap((month) => this.#files.read(month)));
  }

  expire(): void {
    const oldest = new Date(this.#settings.ambient.now() - this.#settings.retentionMs).toISOString().slice(0, 7);
    for (const month of this.#files.months()) {
      if (month < oldest) this.#files.remove(month);
    }
  }

  async close(): Promise<void> {
    if (this.#suppressed > 0) this.#append("suppressed", "server", { records: this.#suppressed });
    this.#suppressed = 0;
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
