// The slow timers of a server ring together: an idle process wakes once for all of them, and what they ask of the store goes to it at once.
import type { Ambient, Cancellable } from "./ambient.ts";

const beatMs = 250;

interface Slow {
  readonly beats: number;
  /** The beat in which it was set; it does not ring in that one. */
  readonly since: number;
  readonly run: () => void;
}

/** The same surroundings, in which timers of whole beats ring in one turn: the first time after at most their interval, then after each. */
export function ringTogether(ambient: Ambient): Ambient {
  const timers = new Set<Slow>();
  let beat = 0;
  let ringing: Cancellable | null = null;
  const ring = () => {
    beat += 1;
    for (const { beats, since, run } of timers) if (beat % beats === 0 && since !== beat) run();
  };
  return {
    ...ambient,
    every(intervalMs, run) {
      if (intervalMs % beatMs !== 0) return ambient.every(intervalMs, run);
      ringing ??= ambient.every(beatMs, ring);
      const timer: Slow = { beats: intervalMs / beatMs, since: beat, run };
      timers.add(timer);
      return {
        cancel() {
          timers.delete(timer);
          if (timers.size > 0) return;
          ringing?.cancel();
          ringing = null;
        },
      };
    },
  };
}
