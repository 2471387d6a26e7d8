// The only place that knows the time, timers and randomness. Everything else is handed an Ambient,
// so that a test or the simulator can hold time and chance in its hand.
import { randomBytes, randomInt } from "node:crypto";

/** A timer that can be called off. Cancelling twice, or after it fired, does nothing. */
export interface Cancellable {
  cancel(): void;
}

export interface Ambient {
  /** Server time: the wall clock's, in whole ms since the Unix epoch, never lower than an earlier answer in this process. */
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

/** What a machine says of the time. */
export interface Clocks {
  /** Wall-clock time, ms. */
  wallMs(): number;
  /** Time since some moment, ms with fractions, that no correction of the wall clock moves. */
  monotonicMs(): number;
}

/** Server time, as `Ambient.now` gives it. */
export interface SteadyClock {
  now(): number;
  /** From here on the time is no lower than this: what an earlier process wrote down as its time lies behind us, whatever the wall clock says. */
  notBefore(atMs: number): void;
  /** What the machine's clock says, which may have been set back: for what must not be done too early. Never later than `now`. */
  machineNow(): number;
}

/** As long as our time is ahead of the wall clock it runs a hundredth slower. */
export const paceAhead = 0.99;

/**
 * A wall clock that is set forward is followed at once; one that is set back is not: the time runs on, a hundredth slower, until the two
 * agree. It never stands still, as players would think their clocks had stopped.
 */
export function steadyClock({ wallMs, monotonicMs }: Clocks): SteadyClock {
  let ours = wallMs();
  /** When we looked last while ahead of the wall clock, by the monotonic one; null when we are not ahead, which is nearly always. */
  let lookedAtMs: number | null = null;
  return {
    now() {
      const wall = wallMs();
      if (lookedAtMs === null && wall >= ours) {
        ours = wall;
        return wall;
      }
      const atMs = monotonicMs();
      ours = Math.max(wall, ours + (atMs - (lookedAtMs ?? atMs)) * paceAhead);
      lookedAtMs = wall < ours ? atMs : null;
      return Math.floor(ours);
    },
    notBefore(atMs) {
      ours = Math.max(ours, atMs);
    },
    machineNow: wallMs,
  };
}

/** The real world. */
export function realAmbient(): Ambient & SteadyClock {
  const monotonicMs = (): number => performance.now();
  return {
    ...steadyClock({ wallMs: () => Date.now(), monotonicMs }),
    monotonicMs,
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
