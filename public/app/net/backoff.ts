// How long the page waits before it tries its server again.

const firstMs = 250;
/** While the server is probably only restarting: whoever waits longer is not back within 3 s of its return. */
const soonMaxMs = 2_000;
/** After so many attempts it is not a restart any more. */
const soonAttempts = 30;
const maxMs = 8_000;

/** Half is certain and half is chance: nobody waits zero, and a crowd spreads out. `jitter` is 0 to 1. */
export function backoffMs(attempts: number, jitter: number): number {
  const ceiling = Math.min(attempts < soonAttempts ? soonMaxMs : maxMs, firstMs * 2 ** attempts);
  return ceiling / 2 + (ceiling / 2) * jitter;
}

/** Tries in a row that came to nothing after which the server is asked why, and how many more until it is asked again. */
const askWhyFirst = 3;
const askWhyEvery = 16;

export const asksWhy = (attempts: number): boolean => attempts % askWhyEvery === askWhyFirst;

/** A refusal that may pass is given again after this, ms, unless it says after how long. */
const retryMs = 500;

/** ms until what was refused is given again: as long as was asked for, and up to as much more, or all who were refused come back at once. */
export const refusedMs = (retryAfterMs = retryMs, jitter: number): number => retryAfterMs * (1 + jitter);
