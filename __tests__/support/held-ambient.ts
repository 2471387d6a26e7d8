// An Ambient held in the test's hand: time moves only when told to, and timers fire in order of their time.
import type { Ambient, Cancellable } from "../../lib/ops/ambient.ts";

export interface HeldAmbient extends Ambient {
  /** Moves time forward by `ms`, firing what falls due on the way, each followed by all promise work it started. */
  advance(ms: number): Promise<void>;
  /** Timers that wait. */
  waiting(): number;
}

interface Timer {
  at: number;
  readonly order: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

/** Lets promise work settle without real time passing. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

export function heldAmbient(startMs = 1_700_000_000_000): HeldAmbient {
  const timers = new Set<Timer>();
  let now = startMs;
  let order = 0;
  let drawn = 1;
  const draw = () => {
    drawn = (drawn * 16_807) % 2_147_483_647;
    return drawn;
  };
  const add = (delayMs: number, everyMs: number | null, run: () => void): Cancellable => {
    const timer: Timer = { at: now + Math.max(0, delayMs), order: order++, everyMs, run };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  };
  const next = (until: number): Timer | undefined =>
    [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    now: () => now,
    monotonicMs: () => now - startMs,
    after: (delayMs, run) => add(delayMs, null, run),
    every: (intervalMs, run) => add(intervalMs, intervalMs, run),
    soon: (run) => void setImmediate(run),
    bytes: (count) => Uint8Array.from({ length: count }, () => draw() & 0xff),
    below: (limit) => draw() % limit,
    waiting: () => timers.size,
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        now = timer.at;
        if (timer.everyMs === null) timers.delete(timer);
        else timer.at += timer.everyMs;
        timer.run();
        await settle();
      }
      now = until;
    },
  };
}
