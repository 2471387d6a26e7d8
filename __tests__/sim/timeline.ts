// Virtual time: everything that will happen, in order. One thing happens at a time, and all promise work it starts is done
// before the next. Nothing here waits for real time.
import { type Ambient, type Cancellable, type SteadyClock, steadyClock } from "../../lib/ops/ambient.ts";
import type { Chance } from "./chance.ts";

interface Happening {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
}

const startMs = 1_700_000_000_000;

/** All promise work, and what the lock's library does in ticks, is over when a real immediate runs. */
export const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export class Timeline {
  #now = startMs;
  #order = 0;
  readonly #heap: Happening[] = [];

  get now(): number {
    return this.#now;
  }

  get elapsed(): number {
    return this.#now - startMs;
  }

  /** Calls `run` once, `delayMs` of virtual time from now. */
  after(delayMs: number, run: () => void): Cancellable {
    const happening: Happening = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(happening);
    return {
      cancel: () => {
        happening.run = null;
      },
    };
  }

  /** Lets the next thing happen, unless that is later than `until`. False when nothing happened. */
  async step(until: number): Promise<boolean> {
    let next = this.#heap[0];
    while (next !== undefined && next.run === null) {
      this.#pop();
      next = this.#heap[0];
    }
    if (next === undefined || next.at > until) {
      this.#now = Math.max(this.#now, Math.min(until, next?.at ?? until));
      return false;
    }
    this.#pop();
    this.#now = Math.max(this.#now, next.at);
    next.run?.();
    await settled();
    return true;
  }

  #before(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined || right === undefined) return false;
    return left.at < right.at || (left.at === right.at && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as Happening;
    this.#heap[a] = this.#heap[b] as Happening;
    this.#heap[b] = kept;
  }

  #push(happening: Happening): void {
    let at = this.#heap.push(happening) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#before(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let at = 0; ; ) {
      const left = at * 2 + 1;
      const least = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(least, at)) return;
      this.#swap(at, least);
      at = least;
    }
  }
}

/** One process's ambient: its timers end with it, it may stand still, and its wall clock may be wrong and may jump. */
export class ProcessAmbient implements Ambient {
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  #skewMs: number;
  readonly #clock: SteadyClock;
  /** What it hears when it does not stand still any more; null when it does not. */
  #waiting: (() => void)[] | null = null;
  #wentOn: () => void = () => {};
  #dead = false;

  constructor(timeline: Timeline, chance: Chance, skewMs: number) {
    this.#timeline = timeline;
    this.#chance = chance;
    this.#skewMs = skewMs;
    this.#clock = steadyClock({ wallMs: () => timeline.now + this.#skewMs, monotonicMs: () => timeline.elapsed });
  }

  /** The wall clock is set; backwards too. */
  jump(byMs: number): void {
    this.#skewMs += byMs;
  }

  /** An earlier process on the same file lived until then. */
  notBefore(atMs: number): void {
    this.#clock.notBefore(atMs);
  }

  /** It is stopped for so long, as by SIGSTOP or with its machine. `wentOn` is called when that is over, before it hears anything. */
  standStill(forMs: number, wentOn: () => void = () => {}): void {
    this.#waiting ??= [];
    this.#wentOn = wentOn;
    this.#timeline.after(forMs, () => this.goOn());
  }

  get standsStill(): boolean {
    return this.#waiting !== null;
  }

  /** The standstill is over: what reached the process meanwhile it hears now, in that order. */
  goOn(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#wentOn();
    for (const call of waiting) this.#timeline.after(0, call);
  }

  /** Calls at once, or after the standstill. */
  hear(call: () => void): void {
    if (this.#waiting === null) call();
    else this.#waiting.push(call);
  }

  kill(): void {
    this.#dead = true;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonicMs(): number {
    return this.#timeline.elapsed;
  }

  after(delayMs: number, run: () => void): Cancellable {
    let isOff = false;
    const timer = this.#timeline.after(Math.ceil(delayMs), () => {
      this.hear(() => {
        if (!this.#dead && !isOff) run();
      });
    });
    return {
      cancel() {
        isOff = true;
        timer.cancel();
      },
    };
  }

  every(intervalMs: number, run: () => void): Cancellable {
    let timer: Cancellable;
    let ended = false;
    const again = (): void => {
      timer = this.after(intervalMs, () => {
        if (!ended) again();
        run();
      });
    };
    again();
    return {
      cancel() {
        ended = true;
        timer.cancel();
      },
    };
  }

  soon(run: () => void): void {
    this.after(0, run);
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#chance.below(256));
  }

  below(limit: number): number {
    return this.#chance.below(limit);
  }
}

/**
 * Runs `work` with the process's own timers held by `timeline`, because the lock's library sets its timeouts itself. Given back
 * afterwards, whatever happens.
 */
export async function withHeldTimers<T>(timeline: Timeline, work: () => Promise<T>): Promise<T> {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  const held = (run: () => void, delayMs = 0): object => timeline.after(delayMs, run);
  globalThis.setTimeout = held as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer: Cancellable | undefined) => timer?.cancel()) as unknown as typeof clearTimeout;
  try {
    return await work();
  } finally {
    globalThis.setTimeout = realSet;
    globalThis.clearTimeout = realClear;
  }
}
