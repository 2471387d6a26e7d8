// What time it is at the server: what several pings together leave open. Pure; local times are of a clock that never steps (performance.now).

interface Sample {
  readonly rttMs: number;
  /** Server time minus local time. */
  readonly offsetMs: number;
  readonly takenAtMs: number;
}

export interface ServerClock {
  readonly samples: readonly Sample[];
  /** Server time minus local time; 0 while nothing is known. */
  readonly offsetMs: number;
  /** The shortest round trip among the samples, ms. */
  readonly rttMs: number;
}

const samplesMax = 32;
/** Older samples say nothing any more: the two clocks may have drifted, or the device slept. */
const sampleAgeMaxMs = 120_000;
/** How far two good clocks part within that age, ms. */
const driftMaxMs = 10;
/** What a server time without a ping is worth: used until the first pong. It was under way for this long at most. */
const unmeasuredRttMs = 2_000;

export const noSamples: ServerClock = { samples: [], offsetMs: 0, rttMs: unmeasuredRttMs };

/**
 * The middle of what all samples allow. On a line whose ways take now longer, now shorter that is much steadier than the one with
 * the shortest way, whose place another takes each time it is forgotten: every clock on the page would jump.
 */
function agreed(samples: readonly Sample[]): ServerClock {
  const leastMs = Math.max(...samples.map((s) => s.offsetMs - s.rttMs / 2));
  const mostMs = Math.min(...samples.map((s) => s.offsetMs + s.rttMs / 2));
  return { samples, offsetMs: (leastMs + mostMs) / 2, rttMs: Math.min(...samples.map((s) => s.rttMs)) };
}

/** Both can be true: each knows the offset to within half its round trip. */
const agree = (a: Sample, b: Sample): boolean => Math.abs(a.offsetMs - b.offsetMs) <= (a.rttMs + b.rttMs) / 2 + driftMaxMs;

/** A ping answered: sent and received by the local clock, `serverTime` between them. */
export function withPong(
  clock: ServerClock,
  pong: { readonly sentMs: number; readonly receivedMs: number; readonly serverTime: number },
): ServerClock {
  const rttMs = pong.receivedMs - pong.sentMs;
  if (!(rttMs >= 0)) return clock;
  const sample = { rttMs, offsetMs: pong.serverTime + rttMs / 2 - pong.receivedMs, takenAtMs: pong.receivedMs };
  // What contradicts the newest is of before a sleep that stopped this device's clock, or of another server.
  const fresh = clock.samples.filter((s) => pong.receivedMs - s.takenAtMs < sampleAgeMaxMs && agree(s, sample));
  return agreed([...fresh, sample].slice(-samplesMax));
}

/**
 * A server time that came without a ping, on a new socket. What was known before stays where both can be true: by how long it was under
 * way is not known, and on a slow line every clock would go up by that. After a sleep that stopped this device's clock they cannot.
 */
export function withServerTime(clock: ServerClock, serverTime: number, receivedMs: number): ServerClock {
  const leastMs = serverTime - receivedMs;
  const isPossible = clock.offsetMs >= leastMs - driftMaxMs && clock.offsetMs <= leastMs + unmeasuredRttMs;
  return isPossible ? clock : { samples: [], offsetMs: leastMs, rttMs: unmeasuredRttMs };
}
