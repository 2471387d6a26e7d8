// When the server has more to do than it can: what is refused, and in which order. Creates go first, then joins, then what
// spectators ask, taps last. A refusal costs far less than the work.
import type { Limits } from "../ops/config.ts";
import { refusedFrom, type Work } from "../ops/shedding.ts";

/** A queue filled to this part of what it may hold is pressure 1. */
const queueShare = 8;

export interface OverloadParts {
  readonly limits: Pick<Limits, "loopLagShedMs" | "storeQueueChangesMax">;
  /** Changes waiting to be written. */
  readonly queueDepth: () => number;
}

export class Overload {
  readonly #parts: OverloadParts;
  #lagMs = 0;
  #pressure = 0;

  constructor(parts: OverloadParts) {
    this.#parts = parts;
  }

  /** Takes the longest delay of the event loop since the last sample, ms, and looks at the queue. Called about twice a second. */
  sample(lagMs: number): void {
    const { limits, queueDepth } = this.#parts;
    // Late in two samples running: one pause alone is no overload.
    const lag = Math.min(this.#lagMs, lagMs) / limits.loopLagShedMs;
    this.#lagMs = lagMs;
    this.#pressure = Math.max(lag, (queueShare * queueDepth()) / limits.storeQueueChangesMax);
  }

  /** The loop was late in the last sample: no verdict about others is fair now. */
  get isLate(): boolean {
    return this.#lagMs > this.#parts.limits.loopLagShedMs;
  }

  /** 1: creates are refused. It is the same number all the way: 2 joins, 4 spectators, 8 taps. */
  get pressure(): number {
    return this.#pressure;
  }

  refuses(work: Work): boolean {
    return this.#pressure >= refusedFrom[work];
  }
}
