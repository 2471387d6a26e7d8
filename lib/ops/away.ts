// What times come to in which nobody could play though a server ran: to everybody it is as if it had been dead.
import type { OnSaved, OutageRecord } from "../store/store.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Standstill } from "./standstill.ts";

export interface AwayParts {
  readonly store: { readonly outages: Pick<OutageRecord, "stoodStill"> };
  readonly gateway: { recall(overMs: number): void };
  readonly log: Pick<Log, "warn">;
  readonly metrics: Pick<Metrics, "standstills">;
}

export interface AwayLimits {
  /** A time in which nothing could be saved counts when it was longer, ms. */
  readonly mostMs: number;
  /** Viewers come back through new connections within this time, ms. */
  readonly recallMs: number;
}

export interface Away {
  stoodStill(standstill: Standstill): void;
  /** Nobody could tap while nothing could be saved: it counts when it was long enough. */
  readonly saved: OnSaved;
}

export function countAsAway({ store, gateway, log, metrics }: AwayParts, { mostMs, recallMs }: AwayLimits): Away {
  let countedUntil = 0;
  let savedAt = Number.POSITIVE_INFINITY;
  const count = ({ fromAt, untilAt }: Standstill) => {
    countedUntil = untilAt;
    store.outages.stoodStill(fromAt, untilAt);
    gateway.recall(recallMs);
  };
  return {
    stoodStill({ fromAt: askedAt, untilAt }) {
      // What could not be saved before it cannot have been played either.
      const fromAt = Math.max(Math.min(askedAt, savedAt), countedUntil);
      count({ fromAt, untilAt });
      metrics.standstills.add();
      log.warn({ fromAt, ms: untilAt - fromAt }, "this server did nothing for a while: its machine slept, or the clock was set forward");
    },
    saved(lastAt, untilAt) {
      savedAt = untilAt;
      // Nothing is saved in a standstill either, which is told first.
      const fromAt = Math.max(lastAt, countedUntil);
      if (untilAt - fromAt <= mostMs) return;
      count({ fromAt, untilAt });
      log.warn({ fromAt, ms: untilAt - fromAt }, "nothing could be saved for a while: unless another instance could, games stood still");
    },
  };
}
