// The closed-loop tap workload: in every game the seat whose turn it is taps as soon as the new state reaches it. Measures taps,
// their latency at the tapping seat and the CPU of both sides, and counts every version that came out of order.
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { OpenTable, Reader, RunningContestant } from "./contestant.ts";
import { type Moment, momentOf, spanOf } from "./cpu-span.ts";
import { type Crowd, openCrowd } from "./crowd.ts";

export interface LoopFigures {
  readonly seconds: number;
  readonly taps: number;
  readonly tapsPerSecond: number;
  /** Of the server process with all its threads. */
  readonly cpuMicrosPerTap: number;
  readonly cpuByThread: Readonly<Record<string, number>>;
  readonly serverCores: number;
  readonly testerCores: number;
  /** CPU that neither the server nor the tester used: how noisy the machine was. */
  readonly otherCores: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** To one viewer, with frame headers. */
  readonly bytesPerTapAndViewer: number;
  /** Frames whose version was not one more than the frame before. */
  readonly gaps: number;
}

const nanosPerMs = 1e6;
const quietMsMax = 10_000;
const warmTaps = 15_000;
const warmMsMax = 12_000;
const warmLookMs = 20;

/** One game: who taps next, and which taps wait for their answer. The next seat may tap before the last tapper has heard of its own. */
class LoopTable {
  readonly #table: OpenTable;
  readonly #seen: number[];
  /** When each seat tapped, ms; 0 when its tap was answered. */
  readonly #tappedAt: number[];
  readonly #loop: ClosedLoop;
  #active = 1;
  #newest = 0;

  constructor(table: OpenTable, loop: ClosedLoop) {
    this.#table = table;
    this.#loop = loop;
    this.#seen = table.seats.map(() => 0);
    this.#tappedAt = table.seats.map(() => 0);
    table.seats.forEach((socket, seat) => {
      const read = table.readers[seat] as Reader;
      socket.onFrame = (bytes, start, end) => this.#heard(seat, read(bytes, start, end));
      socket.onClose = () => loop.lost();
    });
  }

  get isQuiet(): boolean {
    return this.#tappedAt.every((at) => at === 0);
  }

  kick(): void {
    if (this.isQuiet) this.#tap(this.#active - 1);
  }

  #tap(seat: number): void {
    this.#tappedAt[seat] = performance.now();
    this.#table.seats[seat]?.send(this.#table.tap);
  }

  #heard(seat: number, { v, active }: { readonly v: number; readonly active: number }): void {
    if (v === 0) return;
    const before = this.#seen[seat] as number;
    this.#seen[seat] = v;
    if (before !== 0 && v !== before + 1) this.#loop.gaps += 1;
    if (v > this.#newest) {
      this.#newest = v;
      this.#active = active;
    }
    const tappedAt = this.#tappedAt[seat] as number;
    // A seat that waits for its answer is not on turn again before it has heard it, so the first change it hears is its own.
    if (tappedAt !== 0) {
      this.#tappedAt[seat] = 0;
      this.#loop.answered(performance.now() - tappedAt);
    }
    if (active === seat + 1 && this.#loop.isRunning) this.#tap(seat);
  }

  close(): void {
    for (const socket of this.#table.seats) {
      socket.onClose = () => {};
      socket.close();
    }
  }
}

interface Mark {
  readonly moment: Moment;
  readonly taps: number;
  readonly bytes: number;
}

/** A crowd of tables on one server. Opened once, run as often as wanted. */
export class ClosedLoop {
  isRunning = false;
  gaps = 0;
  #taps = 0;
  #lost = 0;
  #latency: RecordableHistogram = createHistogram();
  readonly #pids: readonly number[];
  readonly #raw: readonly OpenTable[];
  readonly #tables: readonly LoopTable[];

  private constructor(pids: readonly number[], tables: readonly OpenTable[]) {
    this.#pids = pids;
    this.#raw = tables;
    this.#tables = tables.map((table) => new LoopTable(table, this));
  }

  static async open(on: RunningContestant, crowd: Crowd): Promise<ClosedLoop> {
    return new ClosedLoop([on.server.pid, ...on.server.beside], await openCrowd(on, crowd));
  }

  /** Received by all sockets since they were opened. */
  get bytesIn(): number {
    let bytes = 0;
    for (const { seats } of this.#raw) for (const socket of seats) bytes += socket.bytesIn;
    return bytes;
  }

  answered(latencyMs: number): void {
    this.#taps += 1;
    this.#latency.record(Math.max(1, Math.round(latencyMs * nanosPerMs)));
  }

  lost(): void {
    this.#lost += 1;
  }

  /** Taps until the server has seen so many, unmeasured: a program's first thousands run uncompiled, however long they take. */
  async warm(taps = warmTaps): Promise<void> {
    const [from, until] = [this.#taps, performance.now() + warmMsMax];
    this.isRunning = true;
    for (const table of this.#tables) table.kick();
    while (this.#taps - from < taps && performance.now() < until) await pause(warmLookMs);
    this.isRunning = false;
    await this.#quiet();
  }

  /** Taps for `warmMs` unmeasured, then for `measureMs`; ends when every tap was answered. */
  async run(warmMs: number, measureMs: number): Promise<LoopFigures> {
    this.isRunning = true;
    for (const table of this.#tables) table.kick();
    await pause(warmMs);
    this.#latency = createHistogram();
    const before = this.#mark();
    await pause(measureMs);
    const after = this.#mark();
    this.isRunning = false;
    await this.#quiet();
    return this.#figures(before, after);
  }

  #mark(): Mark {
    return { moment: momentOf(this.#pids), taps: this.#taps, bytes: this.bytesIn };
  }

  async #quiet(): Promise<void> {
    const until = performance.now() + quietMsMax;
    for (;;) {
      // A table whose next seat was lost is quiet as well: nobody taps there any more.
      if (this.#lost > 0) throw new Error(`${this.#lost} connections were lost during the run.`);
      if (this.#tables.every((table) => table.isQuiet)) return;
      if (performance.now() > until) throw new Error("Taps stayed without an answer.");
      await pause(5);
    }
  }

  #figures(before: Mark, after: Mark): LoopFigures {
    const { wallMs, server, serverCores, testerCores, otherCores } = spanOf(before.moment, after.moment);
    const taps = after.taps - before.taps;
    const perTap = (ms: number) => (ms * 1000) / Math.max(1, taps);
    const viewers = this.#raw[0]?.seats.length ?? 1;
    return {
      seconds: wallMs / 1000,
      taps,
      tapsPerSecond: (taps * 1000) / wallMs,
      cpuMicrosPerTap: perTap(server.totalMs),
      cpuByThread: Object.fromEntries(Object.entries(server.byThread).map(([name, ms]) => [name, perTap(ms)])),
      serverCores,
      testerCores,
      otherCores,
      p50Ms: this.#latency.percentile(50) / nanosPerMs,
      p99Ms: this.#latency.percentile(99) / nanosPerMs,
      maxMs: this.#latency.max / nanosPerMs,
      bytesPerTapAndViewer: (after.bytes - before.bytes) / Math.max(1, taps) / viewers,
      gaps: this.gaps,
    };
  }

  close(): void {
    for (const table of this.#tables) table.close();
  }
}
