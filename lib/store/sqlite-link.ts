// The main thread's end of the writer: a bounded queue, batches in order, retries, and the verdict when something fails.
// It settles every request exactly once, and never as done before the writer said that it is durable.
import { ExponentialBackoff, handleAll, retry } from "cockatiel";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import type { DeadLetters } from "./dead-letter.ts";
import { type Op, type OpResult, problemOf, type Trouble, type WriterReply } from "./sqlite-messages.ts";
import type { WriterThread } from "./sqlite-thread.ts";
import { StoreFault } from "./store.ts";

export interface QueueLimits {
  /** Changes waiting or being written; past it `busy`. */
  readonly queueChangesMax: number;
  /** Their bytes, states included. */
  readonly queueBytesMax: number;
  readonly batchChangesMax: number;
  readonly walBytesMax: number;
  /** Waiting longer than this, a request is answered as `unknown`. */
  readonly answerMsMax: number;
  readonly retriesMax: number;
}

/** Told about what happens, for metrics and logs. Every method is called from the main thread and must be quick. */
export interface StoreObserver {
  onBatch?(figures: { readonly changes: number; readonly commitMs: number; readonly queued: number; readonly walBytes: number }): void;
  onFault?(figures: { readonly trouble: Trouble | "died" | "busy" | "slow"; readonly code: string; readonly message: string }): void;
  /** A row of the game was found damaged. Told each time it is met. */
  onDamage?(gameId: string, reason: string): void;
  onDeadLetter?(figures: { readonly changes: number; readonly reason: string }): void;
}

interface Item {
  readonly op: Op;
  readonly bytes: number;
  readonly queuedAt: number;
  readonly read: (result: OpResult) => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (fault: StoreFault) => void;
  isSettled: boolean;
}

interface LinkParts {
  readonly ambient: Ambient;
  readonly limits: QueueLimits;
  readonly observer: StoreObserver;
  readonly deadLetters: DeadLetters;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  readonly onFatal: (message: string) => void;
  readonly onSaved: () => void;
}

/** The writer reported a trouble that may pass by itself. */
class PassingTrouble extends Error {}

const logFull = "A reader keeps the write-ahead log from being emptied.";
const probeEveryMs = 250;
const watchEveryMs = 250;
/** Requests of the store itself (heartbeats, sweeps) that fit in beside a full queue. */
const ownRequestsMax = 16;
/** Waiting requests told in one look that they have waited too long. */
const slowLookMax = 1_024;

const asIs = (result: OpResult): unknown => result;

export class WriterLink {
  readonly #parts: LinkParts;
  readonly #thread: WriterThread;
  #queue: Item[] = [];
  #flight: Item[] = [];
  #batch = 0;
  #bytes = 0;
  #isFlushPlanned = false;
  #walBytes = 0;
  #problem: string | null = null;
  #state: "open" | "troubled" | "dead" | "closed" = "open";
  #onReply: ((reply: WriterReply) => void) | null = null;
  #probing: Cancellable | null = null;
  readonly #watch: Cancellable;
  #onIdle: (() => void) | null = null;

  constructor(thread: WriterThread, parts: LinkParts) {
    this.#parts = parts;
    this.#thread = thread;
    thread.listen({ onReply: (reply) => this.#receive(reply), onDeath: (message) => this.#died(message) });
    this.#watch = parts.ambient.every(watchEveryMs, () => {
      this.#expireSlow();
      this.#lookAtLog();
    });
  }

