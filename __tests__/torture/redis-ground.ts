// The ground of a torture run: one real Redis, three whole servers, and, where a run asks for it, between each of them and Redis a
// proxy that can fail.
import { Redis } from "ioredis";
import { type Chance, seededChance } from "../checker/clean-history.ts";
import type { GameLog } from "../checker/history.ts";
import { gameKey, historyKey } from "../../lib/store/redis-keys.ts";
import { filled } from "../../lib/store/state-text.ts";
import { type RedisSettings, TestRedis } from "../redis/redis-server.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { RedisProxy } from "./redis-proxy.ts";

export interface Seat {
  /** Null when the server talks to Redis directly: a proxy costs time that is not the program's. */
  readonly proxy: RedisProxy | null;
  server: RunningServer;
  /** Its players may be sent here. */
  isOpen: boolean;
}

export interface GroundWish {
  readonly seed: number;
  readonly redis?: RedisSettings;
  readonly lines: "direct" | "proxied";
}

export class Ground {
  readonly redis: TestRedis;
  readonly seats: readonly Seat[];
  readonly inside: Redis;
  readonly chance: Chance;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(parts: {
    redis: TestRedis;
    seats: readonly Seat[];
    inside: Redis;
    chance: Chance;
    env: Readonly<Record<string, string>>;
  }) {
    this.redis = parts.redis;
    this.seats = parts.seats;
    this.inside = parts.inside;
    this.chance = parts.chance;
    this.#env = parts.env;
  }

  static async open({ seed, redis: settings = {}, lines }: GroundWish): Promise<Ground> {
    const chance = seededChance(seed);
    const redis = await TestRedis.start(settings);
    const env = { LIMIT_HISTORY_CHANGES: "1000000", LIMIT_DRAIN_MS: "1000" };
    const proxies = await Promise.all([1, 2, 3].map(() => (lines === "direct" ? null : RedisProxy.start(redis.port, chance))));
    const urls = proxies.map((proxy) => proxy?.url ?? redis.url);
    const started = await Promise.allSettled(urls.map((url) => startRunningServer({ env: { REDIS_URL: url, ...env } })));
    const servers = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = started.find((one) => one.status === "rejected");
    if (failed !== undefined) {
      // Nobody else knows of what did start.
      await Promise.all(servers.map((server) => server.dispose()));
      for (const proxy of proxies) proxy?.end();
      await redis.end();
      throw failed.reason;
    }
    const seats = servers.map((server, place) => ({ server, proxy: proxies[place] ?? null, isOpen: true }));
    const inside = new Redis(redis.url, { maxRetriesPerRequest: 500, retryStrategy: () => 20 });
    inside.on("error", () => {});
    return new Ground({ redis, seats, inside, chance, env });
  }

  /** Ports of the servers players may come to; all of them when none is known to be there. */
  ports(): readonly number[] {
    const open = this.seats.filter((seat) => seat.isOpen);
    return (open.length > 0 ? open : this.seats).map(({ server }) => server.port);
  }

  /** Starts a server again that was stopped or killed, on its old port. */
  async revive(seat: Seat): Promise<void> {
    const { port } = seat.server;
    seat.server = await startRunningServer({ port, env: { REDIS_URL: seat.proxy?.url ?? this.redis.url, ...this.#env } });
    seat.isOpen = true;
  }

  /** The lines between the servers and Redis, for a fault that breaks them. */
  proxies(): readonly RedisProxy[] {
    return this.seats.map(({ proxy }) => {
      if (proxy === null) throw new Error("This run needs proxied lines.");
      return proxy;
    });
  }

  /** What Redis holds of a game, read past the store. */
  async log(game: string): Promise<GameLog> {
    const rows = await this.inside.xrange(historyKey(game), "-", "+");
    const [v, hash, moving, still] = await this.inside.hmget(gameKey(game), "v", "hash", "state", "still");
    const state = still == null || moving == null ? moving : filled(still, moving);
    const changes = rows.map(([id, fields]) => {
      const [, at, , prevHash = "", , hashHere = "", , change = "", , action = "", , kept] = fields;
      const actionId = action === "" ? null : action.slice(1);
      return { v: Number.parseInt(id, 10), at: Number(at), prevHash, hash: hashHere, change, state: kept ?? null, actionId };
    });
    return { game, changes, final: v == null || hash == null || state == null ? null : { v: Number(v), hash, state } };
  }

  /** The version Redis holds now. */
  async newest(game: string): Promise<number> {
    return Number(await this.inside.hget(gameKey(game), "v"));
  }

  async close(): Promise<void> {
    await Promise.all(this.seats.map(({ server }) => server.dispose()));
    for (const { proxy } of this.seats) proxy?.end();
    this.inside.disconnect();
    await this.redis.end();
  }
}
