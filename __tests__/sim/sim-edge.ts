// The part of the edge that a connection and a session ask about limits and tell about oddities, without addresses, logs and
// metrics. The limits themselves are the real ones.
import { Bucket, type Rate } from "../../lib/gateway/bucket.ts";
import type { Edge } from "../../lib/gateway/edge.ts";
import { LookUps } from "../../lib/gateway/look-ups.ts";
import { Spectators } from "../../lib/gateway/spectators.ts";
import { defaultLimits } from "../../lib/ops/config.ts";
import type { Ambient } from "../../lib/ops/ambient.ts";

/** Answers to everything with itself: counters that nobody reads. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing, apply: () => nothing });

const burstSeconds = 5;
const spectatorsShare = 0.5;
const frameBurstSeconds = 2;

interface Ears {
  readonly count: (name: string) => void;
  readonly bug: (error: unknown) => void;
}

export function simEdge(ambient: Ambient, { count, bug }: Ears): Edge {
  const limits = defaultLimits();
  const rate = (perSecond: number, seconds: number): Rate => ({ perSecond, burst: perSecond * seconds });
  const bucket = (perSecond: number): Bucket => new Bucket(rate(perSecond, burstSeconds), ambient.monotonicMs());
  const fresh = (): Bucket => bucket(limits.commandsPerSessionPerSecondMax);
  const seats = new Map<string, Bucket>();
  const games = new WeakMap<object, Bucket>();
  const spectators = new WeakMap<object, Bucket>();
  const remembered = <K>(
    map: { get(key: K): Bucket | undefined; set(key: K, made: Bucket): unknown },
    key: K,
    make: () => Bucket,
  ): Bucket => {
    const known = map.get(key) ?? make();
    map.set(key, known);
    return known;
  };
  const addresses = { ask: () => null, take: () => null, left: () => Number.POSITIVE_INFINITY };
  const edge = {
    limits,
    ambient,
    metrics: nothing,
    log: nothing,
    draining: false,
    addresses,
    lookUps: new LookUps(addresses),
    pace: {
      frames: rate(limits.framesPerSecondMax, frameBurstSeconds),
      bytes: rate(limits.bytesPerSecondMax, burstSeconds),
      fresh,
      ofSeat: (gameId: string, seat: number | null) => remembered(seats, `${gameId} ${seat ?? "host"}`, fresh),
      ofGame: (room: object) => remembered(games, room, () => bucket(limits.commandsPerGamePerSecondMax)),
      ofSpectators: (room: object) => remembered(spectators, room, () => bucket(limits.commandsPerGamePerSecondMax * spectatorsShare)),
    },
    spectators: new Spectators(),
    note: (event: string) => count(`noted: ${event}`),
    sheds: () => false,
    rateLimited: () => count("noted: rate-limited"),
    cutSlow: () => count("noted: slow-reader-closed"),
    answered: (_speaker: unknown, { type, outcome }: { readonly type: string; readonly outcome: string }) =>
      count(`answered ${outcome === "ok" ? type : outcome}`),
    bug,
  };
  return edge as unknown as Edge;
}
