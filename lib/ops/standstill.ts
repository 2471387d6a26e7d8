// Notices that this process stood still: its machine slept, somebody stopped it, or the wall clock was set forward. Nobody could play in
// that time, so it counts as if the server had been dead.
import type { Ambient, Cancellable } from "./ambient.ts";

/** A time in which this process did nothing. Server time, ms. */
export interface Standstill {
  readonly fromAt: number;
  readonly untilAt: number;
}

export interface StandstillWatch {
  /** The same surroundings. Whoever is the first to ask it for the time after a standstill gets the answer when `noticed` has returned. */
  readonly ambient: Ambient;
  /**
   * From now on a step of more than `mostMs` from one answer to the next is a standstill. Somebody has to ask at least that often: what
   * asks once a second for the sign of life does.
   */
  begin(mostMs: number, noticed: (standstill: Standstill) => void): Cancellable;
}

export function standstillWatch(ambient: Ambient): StandstillWatch {
  let latest = Number.POSITIVE_INFINITY;
  let mostMs = 0;
  let noticed: (standstill: Standstill) => void = () => {};
  return {
    ambient: {
      ...ambient,
      now() {
        const untilAt = ambient.now();
        const fromAt = latest;
        if (untilAt > fromAt) latest = untilAt;
        if (untilAt - fromAt > mostMs) noticed({ fromAt, untilAt });
        return untilAt;
      },
    },
    begin(most, tell) {
      mostMs = most;
      noticed = tell;
      latest = ambient.now();
      return {
        cancel() {
          latest = Number.POSITIVE_INFINITY;
        },
      };
    },
  };
}
