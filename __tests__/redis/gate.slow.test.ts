// SAFETY rule 12: what kind of Redis this is, and what a beginning and an ending life mean to the others.
import { afterEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { type OpenedRedis, openRedisStore } from "../../lib/store/store-redis.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { found, start as begin, Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { eventually } from "./instances.ts";
import { type RedisSettings, TestRedis } from "./redis-server.ts";

describe.skipIf(lacks("redis-server"))("SAFETY 12 the start gate of Redis", () => {
  const open: TestRedis[] = [];
  afterEach(async () => {
    for (const redis of open.splice(0)) await redis.end();
  });
  async function start(settings: RedisSettings = {}): Promise<TestRedis> {
    const redis = await TestRedis.start(settings);
    open.push(redis);
    return redis;
  }
  const join = (redis: TestRedis, instanceId: string, url = redis.url, ambient = realAmbient()): Promise<OpenedRedis> =>
    openRedisStore({ url, ambient, instanceId });

  test.each([
    ["redis-aof-always", { appendonly: "yes", appendfsync: "always" }],
    ["redis-aof-everysec", { appendonly: "yes", appendfsync: "everysec" }],
    ["redis-memory", { appendonly: "yes", appendfsync: "no" }],
    ["redis-memory", { appendonly: "no" }],
  ] as const)("names what an acknowledgement promises: %s for %o", async (tier, settings) => {
    const { store } = await join(await start(settings), "one");
    expect(store.health().tier).toBe(tier);
    await store.close();
  });

  test("names what it promises now, though Redis was set otherwise since the start, as a failover may, and says that it changed", async () => {
    const redis = await start({ appendonly: "yes", appendfsync: "always" });
    // Minutes go by in a moment.
    const real = realAmbient();
    const ambient = { ...real, every: (ms: number, run: () => void) => real.every(ms > 5_000 ? 20 : ms, run) };
    const said: string[] = [];
    const log = (level: string, message: string) => said.push(`${level}: ${message}`);
    const { store } = await openRedisStore({ url: redis.url, ambient, instanceId: "one", log });
    const client = await redis.client();
    await client.config("SET", "appendfsync", "everysec");
    await eventually("it says so", () => store.health().tier === "redis-aof-everysec");
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    await eventually("what would have ended a start is said", () =>
      /error: .*maxmemory-policy allkeys-lru.*noeviction/.test(said.join("\n")),
    );
    // What would not do for a start is known nevertheless.
    await client.config("SET", "appendonly", "no");
    await eventually("it says so again", () => store.health().tier === "redis-memory");
    await client.config("SET", "maxmemory-policy", "noeviction");
    expect(said.filter((line) => line.startsWith("warn: what an acknowledgement promises has changed"))).toHaveLength(2);
    expect(said.filter((line) => line.startsWith("error: "))).toHaveLength(1);
    client.disconnect();
    await store.close();
  });

  test("a Redis that throws keys out when memory is short is refused with the reason", async () => {
    const redis = await start({ more: ["--maxmemory-policy", "allkeys-lru"] });
    await expect(join(redis, "one")).rejects.toThrow(/maxmemory-policy allkeys-lru.*noeviction/);
  });

  test("a database that Redis does not have is refused: the client would go on in the first one, among the games of others", async () => {
    const redis = await start();
    await expect(join(redis, "one", `${redis.url}/16`)).rejects.toThrow(/Database 16.*REDIS_URL.*out of range/);
    const { store } = await join(redis, "one", `${redis.url}/15`);
    await new Table(store, "AAAAAA").step();
    const client = await redis.client();
    expect(await client.dbsize()).toBe(0);
    await client.select(15);
    expect(await client.dbsize()).toBeGreaterThan(0);
    client.disconnect();
    await store.close();
  });

  test("L28 a Redis that is not there is refused with the reason, in time, and no memory takes its place", async () => {
    const redis = await start();
    await redis.kill();
    const startedAt = performance.now();
    const limits = { startMs: 500 };
    await expect(openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "one", limits })).rejects.toThrow(
      /Redis is away.*tried for 500 ms/,
    );
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test("a Redis that answers, and is slow with its first writes, is waited for as long as one that is not there yet", async () => {
    const redis = await start();
    const inside = await redis.client();
    const late = (instanceId: string, startMs: number) =>
      openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId, limits: { commandMs: 300, startMs } });
    await inside.call("CLIENT", "PAUSE", "2000", "WRITE");
    await expect(late("hasty", 500)).rejects.toThrow(/Redis cannot be used|It was tried for/);
    const { store } = await late("patient", 20_000);
    expect(store.health().ready).toBe(true);
    await store.close();
    inside.disconnect();
  });

  test("a server that is refused for what it may not do leaves nothing that others would list, or find due for ever", async () => {
    const redis = await start();
    const inside = await redis.client();
    await inside.call("ACL", "SETUSER", "keeper", "reset", "on", ">secret", "~*", "&*", "+@all", "-unlink");
    await expect(join(redis, "one", `redis://keeper:secret@127.0.0.1:${redis.port}`)).rejects.toThrow(/^Redis cannot be used/);
    const { store } = await join(redis, "two");
    expect((await store.listed(null, 10)).items).toEqual([]);
    expect(await store.due(Date.now() + 60_000, 10)).toEqual([]);
    await store.close();
    inside.disconnect();
  });

  test("a user who may not write the games' keys, or not read what was written, is refused at the start, not at the first tap", async () => {
    const redis = await start();
    const inside = await redis.client();
    for (const lacking of ["xadd", "hmget", "xrange", "zrevrangebyscore", "unlink", "spublish"]) {
      await inside.call("ACL", "SETUSER", "reader", "reset", "on", ">secret", "~*", "&*", "+@all", `-${lacking}`);
      await expect(join(redis, "one", `redis://reader:secret@127.0.0.1:${redis.port}`)).rejects.toThrow(
        /^Redis cannot be used: Redis .*(can't run this command|NOPERM)/,
      );
    }
    inside.disconnect();
  });

  test("downtime is known: when nobody lived, the outage begins at the last moment somebody did", async () => {
    const redis = await start();
    const first = await join(redis, "first");
    const table = new Table(first.store, "AAAAAA");
    await table.step({ at: Date.now() });
    await first.store.beat(Date.now());
    await first.store.close();
    const leftAt = Date.now();
    const second = await join(redis, "second");
    const loaded = await second.store.load("AAAAAA");
    const outageFrom = loaded.kind === "found" ? loaded.game.outageFrom : null;
    expect(outageFrom).not.toBeNull();
    expect(Math.abs((outageFrom ?? 0) - leftAt)).toBeLessThan(500);
    await second.store.close();
  });

  test("a change after the last beat lies within the outage that follows, and is charged nothing; once settled, no clock brings it back", async () => {
    const redis = await start();
    let at = begin;
    const clock = { ...realAmbient(), now: () => at };
    const outageOf = async ({ store }: OpenedRedis, gameId: string) => (await found(store, gameId)).outageFrom;
    const first = await join(redis, "first", redis.url, clock);
    const [early, late] = [new Table(first.store, "AAAAAA"), new Table(first.store, "BBBBBB")];
    await early.step({ at: begin + 4_000 });
    await first.store.beat(begin + 5_000);
    await late.step({ at: begin + 5_400 });
    await first.link.close();
    at = begin + 60_000;
    const second = await join(redis, "second", redis.url, clock);
    expect(await outageOf(second, "AAAAAA")).toBe(begin + 5_000);
    expect(await outageOf(second, "BBBBBB")).toBe(begin + 5_400);
    // Written by a clock that is behind that of the end of the outage.
    await late.step({ at: begin + 59_000 }, second.store);
    expect(await outageOf(second, "BBBBBB")).toBeNull();
    const fresh = new Table(second.store, "CCCCCC");
    await fresh.step({ at: begin + 59_500 });
    expect(await outageOf(second, "CCCCCC")).toBeNull();
    await second.link.close();
    at = begin + 60_500;
    const third = await join(redis, "third", redis.url, clock);
    expect(await outageOf(third, "AAAAAA")).toBe(begin + 5_000);
    expect(await outageOf(third, "BBBBBB")).toBe(begin + 60_000);
    expect(await outageOf(third, "CCCCCC")).toBe(begin + 60_000);
    await Promise.all([first, second, third].map(({ store }) => store.close()));
  });

  test("outages noted by an older program, without their end, are still known for the games it wrote", async () => {
    const redis = await start();
    const inside = await redis.client();
    const first = await join(redis, "first", redis.url, { ...realAmbient(), now: () => begin });
    for (const [gameId, at] of [
      ["AAAAAA", begin + 1_000],
      ["BBBBBB", begin + 5_000],
      ["CCCCCC", begin + 5_001],
    ] as const)
      await new Table(first.store, gameId).step({ at });
    await first.store.close();
    await inside.zadd("{tt-live}:outages", begin + 5_000, begin + 5_000);
    const second = await join(redis, "second", redis.url, { ...realAmbient(), now: () => begin });
    expect((await found(second.store, "AAAAAA")).outageFrom).toBe(begin + 5_000);
    expect((await found(second.store, "BBBBBB")).outageFrom).toBe(begin + 5_000);
    expect((await found(second.store, "CCCCCC")).outageFrom).toBeNull();
    inside.disconnect();
    await second.store.close();
  });

  test("downtime is not invented: while another instance lives, one that joins finds no outage", async () => {
    const redis = await start();
    const first = await join(redis, "first");
    const table = new Table(first.store, "AAAAAA");
    await table.step({ at: Date.now() - 60_000 });
    const second = await join(redis, "second");
    expect(await second.store.load("AAAAAA")).toMatchObject({ kind: "found", game: { outageFrom: null } });
    await first.store.close();
    const third = await join(redis, "third");
    expect(await third.store.load("AAAAAA")).toMatchObject({ kind: "found", game: { outageFrom: null } });
    await second.store.close();
    await third.store.close();
  });

  test("an instance that lives hears that it was taken for dead, once the clearing up has ended, though it ended half-way", async () => {
    const redis = await start();
    const inside = await redis.client();
    const real = realAmbient();
    let isAwake = true;
    const drowsy = { ...real, every: (ms: number, run: () => void) => real.every(ms, () => (isAwake ? run() : undefined)) };
    const one = await join(redis, "one");
    const two = await join(redis, "two", redis.url, drowsy);
    await two.live.watches("AAAAAA");
    const told: string[] = [];
    two.live.listen({ onDeath: async () => [], onTakenForDead: async () => void told.push("told") });
    const halfWay = new Promise((resolve) => {
      const onDeath = async (): Promise<never> => {
        const before = await inside.zscore("{tt-live}:beats", "two");
        isAwake = true;
        await eventually("it beats", async () => (await inside.zscore("{tt-live}:beats", "two")) !== before);
        resolve([await inside.exists("{tt-live}:dead:two"), told.length]);
        throw new StoreFault("busy", "A game is busy.");
      };
      one.live.listen({ onDeath, onTakenForDead: async () => {} });
    });
    isAwake = false;
    expect(await halfWay).toEqual([1, 0]);
    await eventually("it is told", () => told.length === 1);
    inside.disconnect();
    await Promise.all([one.store.close(), two.store.close()]);
  });

  test("an instance that leaves in a hurry, its games not let go, is cleared up after by one that lives", async () => {
    const redis = await start();
    const one = await join(redis, "one");
    const two = await join(redis, "two");
    const deaths: [string, readonly string[]][] = [];
    const onDeath = async (id: string, games: readonly string[]) => {
      deaths.push([id, games]);
      return [];
    };
    one.live.listen({ onDeath, onTakenForDead: async () => {} });
    await two.live.watches("AAAAAA");
    await two.store.close();
    await eventually("its games are told of", () => deaths.length === 1, 12_000);
    expect(deaths).toEqual([["two", ["AAAAAA"]]]);
    await one.store.close();
  });

  test("L31: an instance that left is not in the registry, and of one that died nothing stays", async () => {
    const redis = await start();
    const one = await join(redis, "one");
    const two = await join(redis, "two");
    const inside = await redis.client();
    await two.live.watches("AAAAAA");
    await two.live.leaves("AAAAAA");
    await inside.zadd("{tt-live}:beats", 1, "ghost");
    await inside.sadd("{tt-live}:at:ghost", "BBBBBB");
    const deaths: [string, readonly string[]][] = [];
    const onDeath = async (id: string, games: readonly string[]) => {
      deaths.push([id, games]);
      return [];
    };
    one.live.listen({ onDeath, onTakenForDead: async () => {} });
    expect((await inside.zrange("{tt-live}:beats", "0", "-1")).sort()).toEqual(["ghost", "one", "two"]);
    await two.store.close();
    expect(await inside.exists("{tt-live}:at:two")).toBe(0);
    await eventually("the ghost is cleared away", async () => (await inside.zrange("{tt-live}:beats", "0", "-1")).join() === "one", 12_000);
    expect(deaths).toEqual([["ghost", ["BBBBBB"]]]);
    const kept = ["{tt-live}:beats", "{tt-live}:dead:ghost", "{tt-live}:last"].join();
    // Who cleared up lets go of that last of all.
    await eventually("nothing else is left", async () => (await inside.keys("{tt-live}:*")).sort().join() === kept);
    inside.disconnect();
    await one.store.close();
  });
});
