// Which instances live, as all of them see it in Redis: beats, what each one's viewers watch, and the times when nobody lived.
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import type { Outage } from "./outages.ts";
import { liveKeys, reaperKey, takenForDeadKey, watchedKey } from "./redis-keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { type ReaperListener, RedisReaper } from "./redis-reaper.ts";
import { arriveScript, beatScript, lookScript } from "./redis-scripts.ts";
import type { RedisWrites } from "./redis-writes.ts";
import { type OutageRecord, StoreFault } from "./store.ts";

export interface LiveLimits {
  readonly beatMs: number;
  /** Silent for so long: dead. */
  readonly deadMs: number;
  /** How long a starting instance listens for the beat of another one that was heard lately. */
  readonly listenMs: number;
}

export const liveLimits: LiveLimits = { beatMs: 1_000, deadMs: 5_000, listenMs: 2_500 };

/** Games registered at once by an instance that comes back. */
const registerSize = 1_000;

/** When an instance finds that it was taken for dead: by one of its beats, or when it joins again after a standstill. */
export type FoundDead = "beat" | "standstill";

/** What an instance does for others that died, and when it was itself taken for dead. */
export interface LiveListener extends ReaperListener {
  /**
   * The others thought us dead: our viewers show away everywhere and have to come back. Rejects with StoreFault to be told again.
   * "standstill": they were called back for that, and nobody who came since was in a game yet.
   */
  onTakenForDead(found: FoundDead): Promise<void>;
}

interface LiveParts {
  readonly link: Pick<RedisLink, "call" | "own">;
  readonly writes: Pick<RedisWrites, "sign" | "tried">;
  readonly ambient: Ambient;
  readonly instanceId: string;
  readonly limits: LiveLimits;
}

/** `flat`: starts and ends in turn. An outage without an end of its own is one for whatever changed up to its start. */
function readOutages(flat: readonly string[]): readonly Outage[] {
  const outages: Outage[] = [];
  for (let place = 0; place < flat.length; place += 2) {
    const from = Number(flat[place]);
    outages.push({ from, to: Math.max(Number(flat[place + 1]), from + 1) });
  }
  return outages.sort((a, b) => a.from - b.from);
}

const beatKeys = (instanceId: string) => [
  liveKeys.beats,
  liveKeys.last,
  takenForDeadKey(instanceId),
  reaperKey(instanceId),
  liveKeys.outages,
];

/** An answer that took longer says too little of the time at which Redis gave it. */
const clockLookMsMax = 50;

