// What a change costs Redis, which counts it itself.
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { liveLimits } from "../../lib/store/redis-live.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import type { Store } from "../../lib/store/store.ts";
import { found, start, Table, waiting } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { TestRedis } from "./redis-server.ts";

describe.skipIf(lacks("redis-server"))("what a change costs Redis", () => {
  let redis: TestRedis;
  let inside: Redis;
  let store: Store;
  beforeEach(async () => {
    redis = await TestRedis.start();
    inside = await redis.client();
    const real = realAmbient();
    // Beats would be counted, too.
    const every: typeof real.every = (ms, run) => (ms === liveLimits.beatMs ? { cancel() {} } : real.every(ms, run));
    // 1,500 changes at once take a slow machine longer than an instance waits for one.
    const limits = { commandMs: 60_000 };
    ({ store } = await openRedisStore({ url: redis.url, ambient: { ...real, every }, instanceId: "one", limits }));
  });
  afterEach(async () => {
    await store.close();
    inside.disconnect();
    await redis.end();
  });
  const counted = async (section: string, counter: RegExp) => Number(counter.exec(await inside.info(section))?.[1] ?? 0);

  test("the changes of one turn come to Redis in one piece", async () => {
    const tables = Array.from({ length: 40 }, (_, i) => new Table(store, `GAME${i}`));
    const reads = () => counted("stats", /total_reads_processed:(\d+)/);
    const before = await reads();
    await Promise.all(tables.map((table) => table.step()));
    // One of them is the question itself; 40 changes are more than Redis reads at once.
    expect((await reads()) - before).toBeLessThanOrEqual(8);
  });

  test("F29 a page of a list costs Redis the same however many games there are", async () => {
    const minute = 60_000;
    const make = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, n) =>
          new Table(store, `GAME${from + n}`).step({ at: start + (from + n) * minute, index: { listed: true } }),
        ),
      );
    /** What Redis was asked for, the question itself left out. */
    const costs = async <T>(ask: () => Promise<T>): Promise<readonly [T, string]> => {
      await inside.call("CONFIG", "RESETSTAT");
      const answer = await ask();
      const calls = [...(await inside.info("commandstats")).matchAll(/cmdstat_([^:]+):calls=(\d+)/g)];
      const asked = calls.filter(([, name = ""]) => !/^(info|config)/.test(name)).map(([, name, count]) => `${name} ${count}`);
      return [answer, asked.toSorted().join(", ")];
    };
    await make(0, 20);
    const [few, asked] = await costs(() => store.listed(null, 5));
    expect(asked).toBe("hmget 5, zrevrangebyscore 64");
    await make(20, 1_500);
    const said = () => counted("stats", /total_net_output_bytes:(\d+)/);
    const [many, askedOfMany] = await costs(() => store.listed(null, 5));
    expect(askedOfMany).toBe(asked);
    // Of each of the 64 shards six entries at most, and what was asked to know this: of all 1,500 it would be three times as much.
    expect(await said()).toBeLessThan(35_000);
    const [next, askedOfNext] = await costs(() => store.listed(many.next, 5));
    expect(askedOfNext).toBe("hmget 5, zrevrangebyscore 128");
    expect([few, many, next].map(({ items }) => items[0]?.gameId)).toEqual(["GAME19", "GAME1499", "GAME1494"]);
  });

  test("a change of nothing but the state writes no index, and what is listed of a game is always as the last change left it", async () => {
    const table = new Table(store, "GAME");
    const writes = () => counted("commandstats", /cmdstat_hset:calls=(\d+)/);
    const costs = async (index: Partial<typeof waiting>) => {
      const before = await writes();
      await table.step({ index });
      expect((await found(store, "GAME")).index).toEqual({ ...waiting, ...index });
      return (await writes()) - before;
    };
    await table.step();
    expect(await costs({})).toBe(1);
    expect(await costs({ wakeAt: 1_800_000_000_000 })).toBe(1);
    expect(await costs({ name: "Table 2" })).toBe(2);
    expect(await costs({ name: "Table 2" })).toBe(1);
    expect(await costs({ name: "Table 2", seats: 3 })).toBe(2);
    expect(await costs({ name: "Table 2", seats: 3, seatsFree: 2 })).toBe(2);
    expect(await costs({ listed: true, status: "running" })).toBe(2);
    expect(await costs({})).toBe(2);
  });
});
