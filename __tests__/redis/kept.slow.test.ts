// How long Redis keeps what belongs to a game: its log, its answers, and all of it when nobody comes back; and how much of feedback.
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { answerKeys, changeKeys, checkpointsKey, feedbackKey, feedbackSaidKey, gameKey, historyKey } from "../../lib/store/redis-keys.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import type { Store } from "../../lib/store/store.ts";
import { minute, start, Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { TestRedis } from "./redis-server.ts";

const hour = 60 * minute;
const day = 24 * hour;
const windowMs = minute;
const limits = {
  historyChangesMax: 10,
  answersMs: windowMs,
  retentionUntouchedMs: 3 * day,
  retentionFinishedMs: 2 * day,
  feedbackMax: 100,
};

describe.skipIf(lacks("redis-server"))("what Redis keeps", () => {
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
    /** A game up to a version, with a state kept beside every so many changes: what is left of it. */
    const played = (gameId: string, every: number) => {
      const table = new Table(store, gameId);
      return async (upToV: number) => {
        while (table.v < upToV) await table.step({ checkpoint: table.v % every === 0 });
        const log = await store.changes(gameId, 0, 100);
        return [log.map(({ v }) => v), (await inside.zrange(checkpointsKey(gameId), "0", "-1")).map(Number)];
      };
    };
    const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, place) => first + place);
    const byTen = played("AAAAAA", 10);
    expect(await byTen(20)).toEqual([upTo(1, 20), [1, 11]]);
    expect(await byTen(21)).toEqual([upTo(11, 21), [11, 21]]);
    expect(await byTen(30)).toEqual([upTo(11, 30), [11, 21]]);
    expect(await byTen(31)).toEqual([upTo(21, 31), [21, 31]]);
    // It is looked at only beside a state that is kept.
    const byFour = played("BBBBBB", 4);
    expect(await byFour(16)).toEqual([upTo(1, 16), [1, 5, 9, 13]]);
    expect(await byFour(17)).toEqual([upTo(5, 17), [5, 9, 13, 17]]);
    expect(await store.checkpoint("AAAAAA", 20)).toBeNull();
    expect(await store.checkpoint("AAAAAA", 30)).toMatchObject({ v: 21 });
    await inside.unlink(historyKey("AAAAAA"));
    expect(await store.checkpoint("AAAAAA", 30)).toBeNull();
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
    // The indexes belong to all games.
    for (const key of changeKeys("AAAAAA").slice(5)) expect(await inside.pttl(key)).toBeLessThan(0);
  });

  test("of feedback the newest words are kept, and for one window what was said under which action id", async () => {
    for (let word = 0; word < 400; word += 1) await store.saveFeedback({ at: start + word, gameId: null, text: `${word}` }, `word-${word}`);
    const { items } = await store.feedback(null, limits.feedbackMax);
    expect(items.map(({ text }) => Number(text))).toEqual(Array.from({ length: limits.feedbackMax }, (_, place) => 399 - place));
    // Redis lets go of older ones in pieces of a hundred.
    expect(await inside.xlen(feedbackKey)).toBeLessThanOrEqual(limits.feedbackMax + 100);
    await store.saveFeedback({ at: start, gameId: null, text: "last" }, "last");
    const leftMs = await inside.pttl(feedbackSaidKey("last", "last"));
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(windowMs);
  });
});
