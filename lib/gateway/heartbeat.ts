// Pings to everybody, spread evenly over the interval, so that no moment has them all. Who does not answer is gone; but there is no
// verdict while our own loop lags, because then it is we who did not listen.
import type { Ambient, Cancellable } from "../ops/ambient.ts";

export interface Pinged {
  /** Asks once more, unless too many answers are missing: then it is gone. */
  beat(): void;
  /** Asks once more; answers that are missing so far are not held against it. */
  beatAnew(): void;
}

export interface HeartbeatParts {
  readonly ambient: Pick<Ambient, "every" | "monotonicMs">;
  readonly heartbeatMs: number;
  /** The event loop is late, or was a moment ago. */
  readonly isLate: () => boolean;
}

const slotCount = 16;
/** A tick this many intervals after the last one means that the loop stood still. */
const lateTicks = 3;

export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #slots: readonly Set<Pinged>[] = Array.from({ length: slotCount }, () => new Set<Pinged>());
  readonly #timer: Cancellable;
  readonly #tickMs: number;
  #next = 0;
  #slot = 0;
  #tickedAt: number;
  #lenientUntil = 0;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#tickMs = parts.heartbeatMs / slotCount;
    this.#tickedAt = parts.ambient.monotonicMs();
    this.#timer = parts.ambient.every(this.#tickMs, () => this.#tick());
  }

  /** Gives back how to stop pinging it. */
  add(pinged: Pinged): () => void {
    const slot = this.#slots[this.#next % slotCount] as Set<Pinged>;
    this.#next += 1;
    slot.add(pinged);
    return () => void slot.delete(pinged);
  }

  #tick(): void {
    const now = this.#parts.ambient.monotonicMs();
    const stoodStill = now - this.#tickedAt > Math.max(this.#tickMs * lateTicks, this.#tickMs + 1_000);
    this.#tickedAt = now;
    // Answers to the pings before are still unread, so every connection is asked once more before it is judged.
    if (stoodStill || this.#parts.isLate()) this.#lenientUntil = now + this.#parts.heartbeatMs;
    const slot = this.#slots[this.#slot % slotCount] as Set<Pinged>;
    this.#slot += 1;
    const isLenient = now < this.#lenientUntil;
    for (const pinged of slot) {
      if (isLenient) pinged.beatAnew();
      else pinged.beat();
    }
  }

  stop(): void {
    this.#timer.cancel();
  }
}
