// What a server needs from Redis, opened together: the store, the bus beside it, and the registry of instances.
import type { Ambient } from "../ops/ambient.ts";
import { inspectRedis, reachRedis } from "../store/redis-gate.ts";
import { RedisLink } from "../store/redis-link.ts";
import type { LiveListener } from "../store/redis-live.ts";
import { type RedisCounts, redisCounts } from "../store/store-redis-counts.ts";
import { openRedisStore, type RedisLimits, redisLimits } from "../store/store-redis.ts";
import type { OnSaved, Store } from "../store/store.ts";
import type { Bus } from "./bus.ts";
import { openRedisBus } from "./bus-redis.ts";

export interface RedisSideOptions {
  readonly url: string;
  readonly ambient: Ambient;
  /** Unique for the life of this process: nobody else, before or after, has it. */
  readonly instanceId: string;
  readonly limits: Partial<RedisLimits>;
  readonly log: (level: "info" | "warn" | "error", message: string, facts?: object) => void;
  readonly onSaved: OnSaved;
  /** Messages between instances may have been missed. */
  readonly onGap: () => void;
  /** Each game that somebody watches here is read anew once in so long, ms; of its own accord every two minutes. */
  readonly readAgainMs?: number;
}

/** What a server does when one of the instances was found dead. */
export interface DeathListener extends Pick<LiveListener, "onDeath"> {
  /** We were taken for dead, and are registered again: our viewers have to come back. */
  onTakenForDead(): void;
}

/** The other instances, as a server sees them. */
export interface OtherInstances {
  /** Those that beat lately. */
  readonly others: number;
  /** How far this machine's clock is ahead of Redis', ms; null when that is not known, or there are no others. */
  readonly clockAheadMs: number | null;
  listen(listener: DeathListener): void;
}

export interface RedisSide {
  readonly store: Store;
  readonly bus: Bus;
  readonly live: OtherInstances;
  readonly counts: RedisCounts;
}

/** Rejects with RedisRefused, one line for the operator. */
export async function openRedisSide(options: RedisSideOptions): Promise<RedisSide> {
  const { url, ambient, instanceId, log, onSaved, onGap, readAgainMs } = options;
  const limits = { ...redisLimits, ...options.limits };
  const { store, facts, link, live } = await openRedisStore({ url, ambient, instanceId, limits, log, onSaved });
  try {
    const bus = await openRedisBus({
      url,
      ambient,
      instanceId,
      sharded: facts.sharded,
      commandMs: limits.commandMs,
      link,
      live,
      log,
      onGap,
      ...(readAgainMs === undefined ? {} : { readAgainMs }),
    });
    const others: OtherInstances = {
      get others() {
        return live.others;
      },
      get clockAheadMs() {
        return live.clockAheadMs;
      },
      listen(listener) {
        live.listen({
          async onDeath(other, gameIds) {
            await bus.buryWatchers(other, gameIds);
            return listener.onDeath(other, gameIds);
          },
          async onTakenForDead(found) {
            // First: whoever comes back to a room that is open still is not registered by that.
            await bus.tellAgain();
            if (found === "beat") listener.onTakenForDead();
          },
        });
      },
    };
    return { store, bus, live: others, counts: redisCounts(link) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Whether a server could start on this Redis: throws one line when not. Writes nothing. */
export async function tryRedis(url: string, ambient: Ambient, own: Pick<RedisLimits, "commandMs" | "startMs">): Promise<void> {
  const limits = { ...redisLimits, ...own };
  const link = new RedisLink({ url, ambient, limits, name: "tapotarp-try", log: () => {} });
  try {
    await reachRedis(link, ambient, limits.startMs);
    await inspectRedis(link);
  } finally {
    await link.close();
  }
}
