// The audit log's files, one a month: found, read in small pieces from either end, so that a large one holds nobody up, and removed.
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { AuditRecord } from "./audit-record.ts";
import { makeFolder } from "./folder.ts";
import type { Log } from "./log.ts";

/** What is read at once, and what a start reads of a file of any size. */
const pieceBytes = 64 * 1024;
/** No record is longer; what is, such as a hole in a damaged file, is let go. */
const lineBytesMax = 256 * 1024;
const newLine = 10;
const nothing: Buffer = Buffer.alloc(0);

/** The part of a line that is kept until the rest of it is read. */
const kept = (bytes: Buffer): Buffer => (bytes.length > lineBytesMax ? nothing : bytes);

function parseRecord(line: string): AuditRecord | null {
  try {
    const record = JSON.parse(line) as AuditRecord;
    return typeof record.n === "number" && typeof record.hash === "string" ? record : null;
  } catch {
    return null;
  }
}

/** The records of whole lines, oldest first. */
function recordsOf(lines: Buffer): AuditRecord[] {
  return lines
    .toString("utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [parseRecord(line)]))
    .filter((record) => record !== null);
}

/** Gives the records of a file's pieces as they come, from its end to its beginning; newest first. */
function backwards(): (piece: Buffer, isFirst: boolean) => AuditRecord[] {
  let rest = nothing;
  return (piece, isFirst) => {
    const bytes = Buffer.concat([piece, rest]);
    const start = isFirst ? 0 : bytes.indexOf(newLine) + 1;
    const isWithin = !isFirst && start === 0;
    rest = kept(isWithin ? bytes : bytes.subarray(0, start));
    return isWithin ? [] : recordsOf(bytes.subarray(start)).reverse();
  };
}

/**
 * The records of several files by their numbers: after a clock that was weeks ahead, what was written later is in the file of an earlier
 * month, and a month can go on where it was left.
 */
async function* merged(
  files: readonly AsyncGenerator<readonly AuditRecord[]>[],
  isBefore: (one: AuditRecord, other: AuditRecord) => boolean,
): AsyncGenerator<AuditRecord> {
  const readers = files.map((pieces) => ({ pieces, records: [] as readonly AuditRecord[], at: 0, isOver: false }));
  try {
    for (;;) {
      let next: { record: AuditRecord; reader: (typeof readers)[number] } | null = null;
      for (const reader of readers) {
        while (reader.at === reader.records.length && !reader.isOver) {
          const piece = await reader.pieces.next();
          Object.assign(reader, piece.done ? { isOver: true } : { records: piece.value, at: 0 });
        }
        const record = reader.records[reader.at];
        if (record !== undefined && (next === null || isBefore(record, next.record))) next = { record, reader };
      }
      if (next === null) return;
      next.reader.at += 1;
      yield next.record;
    }
  } finally {
    // Who has found enough leaves no file open.
    for (const { pieces } of readers) await pieces.return(undefined);
  }
}

/** Where the server keeps it; every store leaves that place free. */
export const auditFolder = (dataDir: string): string => join(dataDir, "audit");

export class AuditFiles {
  readonly #folder: string;
  readonly #chain: string;
  readonly #log: Log;

  constructor({ folder, chain, log }: { readonly folder: string; readonly chain: string; readonly log: Log }) {
    try {
      makeFolder(resolve(folder));
    } catch (error) {
      throw new Error(`The audit log's folder ${folder} cannot be used: ${error instanceof Error ? error.message : error}.`);
    }
    this.#folder = folder;
    this.#chain = chain;
    this.#log = log;
  }

  pathOf(month: string): string {
    return join(this.#folder, `${this.#chain}-${month}.jsonl`);
  }

  /** Never throws: what cannot be looked at cannot be written either, and says so then. */
  bytesOf(month: string): number {
    try {
      return statSync(this.pathOf(month), { throwIfNoEntry: false })?.size ?? 0;
    } catch {
      return 0;
    }
  }

  /** Months that have a file, oldest first. */
  months(): string[] {
    const start = `${this.#chain}-`;
    return readdirSync(this.#folder)
      .filter((name) => name.startsWith(start) && /^\d{4}-\d\d\.jsonl$/.test(name.slice(start.length)))
      .map((name) => name.slice(start.length, -".jsonl".length))
      .sort();
  }

  /** The newest whole record; a line torn by a crash does not count. Reads no more of each file's end than it needs. */
  last(): AuditRecord | null {
    const ends = this.months().map((month) => ({ month, newest: this.#lastOf(month) }));
    const last = ends.reduce<AuditRecord | null>((most, { newest }) => ((newest?.n ?? 0) > (most?.n ?? 0) ? (newest ?? null) : most), null);
    for (const { month, newest } of ends)
      if ((newest === undefined || newest === last) && this.isTorn(month))
        this.#log.warn({ month }, "the audit log's last record was torn by a crash");
    return last;
  }

  #lastOf(month: string): AuditRecord | undefined {
    const file = openSync(this.pathOf(month), "r");
    try {
      const read = backwards();
      for (let end = fstatSync(file).size; end > 0; end -= pieceBytes) {
        const at = Math.max(0, end - pieceBytes);
        const piece = Buffer.alloc(end - at);
        const [newest] = read(piece.subarray(0, readSync(file, piece, 0, piece.length, at)), at === 0);
        if (newest !== undefined) return newest;
      }
      return undefined;
    } finally {
      closeSync(file);
    }
  }

  /** Whether what is open is still the month's file: it may have been moved or deleted. */
  async isAt(month: string, file: FileHandle): Promise<boolean> {
    const { ino, dev } = await file.stat();
    const there = statSync(this.pathOf(month), { throwIfNoEntry: false });
    return there?.ino === ino && there.dev === dev;
  }

  /** True when the file's last line has no end yet. */
  isTorn(month: string): boolean {
    const path = this.pathOf(month);
    if (!existsSync(path)) return false;
    const file = openSync(path, "r");
    try {
      const last = Buffer.of(newLine);
      readSync(file, last, 0, 1, Math.max(0, fstatSync(file).size - 1));
      return last[0] !== newLine;
    } finally {
      closeSync(file);
    }
  }

  /** All records, oldest first. */
  oldestFirst(): AsyncGenerator<AuditRecord> {
    return merged(
      this.months().map((month) => this.#oldestFirstOf(month)),
      (one, other) => one.n < other.n,
    );
  }

  /** All records, newest first. */
  newestFirst(): AsyncGenerator<AuditRecord> {
    return merged(
      this.months()
        .reverse()
        .map((month) => this.#newestFirstOf(month)),
      (one, other) => one.n > other.n,
    );
  }

  /** All records of a month, oldest first, a piece at a time. */
  async *#oldestFirstOf(month: string): AsyncGenerator<readonly AuditRecord[]> {
    const file = await open(this.pathOf(month), "r");
    try {
      const piece = Buffer.alloc(pieceBytes);
      let rest = nothing;
      for (let at = 0; ; ) {
        const { bytesRead } = await file.read(piece, 0, pieceBytes, at);
        if (bytesRead === 0) break;
        at += bytesRead;
        const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf(newLine) + 1;
        rest = kept(bytes.subarray(end));
        yield recordsOf(bytes.subarray(0, end));
      }
      yield recordsOf(rest);
    } finally {
      await file.close();
    }
  }

  /** All records of a month, newest first, a piece at a time. */
  async *#newestFirstOf(month: string): AsyncGenerator<readonly AuditRecord[]> {
    const file = await open(this.pathOf(month), "r");
    try {
      const read = backwards();
      for (let end = (await file.stat()).size; end > 0; end -= pieceBytes) {
        const at = Math.max(0, end - pieceBytes);
        const piece = Buffer.alloc(end - at);
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        yield read(piece.subarray(0, bytesRead), at === 0);
      }
    } finally {
      await file.close();
    }
  }

  /** Of all chains: a worker there is no more, and a process that has another name now, would leave its files for ever. */
  removeBefore(month: string): void {
    for (const name of readdirSync(this.#folder)) {
      const [, ended] = /-(\d{4}-\d\d)\.jsonl$/.exec(name) ?? [];
      if (ended !== undefined && ended < month) rmSync(join(this.#folder, name), { force: true });
    }
  }
}
