// What one server says of its health: of which parts it speaks, and from when on each is worth a word.
import type { Rooms } from "../room/rooms.ts";
import type { Store } from "../store/store.ts";
import type { SteadyClock } from "./ambient.ts";
import type { Config } from "./config.ts";
import { clockPart, createHealth, drainPart, type Health, loadPart, optionalPart, ownClockPart, roomsPart, storePart } from "./health.ts";
import type { Reporter } from "./report.ts";
import type { Above } from "./worker.ts";

const storeSlowMs = 1_000;
/** More than clocks that are kept by NTP differ by, and less than a player would see. */
const clockSkewMsMax = 100;
/** Times of day that are shown are wrong by this much before it is worth a word. */
const ownClockMsMax = 60_000;

interface HealthParts {
  readonly config: Config;
  readonly store: Store;
  readonly reporter: Reporter;
  /** Null for a server that runs by itself. */
  readonly above: Above | null;
  /** Null for a server that has its store for itself. */
  readonly instances: { readonly clockAheadMs: number | null } | null;
  readonly clock: SteadyClock;
}

/** What changes about a server while it runs. */
export interface Condition {
  /** The longest delay of the event loop lately. */
  lagMs: number;
  /** What the edge refuses by: from 1 on new games. */
  pressure: number;
  draining: boolean;
}

export function healthOf({ store, reporter, above, config, instances, clock }: HealthParts, condition: Condition, rooms: Rooms): Health {
  return createHealth({
    rooms: roomsPart(() => rooms.size, config.limits.roomsMax),
    store: storePart(() => store.health(), storeSlowMs),
    life: drainPart(() => condition.draining),
    load: loadPart(() => ({ loopLagMs: condition.lagMs, pressure: condition.pressure })),
    reports: optionalPart(() => reporter.problem()),
    clock:
      instances === null
        ? ownClockPart(() => clock.now() - clock.machineNow(), ownClockMsMax)
        : clockPart(() => instances.clockAheadMs, clockSkewMsMax),
    ...(above === null ? {} : { workers: optionalPart(() => above.problem()) }),
  });
}
