// One timer per game: calls the room when its rules have something to do with nobody's help.
// Correctness never depends on it firing on time.
import type { Ambient, Cancellable } from "../ops/ambient.ts";

export class Alarm {
  readonly #ambient: Ambient;
  readonly #ring: (dueAt: number) => Promise<void>;
  #dueAt: number | null = null;
  #timer: Cancellable | null = null;
  #isRinging = false;

  constructor(ambient: Ambient, ring: (dueAt: number) => Promise<void>) {
    this.#ambient = ambient;
    this.#ring = ring;
  }

  /** Replaces whatever was set. `dueAt` in ms since epoch; null for never. */
  set(dueAt: number | null): void {
    // A timer that would fire too early is kept: most changes move a deadline further away, and re-arming costs more than one early look.
    if (dueAt !== null && this.#timer !== null && this.#armedFor <= dueAt) {
      this.#dueAt = dueAt;
      return;
    }
    this.#timer?.cancel();
    this.#timer = null;
    this.#dueAt = dueAt;
    if (dueAt !== null) this.#arm(dueAt);
  }

  /** Rings at `at` (null: never), or at a deadline before it that is still to come. One that is past was just tried in vain, and waits, too. */
  ringBy(at: number | null): void {
    const dueAt = this.#dueAt ?? 0;
    if (dueAt <= this.#ambient.now() || (at !== null && at < dueAt)) this.set(at);
  }

  #armedFor = 0;

  #arm(at: number): void {
    this.#armedFor = at;
    this.#timer = this.#ambient.after(at - this.#ambient.now(), () => {
      this.#timer = null;
      const dueAt = this.#dueAt;
      if (dueAt === null) return;
      // Also true when the delay was clamped, or the wall clock was set back.
      if (this.#ambient.now() < dueAt) this.#arm(dueAt);
      else {
        this.#dueAt = null;
        this.#call(dueAt);
      }
    });
  }

  /** One call at a time: whoever answers it settles what else is due by then, or asks to be called again when he cannot. */
  #call(dueAt: number): void {
    if (this.#isRinging) return;
    this.#isRinging = true;
    void this.#ring(dueAt).finally(() => {
      this.#isRinging = false;
    });
  }
}
