// When nobody lived, and which games were changed since: what lies after an outage is not stood still by it.
import type { StoredGame } from "./store.ts";

export class Outages {
  /** Since when nobody lived, oldest first. */
  readonly #from: readonly number[];
  /**
   * Changed since our start at a time that lies before it: the clock was set back, and no outage came after those changes. Where the clock
   * was once far ahead that is every game, for ever; those that the store forgets are forgotten here, so it is never more than are stored.
   */
  readonly #changedSince = new Set<string>();

  constructor(from: readonly number[]) {
    this.#from = from;
  }

  /** Games remembered now. */
  get size(): number {
    return this.#changedSince.size;
  }

  /** Whether a change made at this time has to be told to `changed`. */
  isBehind(at: number): boolean {
    return at <= (this.#from.at(-1) ?? 0);
  }

  changed(gameId: string): void {
    this.#changedSince.add(gameId);
  }

  /** Games that are not stored any more. */
  forgotten(gameIds: readonly string[]): void {
    for (const gameId of gameIds) this.#changedSince.delete(gameId);
  }

  /** Since when nobody lived after the game's newest change; null when somebody did all the time. */
  after({ gameId, updatedAt }: Pick<StoredGame, "gameId" | "updatedAt">): number | null {
    if (this.#changedSince.has(gameId)) return null;
    return this.#from.find((from) => from >= updatedAt) ?? null;
  }
}
