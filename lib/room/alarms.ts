// The alarms of all games on one timer: the earliest that is set. A timer for each would cost several times the memory of an alarm.
import type { Ambient, Cancellable } from "../ops/ambient.ts";

/** Something that is to be called at a moment. It belongs to one `Alarms`, which alone writes `place`. */
export interface Due {
  /** Ms since epoch. Changed only while it is not set. */
  readonly at: number;
  /** Where it stands among those that are set; negative while it is not. */
  place: number;
  /** It is `at`, or later. It is not set any more. */
  come(): void;
}

export class Alarms {
  readonly #ambient: Pick<Ambient, "now" | "after">;
  /** A binary heap: none stands behind one that is later. */
  readonly #heap: Due[] = [];
  #timer: Cancellable | null = null;
  /** What the timer is set for. One that comes too early costs a look, so it is left as it is when its alarm is called off. */
  #timerAt = Infinity;

  constructor(ambient: Pick<Ambient, "now" | "after">) {
    this.#ambient = ambient;
  }

  /** Alarms that are set. */
  get size(): number {
    return this.#heap.length;
  }

  set(due: Due): void {
    this.#rise(due, this.#heap.push(due) - 1);
    this.#wind();
  }

  /** Calls it off, if it is set. */
  cancel(due: Due): void {
    const { place } = due;
    if (place < 0) return;
    due.place = -1;
    const last = this.#heap.pop() as Due;
    if (last !== due) this.#settle(last, place);
    if (this.#heap.length === 0) this.#unwind();
  }

  /** The one at the end takes an empty place, and moves to where it belongs. */
  #settle(due: Due, place: number): void {
    const parent = this.#heap[(place - 1) >> 1];
    if (place > 0 && parent !== undefined && due.at < parent.at) this.#rise(due, place);
    else this.#sink(due, place);
  }

  #rise(due: Due, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above] as Due;
      if (parent.at <= due.at) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(due, place);
  }

  #sink(due: Due, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= due.at) break;
      const below = child.place;
      this.#put(child, place);
      place = below;
    }
    this.#put(due, place);
  }

  #put(due: Due, place: number): void {
    this.#heap[place] = due;
    due.place = place;
  }

  #wind(): void {
    const first = this.#heap[0];
    if (first === undefined || first.at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = first.at;
    this.#timer = this.#ambient.after(first.at - this.#ambient.now(), () => this.#ring());
  }

  #unwind(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = Infinity;
  }

  /** Too early when the delay was clamped, the wall clock was set back, or the alarm was called off: then it is wound up again. */
  #ring(): void {
    this.#timer = null;
    // Not wound up before all that are due have come.
    this.#timerAt = -Infinity;
    const now = this.#ambient.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.cancel(first);
      first.come();
    }
    this.#timerAt = Infinity;
    this.#wind();
  }
}
