// Open loop: taps are due by the clock whether or not the ones before were answered, and their latency counts from when they were due.
// A tap waits in its table until the seat on turn is known; the wait counts too, so nothing is left out.
import { createHistogram } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { isError, type OpenTable, type Reader } from "./contestant.ts";
import { type Moment, momentOf, spanOf } from "./cpu-span.ts";

export interface OpenFigures {
  readonly offeredPerSecond: number;
  readonly answeredPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** Refusals, taps without an answer and lost connections. */
  readonly errors: number;
  /** Versions that were not the one after the last. */
  readonly gaps: number;
  readonly cpuMicrosPerTap: number;
  readonly serverCores: number;
  readonly testerCores: number;
  readonly otherCores: number;
}

const nanosPerMs = 1e6;
const lastAnswersMsMax = 5_000;
const tickMs = 1;

/** Called when a tap was answered, with the moment it was due, and for everything that must not be, with its moment. */
interface Tally {
  answered(dueAt: number): void;
  error(at: number): void;
  gap(): void;
}

/** One table: taps that are due, the one that is out, and who taps next. */
class DueTable {
  readonly #table: OpenTable;
  readonly #tally: Tally;
  readonly #due: number[] = [];
  readonly #seen: number[];
  #active = 1;
  #newest = 0;
  /** The seat whose tap is out, when that was due, and the version it was made from; 0 when none is. */
  #tapper = 0;
  #dueAt = 0;
  #tappedV = 0;

  constructor(table: OpenTable, tally: Tally) {
    this.#table = table;
    this.#tally = tally;
    this.#seen = table.seats.map(() => 0);
    for (const [place, socket] of table.seats.entries()) {
      const read = table.readers[place] as Reader;
      socket.onFrame = (bytes, start, end) => {
        if (isError(bytes, start)) return this.#refused(place);
        const { v, active } = read(bytes, start, end);
        if (v > 0) this.#heard(place, v, active);
      };
      socket.onClose = () => tally.error(performance.now());
    }
  }

  get waiting(): number {
    return this.#due.length + (this.#tapper === 0 ? 0 : 1);
  }

  due(at: number): void {
    this.#due.push(at);
    this.#next();
  }

  /** Not done: an error. The next tap goes out all the same. */
  #refused(place: number): void {
    this.#tally.error(this.#dueAt);
    if (this.#tapper !== place + 1) return;
    this.#tapper = 0;
    this.#next();
  }

  #next(): void {
    if (this.#tapper !== 0) return;
    const at = this.#due.shift();
    if (at === undefined) return;
    this.#tapper = this.#active;
    this.#dueAt = at;
    this.#tappedV = this.#newest;
    this.#table.seats[this.#active - 1]?.send(this.#table.tap);
  }

  #heard(place: number, v: number, active: number): void {
    const before = this.#seen[place] as number;
    this.#seen[place] = v;
    if (before !== 0 && v !== before + 1) this.#tally.gap();
    if (v > this.#newest) {
      this.#newest = v;
      this.#active = active;
    }
    // The change before may reach this seat after another seat's word of it has made it tap: that is no answer.
    if (this.#tapper !== place + 1 || v <= this.#tappedV) return;
    this.#tapper = 0;
    this.#tally.answered(this.#dueAt);
    this.#next();
  }
}

export interface OpenOrder {
  /** Server processes whose CPU time counts. */
  readonly pids: readonly number[];
  readonly tables: readonly OpenTable[];
  readonly perSecond: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** Taps at this rate, spread evenly over all tables. */
export async function openLoop({ pids, tables, perSecond, warmMs, measureMs }: OpenOrder): Promise<OpenFigures> {
  const latency = createHistogram();
  const counts = { answered: 0, errors: 0, gaps: 0, offered: 0 };
  let measuredFrom = Number.POSITIVE_INFINITY;
  const dueTables = tables.map(
    (table) =>
      new DueTable(table, {
        answered(dueAt) {
          if (dueAt < measuredFrom) return;
          counts.answered += 1;
          latency.record(Math.max(1, Math.round((performance.now() - dueAt) * nanosPerMs)));
        },
        // A server that is still cold may refuse some; what is measured begins when it is warm.
        error(at) {
          if (at >= measuredFrom) counts.errors += 1;
        },
        gap() {
          counts.gaps += 1;
        },
      }),
  );
  const startedAt = performance.now();
  measuredFrom = startedAt + warmMs;
  const endAt = measuredFrom + measureMs;
  let sent = 0;
  let before: Moment | null = null;
  const nextDueAt = (): number => startedAt + (sent * 1_000) / perSecond;
  // Once more at the end: what fell due while the tester itself stood still is not left out.
  for (let now = startedAt; now < endAt; ) {
    await pause(tickMs);
    now = performance.now();
    if (before === null && now >= measuredFrom) before = momentOf(pids);
    for (let dueAt = nextDueAt(); dueAt <= now && dueAt < endAt; dueAt = nextDueAt()) {
      dueTables[sent % dueTables.length]?.due(dueAt);
      sent += 1;
      if (dueAt >= measuredFrom) counts.offered += 1;
    }
  }
  const after = momentOf(pids);
  const answeredInTime = counts.answered;
  const until = performance.now() + lastAnswersMsMax;
  while (dueTables.some((table) => table.waiting > 0) && performance.now() < until) await pause(5);
  const unanswered = dueTables.reduce((sum, table) => sum + table.waiting, 0);
  for (const { seats } of tables) for (const socket of seats) socket.onClose = () => {};
  const { wallMs, server, serverCores, testerCores, otherCores } = spanOf(before ?? after, after);
  return {
    offeredPerSecond: (counts.offered * 1_000) / measureMs,
    answeredPerSecond: (answeredInTime * 1_000) / wallMs,
    p50Ms: latency.percentile(50) / nanosPerMs,
    p99Ms: latency.percentile(99) / nanosPerMs,
    p999Ms: latency.percentile(99.9) / nanosPerMs,
    maxMs: latency.max / nanosPerMs,
    errors: counts.errors + unanswered,
    gaps: counts.gaps,
    cpuMicrosPerTap: (server.totalMs * 1_000) / Math.max(1, answeredInTime),
    serverCores,
    testerCores,
    otherCores,
  };
}
