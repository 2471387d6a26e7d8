// The writer thread: the only one that writes the data file. It takes batches, makes them durable, then answers.
// It never answers "done" before the commit has reached the disk, and nothing at all after an I/O error.
import { parentPort, workerData } from "node:worker_threads";
import type { Database, Statement } from "better-sqlite3";
import { type Ambient, realAmbient } from "../ops/ambient.ts";
import { failpoints, type Hit } from "./failpoint.ts";
import { type Applier, createApplier, FencedError } from "./sqlite-batch.ts";
import { hasRoom, identityOf, oneLine } from "./sqlite-disk.ts";
import { passGate, refusalOf } from "./sqlite-gate.ts";
import type { MarkFile } from "./sqlite-mark.ts";
import type { Op, OpResult, Trouble, WriterReply, WriterRequest, WriterSettings } from "./sqlite-messages.ts";

/** A frame of the log: a page and its header. */
const frameBytes = 4096 + 24;
/** How soon a checkpoint that could not finish is tried again. */
const checkpointAgainMs = 100;
/**
 * How often the mark is forced to the disk (after a power cut it may be this much behind, see docs/decisions/0022), and how often the
 * writer looks whether its files are still where the next start will look for them.
 */
const lookEveryMs = 1_000;
/** Pages that a batch and each of its changes dirty, roughly. The true number is asked for before it matters. */
const pagesPer = { batch: 6, op: 3 };
/** So often the true length of the log is asked for before it has grown as long as it may. */
const looksPerLog = 4;

/** Pages in the log, and how many of them are copied into the data file. */
interface LogSize {
  readonly log: number;
  readonly checkpointed: number;
}

/** The batch is on the disk, but could not be answered. */
class AfterCommitError extends Error {}

/** A batch that was split failed after its first ops were on the disk. */
class HalfWrittenError extends Error {
  readonly written: readonly OpResult[];
  constructor(written: readonly OpResult[], cause: unknown) {
    super("", { cause });
    this.written = written;
  }
}

/** What the thread gives its writer. */
interface WriterPorts {
  readonly post: (reply: WriterReply) => void;
  readonly ambient: Pick<Ambient, "monotonicMs">;
}

class Writer {
  readonly #settings: WriterSettings;
  readonly #ambient: WriterPorts["ambient"];
  readonly #hit: Hit;
  readonly #db: Database;
  readonly #applier: Applier;
  readonly #mark: MarkFile;
  readonly #storeId: string;
  readonly #post: (reply: WriterReply) => void;
  /** Pages in the log when it was looked at last, 0 when all were copied; how many were not; and an estimate of what came since. */
  #logPages = 0;
  #uncopied = 0;
  #pagesSince = 0;
  readonly #logSize: Statement<unknown[], LogSize>;
  #checkpointedAt = 0;
  /** Pages that the last checkpoint had to leave. */
  #left = 0;
  #isLogStuck = false;
  #dead = false;
  #isMarkBroken = false;
  #lookedAt = 0;
  readonly #files: readonly (readonly [path: string, identity: string | null])[];