  /** Queues one request; `read` makes the answer of its result. `bytes` 0: the store's own request, not held back by a full queue. */
  submit<T = OpResult>(op: Op, bytes: number, read = asIs as (result: OpResult) => T): Promise<T> {
    const refusal = this.#refusal(bytes);
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const answered = resolve as (answer: unknown) => void;
      this.#queue.push({ op, bytes, queuedAt: this.#parts.ambient.monotonicMs(), read, resolve: answered, reject, isSettled: false });
      this.#bytes += bytes;
      if (this.#flight.length === 0 && !this.#isFlushPlanned) {
        this.#isFlushPlanned = true;
        this.#parts.ambient.soon(() => {
          this.#isFlushPlanned = false;
          this.#flush();
        });
      }
    });
  }

  /** Something else found that nothing may be acknowledged any more. */
  fail(problem: string): void {
    this.#parts.observer.onFault?.({ trouble: "fatal", code: "", message: problem });
    this.#die(problem);
  }

  health() {
    const oldest = this.#flight[0] ?? this.#queue[0];
    const queueAgeMs = oldest === undefined ? 0 : this.#parts.ambient.monotonicMs() - oldest.queuedAt;
    const problem = this.#problem ?? (this.#isLogFull() ? logFull : null);
    return { problem, queueDepth: this.#queue.length + this.#flight.length, queueAgeMs };
  }

  /** Finishes what was accepted, then ends the thread. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    if (this.#state === "open" && (this.#queue.length > 0 || this.#flight.length > 0)) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    // Asked only now: what was waited for may have been its death.
    const isAlive = this.#state !== "dead";
    this.#state = "closed";
    this.#problem = "The store is closed.";
    this.#stopTimers();
    this.#rejectQueued();
    await (isAlive ? this.#thread.close() : this.#thread.terminate());
  }

  #refusal(bytes: number): StoreFault | null {
    if (this.#state !== "open") return new StoreFault("unavailable", this.#problem ?? "The store is not open.");
    const { limits } = this.#parts;
    const depth = this.#queue.length + this.#flight.length;
    if (bytes === 0) return depth < limits.queueChangesMax + ownRequestsMax ? null : this.#busy("The write queue is full.");
    if (depth >= limits.queueChangesMax || this.#bytes + bytes > limits.queueBytesMax) return this.#busy("The write queue is full.");
    if (this.#isLogFull()) return this.#busy(logFull);
    return null;
  }

  #isLogFull(): boolean {
    return this.#walBytes > this.#parts.limits.walBytesMax;
  }

  #busy(message: string): StoreFault {
    this.#parts.observer.onFault?.({ trouble: "busy", code: "", message });
    return new StoreFault("busy", message);
  }

  #flush(): void {
    if (this.#state !== "open" || this.#flight.length > 0) return;
    if (this.#queue.length === 0) {
      this.#onIdle?.();
      return;
    }
    const { batchChangesMax } = this.#parts.limits;
    const isWhole = this.#queue.length <= batchChangesMax;
    this.#flight = isWhole ? this.#queue : this.#queue.slice(0, batchChangesMax);
    this.#queue = isWhole ? [] : this.#queue.slice(batchChangesMax);
    this.#send();
  }

  #send(): void {
    this.#batch += 1;
    this.#thread.send({ batch: this.#batch, ops: this.#flight.map((item) => item.op) });
  }

  #receive(reply: WriterReply): void {
    if (reply.kind === "noted") this.#parts.log(reply.level, reply.message);
    if (reply.kind === "done" && reply.batch === this.#batch) this.#done(reply);
    if (reply.kind === "failed") this.#failed(reply);
  }

  #done(reply: Extract<WriterReply, { kind: "done" }>): void {
    this.#onReply?.(reply);
    this.#walBytes = reply.walBytes;
    // Beside a full log only what the store itself asks for is taken, and nobody's tap.
    if (!this.#isLogFull()) this.#parts.onSaved();
    const changes = this.#flight.length;
    this.#answer(changes, reply.results);
    const { commitMs, walBytes } = reply;
    this.#parts.observer.onBatch?.({ changes, commitMs, queued: this.#queue.length, walBytes });
    this.#flush();
  }

  /** The first ones that are out are done, and never sent again. */
  #answer(count: number, results: readonly OpResult[] | null): void {
    for (const [place, item] of this.#flight.splice(0, count).entries()) this.#settle(item, results?.[place] ?? null);
  }

  #settle(item: Item, result: OpResult): void {
    this.#bytes -= item.bytes;
    if (item.isSettled) return;
    if (result !== null && typeof result === "object" && "poison" in result) this.#bury([item], result.poison);
    else {
      item.isSettled = true;
      item.resolve(item.read(result));
    }
  }

  #failed(reply: Extract<WriterReply, { kind: "failed" }>): void {
    const { trouble, code, message } = reply;
    this.#parts.observer.onFault?.({ trouble, code, message });
    // What fails outside the batch that is out says nothing about that batch: it must not be called unwritten.
    if (trouble !== "fatal" && reply.batch !== this.#batch) return;
    this.#answer(reply.written.length, reply.written);
    const isRetried = this.#onReply === null && trouble === "passing" && this.#flight.length > 0;
    // A sentence of our own is told as it is.
    if (trouble === "fatal") this.#die(message.endsWith(".") ? message : `The data file failed (${code || "no code"}): ${message}.`);
    else if (this.#onReply !== null) this.#onReply(reply);
    else if (isRetried) void this.#retry(message);
    else this.#trouble(problemOf(trouble, message));
  }

  /** The first try failed with something that may pass: try the same batch again, with growing waits, in the same order. */
  async #retry(first: string): Promise<void> {
    const { limits } = this.#parts;
    const backoff = new ExponentialBackoff({ initialDelay: 10, maxDelay: 400 });
    const again = retry(handleAll, { maxAttempts: limits.retriesMax - 1, backoff });
    try {
      await new Promise((resolve) => this.#parts.ambient.after(10, () => resolve(null)));
      await again.execute(() => this.#tryAgain());
    } catch {
      if (this.#state !== "open") return;
      const message = `The data file could not be written after ${limits.retriesMax + 1} tries: ${first}.`;
      const flight = this.#flight.splice(0);
      this.#trouble(message);
      this.#bury(
        flight.filter((item) => item.op[0] !== "probe"),
        message,
      );
    }
  }

  #tryAgain(): Promise<void> {
    if (this.#state !== "open") return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#onReply = (reply) => {
        this.#onReply = null;
        if (reply.kind !== "failed") return resolve();
        if (reply.trouble === "passing") return reject(new PassingTrouble(reply.message));
        this.#trouble(problemOf(reply.trouble, reply.message));
        resolve();
      };
      this.#send();
    });
  }

  /** Not written, and kept for the operator. UNKNOWN, not failed: a replay may still make it happen. */
  #bury(items: readonly Item[], reason: string): void {
    const ops = items
      .map((item) => item.op)
      .filter((op) => op[0] === "commit" || op[0] === "resolve" || op[0] === "feedback" || op[0] === "remove");
    const kept = this.#parts.deadLetters.append(ops, reason);
    if (kept > 0) this.#parts.observer.onDeadLetter?.({ changes: kept, reason });
    for (const item of items) this.#reject(item, new StoreFault("unknown", reason));
  }

  #reject(item: Item, fault: StoreFault): void {
    if (!item.isSettled) item.reject(fault);
    item.isSettled = true;
  }

  /** Not ready: refuse at once, and look again until a small write succeeds. */
  #trouble(problem: string): void {
    if (this.#state !== "open" && this.#state !== "troubled") return;
    this.#problem = problem;
    for (const item of this.#flight) this.#reject(item, new StoreFault("unavailable", problem));
    this.#flight = [];
    this.#rejectQueued();
    if (this.#state === "open") this.#parts.log("error", problem);
    this.#state = "troubled";
    this.#onIdle?.();
    this.#probing ??= this.#parts.ambient.every(probeEveryMs, () => this.#probe());
  }

  #rejectQueued(): void {
    for (const item of this.#queue) this.#reject(item, new StoreFault("unavailable", this.#problem ?? "The store is not open."));
    this.#queue = [];
    this.#bytes = 0;
  }

  #probe(): void {
    if (this.#state !== "troubled" || this.#onReply !== null) return;
    this.#onReply = (reply) => {
      this.#onReply = null;
      if (reply.kind === "failed") return;
      this.#recover();
    };
    this.#batch += 1;
    this.#thread.send({ batch: this.#batch, ops: [["probe"]] });
  }

  #recover(): void {
    // Closed while the trial was out: it stays so.
    if (this.#state !== "troubled") return;
    this.#probing?.cancel();
    this.#probing = null;
    this.#state = "open";
    this.#problem = null;
    this.#parts.log("info", "The data file can be written again.");
  }

  #expireSlow(): void {
    const before = this.#parts.ambient.monotonicMs() - this.#parts.limits.answerMsMax;
    const late = [...this.#flight, ...this.#queue].filter((item) => !item.isSettled && item.queuedAt <= before);
    for (const item of late.slice(0, slowLookMax)) {
      this.#reject(item, new StoreFault("unknown", "The data file did not answer in time."));
      this.#parts.observer.onFault?.({ trouble: "slow", code: "", message: "The data file did not answer in time." });
    }
  }

  /** While changes are refused for the log's size, nothing else would make the writer try to empty it. */
  #lookAtLog(): void {
    if (!this.#isLogFull() || this.#state !== "open" || this.#flight.length > 0) return;
    this.submit(["probe"], 0).catch(() => {});
  }

  #died(message: string): void {
    if (this.#state === "closed" || this.#state === "dead") return;
    this.#parts.observer.onFault?.({ trouble: "died", code: "", message });
    this.#die(`The writer thread died: ${message}.`);
  }

  /** What was sent may have been written; what was not sent, was not. */
  #die(problem: string): void {
    if (this.#state === "dead" || this.#state === "closed") return;
    this.#state = "dead";
    this.#problem = problem;
    this.#stopTimers();
    for (const item of this.#flight) this.#reject(item, new StoreFault("unknown", problem));
    this.#flight = [];
    this.#rejectQueued();
    this.#onIdle?.();
    this.#parts.log("error", problem);
    this.#parts.onFatal(problem);
  }

  #stopTimers(): void {
    this.#watch.cancel();
    this.#probing?.cancel();
  }
}
