// How long Redis keeps what belongs to a game: its log, its answers, and all of it when nobody comes back.
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { answerKeys, changeKeys, checkpointsKey, gameKey } from "../../lib/store/redis-keys.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import type { Store } from "../../lib/store/store.ts";
import { minute, start, Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { TestRedis } from "./redis-server.ts";

const hour = 60 * minute;
const day = 24 * hour;
const windowMs = 1_000;
const limits = { historyChangesMax: 10, answersMs: windowMs, retentionUntouchedMs: 3 * day, retentionFinishedMs: 2 * day };

describe.skipIf(lacks("redis-server"))("what Redis keeps of a game", () => {
  let redis: TestRedis;
  let inside: Redis;
  let store: Store;
  let now = start;
  beforeAll(async () => {
    redis = await TestRedis.start();
    inside = await redis.client();
  });
  beforeEach(async () => {
    await inside.flushall();
    now = start;
    ({ store } = await openRedisStore({ url: redis.url, ambient: { ...realAmbient(), now: () => now }, instanceId: "one", limits }));
  });
  afterEach(async () => store.close());
  afterAll(async () => {
    inside.disconnect();
    await redis.end();
  });

  test("the log begins at the newest kept state from which as many changes are left as must be: what lies before it goes", async () => {
    const table = new Table(store, "AAAAAA");
    const kept = async (at: number) => {
      while (table.v < at) await table.step({ checkpoint: table.v % 10 === 0 });
      const log = await store.changes("AAAAAA", 0, 100);
      return [log.map(({ v }) => v), (await inside.zrange(checkpointsKey("AAAAAA"), "0", "-1")).map(Number)];
    };
    const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, place) => first + place);
    expect(await kept(20)).toEqual([upTo(1, 20), [1, 11]]);
    expect(await kept(21)).toEqual([upTo(11, 21), [11, 21]]);
    expect(await kept(30)).toEqual([upTo(11, 30), [11, 21]]);
    expect(await kept(31)).toEqual([upTo(21, 31), [21, 31]]);
    expect(await store.checkpoint("AAAAAA", 20)).toBeNull();
    expect(await store.checkpoint("AAAAAA", 30)).toMatchObject({ v: 21 });
  });

  test("an answer is found for one window after it was given, and not for ever", async () => {
    const table = new Table(store, "AAAAAA");
    const tap = async (at: number) => {
      now = start + at;
      await table.step({ actionId: `at ${at}`, answer: "done" });
    };
    const found = async (at: number) =>
      [...(await inside.hkeys(answerKeys("AAAAAA")[0])), ...(await inside.hkeys(answerKeys("AAAAAA")[1]))].includes(`iat ${at}`);
    await tap(0);
    await tap(windowMs);
    expect(await inside.exists(answerKeys("AAAAAA")[1])).toBe(0);
    await tap(windowMs + 1);
    expect([await found(0), await found(windowMs), await found(windowMs + 1)]).toEqual([true, true, true]);
    expect(await inside.exists(...answerKeys("AAAAAA"))).toBe(2);
    await tap(2 * windowMs + 1);
    expect(await store.resolve("AAAAAA", `at ${windowMs}`, "lost")).toBe("done");
    // An action that is asked for counts like one that is done.
    now = start + 2 * windowMs + 2;
    expect(await store.resolve("AAAAAA", "never", "buried")).toBe("buried");
    expect([await found(0), await found(windowMs), await found(windowMs + 1), await found(2 * windowMs + 1)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(await store.resolve("AAAAAA", `at ${windowMs}`, "lost")).toBe("lost");
    expect(await store.resolve("AAAAAA", "never", "another")).toBe("buried");
    for (const key of answerKeys("AAAAAA")) expect(await inside.pttl(key)).toBeGreaterThan(limits.retentionUntouchedMs);
  });

  test("all keys of a game live a day longer than it does, from its newest hour or its end on; within the hour nothing is said of it again", async () => {
    const table = new Table(store, "AAAAAA");
    const at = Math.ceil(start / hour) * hour;
    const keys = changeKeys("AAAAAA").slice(0, 5);
    /** Times to live, to the minute, of those that are there. */
    const left = async () => {
      const all = await Promise.all(keys.map((key) => inside.pttl(key)));
      return [...new Set(all.map((ms) => Math.round(ms / minute)))];
    };
    const step = (afterMs: number, status: "running" | "finished") =>
      table.step({ at: at + afterMs, index: { status }, actionId: `${afterMs} ${status}`, answer: "", checkpoint: true });
    await inside.hset(answerKeys("AAAAAA")[1], "i-of-before", "");
    await step(0, "running");
    expect(await left()).toEqual([(limits.retentionUntouchedMs + day) / minute]);
    for (const key of keys) await inside.pexpire(key, 10 * minute);
    await step(hour - 1, "running");
    expect(await inside.pttl(gameKey("AAAAAA"))).toBeLessThanOrEqual(10 * minute);
    await step(hour, "running");
    expect(await left()).toEqual([(limits.retentionUntouchedMs + day) / minute]);
    await step(hour + 1, "finished");
    expect(await left()).toEqual([(limits.retentionFinishedMs + day) / minute]);
  });
});
