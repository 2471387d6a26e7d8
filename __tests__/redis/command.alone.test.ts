// The operator's commands on Redis: they SCAN beside 100,000 keys of others, as a user who may not call KEYS, and mend what is broken.
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { limitVariables } from "../../lib/ops/variables.ts";
import { runDbCommand } from "../../lib/store/db-command.ts";
import { answerKeys, checkpointsKey, gameKey, historyKey, indexKeys, shardOf, watchersKey } from "../../lib/store/redis-keys.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import type { Store } from "../../lib/store/store.ts";
import { Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { foreignKeys, othersP99, restrictedUser } from "./crowd.ts";
import { TestRedis } from "./redis-server.ts";

const games = 300;

describe.skipIf(lacks("redis-server"))("npm run db on Redis", () => {
  let redis: TestRedis;
  let inside: Redis;
  let store: Store;
  let url = "";
  beforeAll(async () => {
    redis = await TestRedis.start();
    inside = await redis.client();
    await foreignKeys(inside, 100_000);
    url = await restrictedUser(redis, inside);
    store = (await openRedisStore({ url, ambient: realAmbient(), instanceId: "one" })).store;
    const statuses = ["waiting", "running", "paused", "finished"] as const;
    const make = async (place: number) => {
      const status = statuses[place % 4] as (typeof statuses)[number];
      const table = new Table(store, codeOf(place));
      await table.step({ actionId: "create", answer: "1", checkpoint: true });
      await table.step({ index: { status, listed: place % 3 === 0, wakeAt: status === "running" ? 2_000_000_000_000 + place : null } });
    };
    await Promise.all(Array.from({ length: games }, (_, place) => make(place)));
  });
  afterAll(async () => {
    await store.close();
    inside.disconnect();
    await redis.end();
  });
  const codeOf = (place: number) =>
    `AA${String(place)
      .padStart(4, "0")
      .replace(/[01]/g, (digit) => (digit === "0" ? "X" : "Y"))}`;

  async function run(...words: string[]) {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const code = await runDbCommand(words, { out: say, err: say, env: { REDIS_URL: url }, ambient: realAmbient() });
    return { code, lines, text: lines.join("\n") };
  }

  test("status counts games key by key and by the indexes, among 100,000 keys of others", async () => {
    const { code, lines } = await run("status");
    expect(code).toBe(0);
    expect(lines).toEqual(
      expect.arrayContaining([
        `games ${games} by key, ${games} by index`,
        "waiting 75",
        "running 75",
        "paused 75",
        "finished 75",
        "instances 1",
      ]),
    );
  });

  test("export gives every game once with all its changes, or one game alone", async () => {
    const { lines } = await run("export");
    const rows = lines.map((line) => JSON.parse(line) as { type: string; game_id: string; v: number });
    expect(new Set(rows.filter(({ type }) => type === "game").map(({ game_id }) => game_id)).size).toBe(games);
    expect(rows.filter(({ type }) => type === "game")).toHaveLength(games);
    expect(rows.filter(({ type }) => type === "change")).toHaveLength(2 * games);
    expect((await run("export", "--game", codeOf(7))).lines).toHaveLength(3);
    expect(await run("export", "--game", "NOSUCH")).toMatchObject({ code: 1, lines: ["There is no game NOSUCH."] });
  });

  test("F02 check finds nothing wrong, calls nothing that is forbidden, and others' p99 rises by less than 10 ms", async () => {
    const before = await othersP99(inside, 700);
    await inside.call("CONFIG", "RESETSTAT");
    const [during, checked] = await Promise.all([othersP99(inside, 1_000), run("check")]);
    expect(checked).toMatchObject({ code: 0, lines: [`${games} games, ${2 * games} changes, 0 problems`] });
    const stats = await inside.info("commandstats");
    expect(stats).toMatch(/cmdstat_scan:calls/);
    expect(stats).not.toMatch(/cmdstat_(keys|flush\w+|debug\w*):calls/);
    process.stderr.write(`check beside 100,000 keys: others' p99 ${before.toFixed(2)} ms before, ${during.toFixed(2)} ms meanwhile\n`);
    expect(during - before).toBeLessThan(10);
  });

  test("repair mends indexes that disagree and what games that are gone have left, and touches nothing else", async () => {
    const index = (place: number) => indexKeys(shardOf(codeOf(place)));
    const whole = await inside.dbsize();
    await inside.zrem(index(1).wake, codeOf(1));
    await inside.zadd(index(2).wake, 5, codeOf(2));
    await inside.srem(index(2).running, codeOf(2));
    await inside.sadd(index(4).running, codeOf(4));
    await inside.zrem(index(3).listed, codeOf(3));
    await inside.zadd(index(5).wake, 7, codeOf(5));
    await inside.persist(historyKey(codeOf(6)));
    // The record of 8 is gone, as by its time to live; everything about it is left.
    await inside.hset(watchersKey(codeOf(8)), "dead", 3);
    await inside.unlink(gameKey(codeOf(8)));
    await inside.zadd(indexKeys(shardOf("GHOST1")).all, 1, "GHOST1");
    // A create that was buried before it happened: no left-over.
    await store.resolve("BURIED", "create", "never");
    const before = await run("check");
    expect(before.code).toBe(1);
    for (const problem of [
      `game ${codeOf(1)}: is missing from the index wake`,
      `game ${codeOf(3)}: is missing from the index listed`,
      `game ${codeOf(4)}: is in the index running and should not be`,
      `game ${codeOf(5)}: stands at the wrong place in the index wake`,
      `game ${codeOf(6)}: has a key that never expires`,
      `game ${codeOf(8)}: is gone and has left a key`,
      "game GHOST1: is in the index all and should not be",
    ])
      expect(before.lines).toContain(problem);
    const repaired = await run("repair");
    expect(repaired.lines.at(-1)).toBe("all is well now");
    expect(repaired.lines).toContain(`game ${codeOf(1)}: is missing from the index wake; mended`);
    expect(repaired.code).toBe(0);
    expect(await run("check")).toMatchObject({ code: 0, lines: [`${games - 1} games, ${2 * (games - 1)} changes, 0 problems`] });
    const left = [gameKey, historyKey, checkpointsKey, watchersKey].map((keyOf) => keyOf(codeOf(8)));
    expect(await inside.exists(...left)).toBe(0);
    expect(await inside.pttl(answerKeys(codeOf(8))[0])).toBeGreaterThan(0);
    expect(await inside.exists(answerKeys("BURIED")[0])).toBe(1);
    // Record, history and checkpoints of the game that went; its answers run out by themselves, those of BURIED came.
    expect(await inside.dbsize()).toBe(whole - 3 + 1);
    expect(await store.due(2_000_000_000_001, 10)).toEqual([codeOf(1)]);
    // No retention may be set longer: what is mended does not go before its game does.
    expect(await inside.pttl(historyKey(codeOf(6)))).toBeGreaterThan(limitVariables.retentionUntouchedMs.max);
  });

  test("a log that does not end where its state does, or a record that is not whole, is found, and never mended or said to be", async () => {
    const broken = [
      [9, "its log does not end where its state does"],
      [10, "its log ends at version 1, its state is at 2"],
      [11, "its log ends at version 2, its state is at 1"],
      [12, "its log is empty"],
      [13, "its record is not whole"],
    ] as const;
    await inside.hset(gameKey(codeOf(9)), "hash", "0".repeat(64));
    await inside.xdel(historyKey(codeOf(10)), "2-0");
    await inside.hset(gameKey(codeOf(11)), "v", "1");
    await inside.xtrim(historyKey(codeOf(12)), "MAXLEN", 0);
    await inside.hdel(gameKey(codeOf(13)), "state");
    const lines = broken.map(([place, problem]) => `game ${codeOf(place)}: ${problem}`).toSorted();
    const repaired = await run("repair");
    expect([repaired.code, repaired.lines.slice(0, -2).toSorted()]).toEqual([1, lines]);
    expect((await run("check")).lines.slice(0, -1).toSorted()).toEqual(lines);
  });

  test("a command that is none here is misuse and shows what there is; a Redis that is away is said so", async () => {
    expect(await run("export", codeOf(1))).toMatchObject({ code: 2 });
    expect(await run("restore")).toMatchObject({ code: 2, text: expect.stringContaining("games live in Redis") });
  });
});
