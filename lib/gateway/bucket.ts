// A token bucket in two numbers and a rate that many share: fills evenly, holds a bounded burst. No timer, no promise, no object per message.

export interface Rate {
  readonly perSecond: number;
  /** Most tokens it holds. */
  readonly burst: number;
}

/** A bucket that was kept closed holds this many bursts at most. */
const keptBursts = 5;

export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  /** Full at first. `now` here and below: monotonic ms. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** What `from` to `now` brings. */
  #inflow(from: number, now: number): number {
    return ((now - from) * this.#rate.perSecond) / 1_000;
  }

  #fill(now: number): void {
    this.#tokens = Math.max(this.#tokens, Math.min(this.#rate.burst, this.#tokens + this.#inflow(this.#at, now)));
    this.#at = now;
  }

  /** From `from` to `now` nothing could be spent because nobody was asked: what came in meanwhile is kept, past the burst, within a bound. */
  keep(from: number, now: number): void {
    this.#fill(Math.max(from, this.#at));
    this.#tokens = Math.max(this.#tokens, Math.min(keptBursts * this.#rate.burst, this.#tokens + this.#inflow(this.#at, now)));
    this.#at = now;
  }

  /** Takes `count`, or all it holds when it is full, if they are there. */
  take(count: number, now: number): boolean {
    this.#fill(now);
    const wanted = Math.min(count, this.#rate.burst);
    if (this.#tokens < wanted) return false;
    this.#tokens -= wanted;
    return true;
  }

  /** Takes `count` in any case and gives what is left: below 0 is a debt, which is paid off before anything is free again. */
  spend(count: number, now: number): number {
    this.#fill(now);
    this.#tokens = Math.max(-2 * this.#rate.burst, this.#tokens - count);
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
    const { perSecond, burst } = this.#rate;
    return Math.max(0, Math.ceil(((Math.min(count, burst) - this.#tokens) * 1_000) / perSecond));
  }
}
