// What time it is at the server: the best of several pings. Pure; local times are of a clock that never steps (performance.now).

interface Sample {
  readonly rttMs: number;
  /** Server time minus local time. */
  readonly offsetMs: number;
  readonly takenAtMs: number;
}

export interface ServerClock {
  readonly samples: readonly Sample[];
  /** Server time minus local time by the best sample; 0 while there is none. */
  readonly offsetMs: number;
  /** Round trip of the best sample, ms. */
  readonly rttMs: number;
}

const samplesMax = 8;
/** Older samples say nothing any more: the two clocks may have drifted, or the device slept. */
const sampleAgeMaxMs = 120_000;
/** How far two good clocks part within that age, ms. */
const driftMaxMs = 10;
/** What a server time without a ping is worth: used until the first pong. */
const unmeasuredRttMs = 2_000;

export const noSamples: ServerClock = { samples: [], offsetMs: 0, rttMs: unmeasuredRttMs };

function best(samples: readonly Sample[]): ServerClock {
  const first = samples[0];
  if (!first) return noSamples;
  const winner = samples.reduce((a, b) => (b.rttMs < a.rttMs ? b : a), first);
  return { samples, offsetMs: winner.offsetMs, rttMs: winner.rttMs };
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
  return best([...fresh, sample].slice(-samplesMax));
}

/** A server time that came without a ping; only a first guess. */
export function withServerTime(clock: ServerClock, serverTime: number, receivedMs: number): ServerClock {
  if (clock.samples.length > 0) return clock;
  return { samples: [], offsetMs: serverTime - receivedMs, rttMs: unmeasuredRttMs };
}

/** After a sleep or a new socket nothing measured before counts; the offset stays as a guess until the next pong. */
export const forgetSamples = (clock: ServerClock): ServerClock => ({ ...clock, samples: [], rttMs: unmeasuredRttMs });
