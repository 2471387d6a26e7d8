// Untouched games are found among finished ones that are kept longer, however many lie before them in the index of a shard.
import { beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { indexKeys, shards } from "../../lib/store/redis-keys.ts";
import { RedisPast } from "../../lib/store/redis-past.ts";
import { minute, start } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { linkedRedis } from "./linked-redis.ts";

const [shard = ""] = shards;
const { all, finished } = indexKeys(shard);
const dayMs = 24 * 60 * minute;

describe.skipIf(lacks("redis-server"))("games past their time in one shard", () => {
  const redis = linkedRedis();
  let monotonicMs = 0;
  let past: RedisPast;
  beforeEach(() => {
    monotonicMs = 0;
    past = new RedisPast(redis.link, { ...realAmbient(), monotonicMs: () => monotonicMs });
  });

  async function plant(gameIds: readonly string[], at: number, isFinished: boolean): Promise<readonly string[]> {
    const members = gameIds.flatMap((gameId) => [at, gameId]);
    await redis.inside.zadd(all, ...members);
    if (isFinished) await redis.inside.zadd(finished, ...members);
    return gameIds;
  }
  const many = (name: string, count: number) => Array.from({ length: count }, (_, place) => `${name}${String(place).padStart(4, "0")}`);
  /** Commands that read the index, since the last time. */
  async function looks(): Promise<number> {
    const calls = Number(/cmdstat_zrangebyscore:calls=(\d+)/.exec(await redis.inside.info("commandstats"))?.[1] ?? 0);
    await redis.inside.call("CONFIG", "RESETSTAT");
    return calls;
  }

  test("each is found once, though more finished ones than are read at once lie before it, at one moment or at many", async () => {
    const left: string[] = [];
    await plant(many("A", 700), start, true);
    left.push(...(await plant(["LEFT1"], start, false)));
    // Of one moment, more than are read at once, in the middle of what is read.
    await plant(many("N", 1_100), start + minute, true);
    left.push(...(await plant(["B-LEFT2", "P-LEFT3"], start + minute, false)));
    for (let place = 0; place < 12; place += 1) {
      await plant(many(`S${place}-`, 90), start + (2 + place) * minute, true);
      left.push(...(await plant([`LEFT4-${place}`], start + (2 + place) * minute, false)));
    }
    await plant(["YOUNG"], start + 20 * minute, false);
    const found = await past.unfinished(shard, start + 20 * minute, 1_000);
    expect(found.toSorted()).toEqual(left.toSorted());
    expect(await past.unfinished(shard, start + 20 * minute, 4)).toEqual(found.slice(0, 4));
    expect((await past.unfinished(shard, start + 20 * minute + 1, 1_000)).at(-1)).toBe("YOUNG");
  });

  test("what was seen to be finished is not walked over again before a day has gone by; then everything is looked at", async () => {
    await plant(many("A", 1_200), start, true);
    await plant(many("B", 1_200), start + minute, true);
    const [left] = await plant(["LEFT"], start + 2 * minute, false);
    const before = start + 10 * minute;
    await looks();
    expect(await past.unfinished(shard, before, 10)).toEqual([left]);
    expect(await looks()).toBeGreaterThan(4);
    expect(await past.unfinished(shard, before, 10)).toEqual([left]);
    expect(await looks()).toBe(1);
    // By a clock that was behind.
    await plant(["LATE"], start - minute, false);
    monotonicMs = dayMs - 1;
    expect(await past.unfinished(shard, before, 10)).toEqual([left]);
    monotonicMs = dayMs;
    expect(await past.unfinished(shard, before, 10)).toEqual(["LATE", left]);
  });

  test("those that begin again after they had ended are found where they now stand, and those before them are not forgotten", async () => {
    await plant(["ENDED1", "ENDED2"], start, true);
    const before = start + 10 * minute;
    expect(await past.unfinished(shard, before, 10)).toEqual([]);
    await redis.inside.zrem(finished, "ENDED1");
    await redis.inside.zadd(all, start + minute, "ENDED1");
    await plant(["FIRST"], start, false);
    expect(await past.unfinished(shard, before, 10)).toEqual(["FIRST", "ENDED1"]);
    expect(await past.unfinished(shard, before, 10)).toEqual(["FIRST", "ENDED1"]);
  });
});
