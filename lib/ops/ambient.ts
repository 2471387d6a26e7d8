// The only place that knows the time, timers and randomness. Everything else is handed an Ambient,
// so that a test or the simulator can hold time and chance in its hand.
import { randomBytes, randomInt } from "node:crypto";

/** A timer that can be called off. Cancelling twice, or after it fired, does nothing. */
export interface Cancellable {
  cancel(): void;
}

export interface Ambient {
  /** Wall-clock time in whole ms since the Unix epoch. Never lower than an earlier answer in this process. */
  now(): number;
  /** Monotonic time in ms with fractions, for measuring. No relation to `now`. */
  monotonicMs(): number;
  /** Calls `run` once, not before `delayMs`. Long delays are clamped to 2^31-1 ms; the callee checks what is due. */
  after(delayMs: number, run: () => void): Cancellable;
  every(intervalMs: number, run: () => void): Cancellable;
  /** Calls `run` after the current turn of the event loop. */
  soon(run: () => void): void;
  /** Cryptographically random bytes. */
  bytes(count: number): Uint8Array;
  /** An even draw from 0..limit-1. */
  below(limit: number): number;
}

const timerMsMax = 2 ** 31 - 1;

/** A class, because each running game has one: a function of its own for each would take four times as much memory. */
class OneShot implements Cancellable {
  readonly #timer: NodeJS.Timeout;

  constructor(timer: NodeJS.Timeout) {
    this.#timer = timer;
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}

/** The real world. A system clock that steps back stands still here until it has caught up. */
export function realAmbient(): Ambient {
  let latest = 0;
  return {
    now() {
      const wall = Date.now();
      if (wall > latest) latest = wall;
      return latest;
    },
    monotonicMs: () => performance.now(),
    after(delayMs, run) {
      return new OneShot(setTimeout(run, Math.min(Math.max(0, delayMs), timerMsMax)));
    },
    every(intervalMs, run) {
      const timer = setInterval(run, intervalMs);
      return { cancel: () => clearInterval(timer) };
    },
    soon: (run) => void setImmediate(run),
    bytes: (count) => randomBytes(count),
    below: (limit) => randomInt(limit),
  };
}
