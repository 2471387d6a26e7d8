// Keeps V8's young generation small until collecting it costs time. Left alone it grows to 128 MB when many players come at once, as
// what they bring outlives a collection, and stays so for as long as anybody taps. One of 2 MB serves a thousand players who think before
// they tap; at full load one of 64 MB costs no more CPU than one of 128. So it grows only while its collections take more time than they
// are allowed (docs/decisions/0031). V8 shrinks it again by itself when little is allocated.
import { availableParallelism } from "node:os";
import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Ambient } from "./ambient.ts";

/** Collections of young objects may take this share of the time for ever. */
const shareAllowed = 0.01;
/** And this much beside it, ms: twice what a thousand players cost when they arrive, and a second or two of full load. */
const debtMsMax = 300;
/**
 * V8 wakes four threads for each of these collections, however many cores there are. With so few the other threads need the cores for
 * themselves: the main thread is hardly sooner done, and most of the helpers' time comes on top.
 */
const coresAloneMax = 2;
/** Both halves together; more than this saves nothing. */
const youngBytesMax = 64 * 2 ** 20;

export interface YoungSpace {
  /** Bytes V8 has set aside for it. */
  bytes(): number;
  setGrowing(grows: boolean): void;
}

/** Decides when it may grow, from how long its collections took. */
export class YoungLimit {
  readonly #space: YoungSpace;
  #debtMs = 0;
  #lookedAt: number;
  #grows = false;

  constructor(space: YoungSpace, now: number) {
    this.#space = space;
    this.#lookedAt = now;
    space.setGrowing(false);
  }

  /** Collections took `ms` since the last call. */
  collected(ms: number, now: number): void {
    this.#debtMs = Math.max(0, this.#debtMs - (now - this.#lookedAt) * shareAllowed) + ms;
    this.#lookedAt = now;
    const grows = this.#debtMs > debtMsMax && this.#space.bytes() < youngBytesMax;
    if (grows === this.#grows) return;
    this.#grows = grows;
    this.#space.setGrowing(grows);
  }
}

/** This process's own. V8 reads the factor each time it would let it grow; what it has grown to stays. */
export const ownYoungSpace: YoungSpace = {
  bytes: () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0,
  setGrowing: (grows) => setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`),
};

/** Collects what loading the modules left behind, about 15 MB in 50 ms, and begins with a young generation of the smallest size. */
function collectStart(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: object) => void;
  setFlagsFromString("--no-expose-gc");
  collect({ type: "major", flavor: "last-resort" });
}

/** An entry about a collection, as Node gives it; its types leave out the detail. */
type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

/** For as long as the process lives. To be called before anybody is served. `cores`: how many this process may use. */
export function limitYoungSpace({ monotonicMs }: Pick<Ambient, "monotonicMs">, cores = availableParallelism()): void {
  if (cores <= coresAloneMax) setFlagsFromString("--no-parallel-scavenge");
  const limit = new YoungLimit(ownYoungSpace, monotonicMs());
  collectStart();
  const observer = new PerformanceObserver((list) => {
    let ms = 0;
    for (const { duration, detail } of list.getEntries() as GcEntry[]) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) ms += duration;
    }
    limit.collected(ms, monotonicMs());
  });
  observer.observe({ entryTypes: ["gc"] });
}