export class RedisLive implements OutageRecord {
  readonly #parts: LiveParts;
  readonly #reaper: RedisReaper;
  readonly #timers: Cancellable[] = [];
  #outages: readonly Outage[] = [];
  #listener: LiveListener | null = null;
  #others = 0;
  /** Since when our own beats arrive in time: only who was there all the time may call another dead. */
  #steadySinceMs = 0;
  #beatAtMs = 0;
  #clockAheadMs: number | null = null;
  #standstills = 0;
  /** The standstill after which we joined the living again. */
  #joinedAfter = 0;
  #joining: Promise<void> | null = null;
  #beating: Promise<void> | null = null;
  /** We were taken for dead, and nothing is done about it yet. */
  #mustComeBack = false;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#reaper = new RedisReaper(parts.link.own, parts.ambient, parts.instanceId);
  }

  /** Other instances that beat lately. */
  get others(): number {
    return this.#others;
  }

  /**
   * How far this machine's clock is ahead of Redis', ms, as the last beats told it, to half the time of one; null when that is not known, or
   * there is no other instance that could be of another opinion.
   */
  get clockAheadMs(): number | null {
    return this.#others > 0 ? this.#clockAheadMs : null;
  }

  /** Begins to live. */
  async arrive(): Promise<void> {
    const { ambient, limits } = this.#parts;
    await this.#join();
    this.#timers.push(ambient.every(limits.beatMs, () => void this.beat(ambient.now()).catch(() => {})));
  }

  /** We stood still, and have to join the living again. */
  stoodStill(): void {
    this.#standstills += 1;
    void this.joined().catch(() => {});
  }

  get standstills(): number {
    return this.#standstills;
  }

  /** False from a standstill on until it is known whether anybody lived meanwhile. */
  get isJoined(): boolean {
    return this.#joinedAfter === this.#standstills;
  }

  /**
   * After a standstill: resolves when it is known whether anybody lived meanwhile. Before that no sign of life is given, by which others
   * that stood still as well would think that somebody did. Rejects with StoreFault when it cannot be known; asked again, it tries again.
   */
  async joined(): Promise<void> {
    while (!this.isJoined) {
      this.#joining ??= this.#joinAgain().finally(() => {
        this.#joining = null;
      });
      await this.#joining;
    }
  }

  async #joinAgain(): Promise<void> {
    // It may tell of one more standstill, with which we join as well.
    await this.#parts.writes.tried();
    const standstills = this.#standstills;
    await this.#join();
    // Before anybody comes into a game again: a later beat would find it, too, and call back whoever has just come back.
    if (await this.#isBuried()) await this.#comeBack("standstill");
    this.#joinedAfter = standstills;
  }

  /** Whether we were taken for dead, and nobody clears up after us any more. */
  async #isBuried(): Promise<boolean> {
    const { link, instanceId } = this.#parts;
    const isDead = (await link.own.call((redis) => redis.exists(takenForDeadKey(instanceId)))) === 1;
    return isDead && (await link.own.call((redis) => redis.exists(reaperKey(instanceId)))) === 0;
  }

  /** Joins the living. Waits for the sign of another that was heard lately; when there is none, notes that nobody lived. */
  async #join(): Promise<void> {
    const { link, writes, ambient, instanceId, limits } = this.#parts;
    const look = async () => (await link.own.run(lookScript, [liveKeys.beats], [])) as [now: number, seen: string[]];
    const [now, seen] = await look();
    const newest = Math.max(0, ...seen.filter((_, place) => place % 2 === 1).map(Number));
    const mayLive = seen.length > 0 && now - newest < limits.deadMs;
    const until = ambient.monotonicMs() + limits.listenMs;
    while (mayLive && ambient.monotonicMs() < until && (await look())[1].join() === seen.join()) await this.#pause(limits.beatMs / 10);
    const keys = [liveKeys.beats, liveKeys.last, liveKeys.outages];
    await writes.sign(() => link.own.run(arriveScript, keys, [instanceId, ambient.now(), ...seen]));
    const outages = await link.own.call((redis) => redis.zrange(liveKeys.outages, "0", "-1", "WITHSCORES"));
    this.#outages = readOutages(outages);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.ambient.after(ms, resolve));
  }

  /**
   * Since when no instance lived, in the first such time after a change at `at` whose writer knew of those up to `known`. Beats come
   * once a second: a change after the last of them lies within the outage, which then begins with it.
   */
  outageAfter(at: number, known: number): number | null {
    const outage = this.#outages.find(({ from, to }) => from > known && to > at);
    return outage === undefined ? null : Math.max(outage.from, at);
  }

  /**
   * Start of the newest time in which no instance lived that a change knows of, which goes by what was read after so many standstills; 0 for
   * none. What was read before the last one knows of less than we do now.
   */
  outageKnown(standstills = this.#standstills): number {
    return standstills === this.#standstills ? (this.#outages.at(-1)?.from ?? 0) : 0;
  }

  /** Whether nobody lived for some time since a change at `at`, whatever its writer knew of that. */
  wasSince(at: number): boolean {
    return this.outageAfter(at, 0) !== null;
  }

  async beat(atMs: number): Promise<void> {
    // One under way is enough: what two hear at once, that we were taken for dead, would call our viewers back twice.
    this.#beating ??= this.#beat(atMs).finally(() => {
      this.#beating = null;
    });
    await this.#beating;
  }

  async #beat(atMs: number): Promise<void> {
    const { link, writes, ambient, instanceId, limits } = this.#parts;
    await writes.tried();
    if (!this.isJoined) return this.joined();
    let reply: unknown;
    const sentAtMs = ambient.monotonicMs();
    try {
      reply = await writes.sign(() => link.own.run(beatScript, beatKeys(instanceId), [instanceId, atMs]));
    } catch (error) {
      this.#beatAtMs = 0;
      throw error;
    }
    const [wasDead, now, all, outageFrom = "0"] = reply as [number, number, string[], string?];
    const atMonotonicMs = ambient.monotonicMs();
    const tookMs = atMonotonicMs - sentAtMs;
    if (tookMs <= clockLookMsMax) this.#clockAheadMs = ambient.now() - tookMs / 2 - now;
    if (this.#beatAtMs === 0 || atMonotonicMs - this.#beatAtMs > limits.deadMs / 2) this.#steadySinceMs = atMonotonicMs;
    this.#beatAtMs = atMonotonicMs;
    const dead = new Map<string, string>();
    this.#others = 0;
    for (let place = 0; place < all.length; place += 2) {
      const [other, beatAt] = all.slice(place, place + 2) as [string, string];
      if (other === instanceId) {
        // By that clock we were silent ourselves: it was set forward, or is that of another server, which took over.
        if (now - Number(beatAt) > limits.deadMs / 2) this.#steadySinceMs = atMonotonicMs;
        continue;
      }
      if (now - Number(beatAt) > limits.deadMs) dead.set(other, beatAt);
      else this.#others += 1;
    }
    this.#mustComeBack ||= wasDead === 1;
    // Another noted that nobody lived, in a time that was not long enough for us to say so: wherever it reads a game our viewers are gone.
    if (this.isJoined && Number(outageFrom) > this.outageKnown()) {
      this.#mustComeBack = true;
      this.stoodStill();
    }
    if (this.#mustComeBack) void this.#comeBack("beat");
    if (dead.size > 0 && atMonotonicMs - this.#steadySinceMs >= limits.deadMs) void this.#reaper.reap(dead);
  }

  async #comeBack(found: FoundDead): Promise<void> {
    const { link, instanceId } = this.#parts;
    if (this.#listener === null) return;
    // Before anything is done: being taken for dead again meanwhile must be heard, too.
    this.#mustComeBack = false;
    try {
      await link.own.call((redis) => redis.unlink(takenForDeadKey(instanceId)));
      await this.#listener.onTakenForDead(found);
    } catch (error) {
      this.#mustComeBack = true;
      // Redis is away: the next beat tries again.
      if (!(error instanceof StoreFault)) throw error;
    }
  }

  listen(listener: LiveListener): void {
    this.#listener = listener;
    this.#reaper.listen(listener);
  }

  /** Viewers of ours begin to watch a game. Resolves when the others could find that out. */
  async watches(gameId: string): Promise<void> {
    await this.#parts.link.call((redis) => redis.sadd(watchedKey(this.#parts.instanceId), gameId));
  }

  /** The same of all games that are watched here, because Redis may not know of them any more. */
  async watchesAll(gameIds: readonly string[]): Promise<void> {
    const key = watchedKey(this.#parts.instanceId);
    for (let from = 0; from < gameIds.length; from += registerSize)
      await this.#parts.link.own.call((redis) => redis.sadd(key, ...gameIds.slice(from, from + registerSize)));
  }

  /** The games of which the others would find out that viewers of ours watch them. */
  async watched(): Promise<readonly string[]> {
    return this.#parts.link.own.call((redis) => redis.smembers(watchedKey(this.#parts.instanceId)));
  }

  async leaves(gameId: string): Promise<void> {
    await this.#parts.link.call((redis) => redis.srem(watchedKey(this.#parts.instanceId), gameId));
  }

  /**
   * Leaves the living, so that nobody waits for us or clears up after us. A hurried leave may not have let go of all games: then we
   * count as dead at once, and one of the living says that our viewers are gone.
   */
  async depart(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    const { link, writes, instanceId, ambient } = this.#parts;
    // This sign, too, would say that somebody lived.
    await writes.tried();
    await this.joined();
    await link.own.run(beatScript, beatKeys(instanceId), [instanceId, ambient.now()]);
    const isWatched = (await link.own.call((redis) => redis.exists(watchedKey(instanceId)))) === 1;
    await link.own.call((redis) => (isWatched ? redis.zadd(liveKeys.beats, 0, instanceId) : redis.zrem(liveKeys.beats, instanceId)));
  }
}
