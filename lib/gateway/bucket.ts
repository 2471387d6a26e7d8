// A token bucket in three numbers: fills evenly, holds a bounded burst. No timer, no promise, no object per message.

export interface Rate {
  readonly perSecond: number;
  /** Most tokens it holds. */
  readonly burst: number;
}

/** A bucket that was kept closed holds this many bursts at most. */
const keptBursts = 5;

export class Bucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /** Full at first. `now` here and below: monotonic ms. */
  constructor({ perSecond, burst }: Rate, now: number) {
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  #fill(now: number): void {
    this.#tokens = Math.max(this.#tokens, Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs));
    this.#at = now;
  }

  /** From `from` to `now` nothing could be spent because nobody was asked: what came in meanwhile is kept, past the burst, within a bound. */
  keep(from: number, now: number): void {
    this.#fill(Math.max(from, this.#at));
    this.#tokens = Math.max(this.#tokens, Math.min(keptBursts * this.#burst, this.#tokens + (now - this.#at) * this.#perMs));
    this.#at = now;
  }

  /** Takes `count`, or all it holds when it is full, if they are there. */
  take(count: number, now: number): boolean {
    this.#fill(now);
    const wanted = Math.min(count, this.#burst);
    if (this.#tokens < wanted) return false;
    this.#tokens -= wanted;
    return true;
  }

  /** Takes `count` in any case and gives what is left: below 0 is a debt, which is paid off before anything is free again. */
  spend(count: number, now: number): number {
    this.#fill(now);
    this.#tokens = Math.max(-2 * this.#burst, this.#tokens - count);
    return this.#tokens;
  }

  /** Whole tokens there now. */
  left(now: number): number {
    this.#fill(now);
    return Math.max(0, Math.floor(this.#tokens));
  }

  /** Time until `count` will be there, ms. */
  waitMs(count: number, now: number): number {
    this.#fill(now);
    return Math.max(0, Math.ceil((Math.min(count, this.#burst) - this.#tokens) / this.#perMs));
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#burst;
  }
}