  constructor(settings: WriterSettings, { post, ambient }: WriterPorts) {
    this.#settings = settings;
    this.#ambient = ambient;
    this.#post = post;
    this.#hit = failpoints(settings.failpoints);
    const { db, mark, storeId, opened, notes } = passGate(settings, this.#hit);
    this.#db = db;
    this.#logSize = db.prepare("PRAGMA wal_checkpoint(NOOP)");
    this.#measured(this.#logSize.get());
    this.#mark = mark;
    this.#storeId = storeId;
    this.#files = [settings.path, `${settings.path}-wal`].map((path) => [path, identityOf(path)]);
    this.#applier = createApplier(db, settings.epoch, this.#hit);
    for (const message of notes) post({ kind: "noted", level: "warn", message });
    post({ kind: "opened", opened });
  }

  run(request: WriterRequest): void {
    if ("close" in request) this.#close();
    else if (!this.#dead) this.#batch(request.batch, request.ops);
  }

  #batch(batch: number, ops: readonly Op[]): void {
    const startedAt = this.#ambient.monotonicMs();
    try {
      this.#hit("batch-received");
      if (ops[0]?.[0] === "probe") this.#assertRoom();
      const results = this.#write(ops);
      const isQuiet = results.every((result) => result === null);
      const walBytes = (this.#logPages + this.#pagesSince) * frameBytes;
      this.#post({ kind: "done", batch, results: isQuiet ? null : results, commitMs: this.#ambient.monotonicMs() - startedAt, walBytes });
      this.#hit("batch-answered");
      this.#pagesSince += pagesPer.batch + ops.length * pagesPer.op;
    } catch (error) {
      this.#fail(batch, error);
      return;
    }
    this.#tend();
  }

  #write(ops: readonly Op[]): OpResult[] {
    const applied = this.#apply(ops);
    if (applied === null) return this.#writeEach(ops);
    if ("poison" in applied) return [applied];
    // Durable from here on: whatever fails now, these ops must never be tried again.
    try {
      this.#hit("batch-committed");
      this.#note(applied.seq);
      this.#hit("batch-marked");
    } catch (error) {
      throw new AfterCommitError(oneLine(error), { cause: error });
    }
    return applied.results;
  }

  #writeEach(ops: readonly Op[]): OpResult[] {
    const results: OpResult[] = [];
    for (const op of ops) {
      try {
        results.push(...this.#write([op]));
      } catch (error) {
        throw new HalfWrittenError(results, error);
      }
    }
    return results;
  }

  /** null: one of several ops is at fault, and nothing was written: they have to be tried one by one. */
  #apply(ops: readonly Op[]): ReturnType<Applier["apply"]> | { readonly poison: string } | null {
    try {
      return this.#applier.apply(ops);
    } catch (error) {
      if (troubleOf(error, this.#settings.path) !== "poison") throw error;
      return ops.length === 1 ? { poison: oneLine(error) } : null;
    }
  }

  /** A mark that cannot be written falls behind, which does no harm; the file it guards is more important. */
  #note(seq: number): void {
    try {
      this.#mark.write({ storeId: this.#storeId, seq });
      this.#isMarkBroken = false;
    } catch (error) {
      this.#markBroke(error);
    }
  }

  #markBroke(error: unknown): void {
    if (!this.#isMarkBroken)
      this.#post({ kind: "noted", level: "error", message: `the high-water mark cannot be written: ${oneLine(error)}` });
    this.#isMarkBroken = true;
  }

  /** After the answer, so that only the next batch waits for it. A log that a reader kept from being emptied is tried again soon. */
  #tend(): void {
    const now = this.#ambient.monotonicMs();
    if (now - this.#lookedAt >= lookEveryMs) {
      this.#lookedAt = now;
      this.#mark.sync((error) => this.#markBroke(error));
      this.#assertSameFiles();
      if (this.#dead) return;
    }
    try {
      const isLeft = this.#left > 0 && now - this.#checkpointedAt > checkpointAgainMs;
      if (isLeft || this.#hasGrown()) this.#checkpoint();
    } catch (error) {
      if (troubleOf(error, this.#settings.path) === "fatal") this.#fail(0, error);
      else this.#checkpointFailed(error);
    }
  }

  /** A full disk or a busy file leaves the log as it is; the batches that no longer fit into it will say so themselves. */
  #checkpointFailed(error: unknown): void {
    this.#left = Math.max(1, this.#uncopied);
    if (!this.#isLogStuck)
      this.#post({ kind: "noted", level: "warn", message: `the log could not be copied into the data file: ${oneLine(error)}` });
    this.#isLogStuck = true;
  }

  /** A file that was removed or replaced under a server goes on taking writes that nobody will ever find again. */
  #assertSameFiles(): void {
    const lost = this.#files.find(([path, identity]) => identityOf(path) !== identity);
    if (lost !== undefined) this.#fail(0, new FencedError(`${lost[0]} was removed or replaced while it was in use`));
  }

  /** Whether as many pages as the log may have came since the last checkpoint. */
  #hasGrown(): boolean {
    if (this.#pagesSince > this.#settings.walPagesMax / looksPerLog) this.#measured(this.#logSize.get());
    return this.#uncopied - this.#left > this.#settings.walPagesMax;
  }

  /** A reader that holds old pages makes it do less, not fail. */
  #checkpoint(): void {
    this.#checkpointedAt = this.#ambient.monotonicMs();
    this.#hit("checkpoint-before");
    const [done] = this.#db.pragma("wal_checkpoint(PASSIVE)") as LogSize[];
    this.#hit("checkpoint-after");
    this.#measured(done);
    this.#left = this.#uncopied;
    this.#isLogStuck = false;
  }

  /** A log of which all is copied begins anew with the next change, unless somebody reads just then. */
  #measured(size: LogSize | undefined): void {
    this.#uncopied = size === undefined ? 0 : size.log - size.checkpointed;
    this.#logPages = this.#uncopied === 0 ? 0 : (size?.log ?? 0);
    this.#pagesSince = 0;
  }

  #assertRoom(): void {
    if (!hasRoom(this.#settings.path)) throw Object.assign(new Error("the disk is full"), { code: "SQLITE_FULL" });
  }

  #fail(batch: number, failure: unknown): void {
    const isHalf = failure instanceof HalfWrittenError;
    const error = isHalf ? failure.cause : failure;
    const found = troubleOf(error, this.#settings.path);
    const trouble: Trouble = found === "poison" ? "fatal" : found;
    if (trouble === "fatal") this.#dead = true;
    const written = isHalf && !this.#dead ? failure.written : [];
    this.#post({ kind: "failed", batch, trouble, code: codeOf(error), message: oneLine(error), written });
  }

  #close(): void {
    try {
      if (!this.#dead) this.#db.pragma("wal_checkpoint(TRUNCATE)");
      this.#mark.close();
      this.#db.close();
    } catch (error) {
      this.#post({ kind: "noted", level: "error", message: `closing the data file: ${oneLine(error)}` });
    }
    this.#post({ kind: "closed" });
    parentPort?.close();
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? "");

function troubleOf(error: unknown, path: string): Trouble | "poison" {
  if (error instanceof FencedError || error instanceof AfterCommitError) return "fatal";
  const code = codeOf(error);
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return "passing";
  if (code === "SQLITE_FULL") return "full";
  if (code.startsWith("SQLITE_READONLY")) return "readonly";
  // The log's index could not grow: that is a full disk with another name. Every other I/O error is final.
  if (code === "SQLITE_IOERR_SHMSIZE") return hasRoom(path) ? "fatal" : "full";
  const isOpsFault = !code.startsWith("SQLITE_") || /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)/.test(code);
  return isOpsFault ? "poison" : "fatal";
}

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error("sqlite-writer runs as a worker thread only");
  const post = (reply: WriterReply) => port.postMessage(reply);
  try {
    const writer = new Writer(workerData as WriterSettings, { post, ambient: realAmbient() });
    port.on("message", (request: WriterRequest) => writer.run(request));
  } catch (error) {
    const { message } = refusalOf(error, (workerData as WriterSettings).path);
    post({ kind: "refused", message });
    port.close();
  }
}

main();
