// The times when nobody lived, as a store keeps them that belongs to one server; and how any store says since when nothing was saved.
import type { Ambient } from "../ops/ambient.ts";
import type { OnSaved, OutageRecord } from "./store.ts";

/** A time when nobody lived, server time, ms. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

export class Outages implements OutageRecord {
  /** Oldest first. */
  readonly #all: Outage[];
  readonly #noted: (outage: Outage) => void;
  #standstills = 0;

  /** `all`: those of earlier servers, oldest first. `noted` is told of each that follows. */
  constructor(all: readonly Outage[] = [], noted: (outage: Outage) => void = () => {}) {
    this.#all = [...all];
    this.#noted = noted;
  }

  stoodStill(from: number, to: number): void {
    this.#standstills += 1;
    const outage = { from, to };
    this.#all.push(outage);
    this.#noted(outage);
  }

  get standstills(): number {
    return this.#standstills;
  }

  /**
   * Since when nobody lived, the first time after a change at `at`; null when somebody did all the time. A change may lie within an outage,
   * when it took the store so long to save it: then that begins with it.
   */
  after(at: number): number | null {
    const outage = this.#all.find(({ from, to }) => from >= at || to > at);
    return outage === undefined ? null : Math.max(outage.from, at);
  }

  wasSince(at: number): boolean {
    return this.after(at) !== null;
  }
}

/**
 * Tells at each call that something was saved, and since when nothing was. What was saved until `livedUntil` was, whatever a clock says that
 * has been behind since.
 */
export function lastSaved(ambient: Pick<Ambient, "now">, tell: OnSaved, livedUntil = 0): () => void {
  let savedAt = Math.max(ambient.now(), livedUntil);
  return () => {
    const fromAt = savedAt;
    savedAt = ambient.now();
    tell(fromAt, savedAt);
  };
}
