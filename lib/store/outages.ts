// The times when nobody lived, as a store keeps them that belongs to one server.
import type { OutageRecord } from "./store.ts";

export class Outages implements OutageRecord {
  /** Since when nobody lived, oldest first. */
  readonly #from: number[];
  readonly #noted: (fromAt: number, untilAt: number) => void;
  #standstills = 0;

  /** `from`: those of earlier servers, oldest first. `noted` is told of each that follows. */
  constructor(from: readonly number[] = [], noted: (fromAt: number, untilAt: number) => void = () => {}) {
    this.#from = [...from];
    this.#noted = noted;
  }

  stoodStill(fromAt: number, untilAt: number): void {
    this.#standstills += 1;
    this.#from.push(fromAt);
    this.#noted(fromAt, untilAt);
  }

  get standstills(): number {
    return this.#standstills;
  }

  /** Since when nobody lived, the first time after a change at `at`; null when somebody did all the time. */
  after(at: number): number | null {
    return this.#from.find((from) => from >= at) ?? null;
  }

  wasSince(at: number): boolean {
    return this.after(at) !== null;
  }
}
