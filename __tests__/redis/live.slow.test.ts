// Who lives, beat by beat, in time that the test makes: when another is called dead, who clears up after it and for how long, and
// how an instance hears that it was given up.
import { beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { liveKeys, reaperKey, takenForDeadKey, watchedKey } from "../../lib/store/redis-keys.ts";
import type { Asking } from "../../lib/store/redis-link.ts";
import { liveLimits, RedisLive } from "../../lib/store/redis-live.ts";
import { RedisWrites } from "../../lib/store/redis-writes.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { lacks } from "../support/programs.ts";
import { eventually } from "./instances.ts";
import { inFlightMax, linkedRedis } from "./linked-redis.ts";

const { deadMs } = liveLimits;
/** A beat of an instance that lives as long as the test does. */
const never = 9_999_999_999_999;

describe.skipIf(lacks("redis-server"))("instances that live and die", () => {
  const redis = linkedRedis();
  let live: RedisLive;
  let monotonicMs = 0;
  let aheadMs = 0;
  let isAway = false;
  /** How long each answer takes, by the clock of the test. */
  let tookMs = 0;
  /** How often something is done again and again, ms, for each such thing. */
  let periods: number[] = [];
  beforeEach(() => {
    const { link } = redis;
    [monotonicMs, aheadMs, isAway, tookMs, periods] = [0, 0, false, 0, []];
    const asked = (way: Asking): Asking =>
      new Proxy(way, {
        get(_, name: "run" | "call") {
          if (isAway) return () => Promise.reject(new StoreFault("unavailable", "planted"));
          return (...given: Parameters<Asking["run"]>) => {
            const answer = (way[name] as Asking["run"])(...given);
            monotonicMs += tookMs;
            return answer;
          };
        },
      });
    const every = (ms: number) => {
      periods.push(ms);
      return { cancel() {} };
    };
    const ambient = { ...realAmbient(), every, monotonicMs: () => monotonicMs, now: () => Date.now() + aheadMs };
    const writes = new RedisWrites({ link, ambient, onSaved: () => {} });
    live = new RedisLive({
      link: { call: asked(link).call, own: asked(link.own) },
      writes,
      ambient,
      instanceId: "one",
      limits: liveLimits,
    });
  });
  const beatAt = async (atMs: number) => {
    monotonicMs = atMs;
    await live.beat(Date.now());
  };
  /** On the connection of the beats, so that it is after what the last of them began. */
  const isClearedUpAfter = async (instanceId: string) => (await redis.link.call((client) => client.exists(reaperKey(instanceId)))) === 1;
  const quiet = { onDeath: async () => [], onTakenForDead: async () => {} };

  test("a sign of life is given in one rhythm from its arrival on, and in no other after it stood still", async () => {
    await live.arrive();
    for (let time = 0; time < 2; time += 1) {
      // After so long that its own sign is none of life any more.
      await redis.inside.zadd(liveKeys.beats, 1, "one");
      live.stoodStill();
      await live.joined();
    }
    expect(periods).toEqual([liveLimits.beatMs]);
  });

  test("who hears that another noted a time in which nobody lived goes by it as well, and calls its viewers back, once", async () => {
    const found: string[] = [];
    live.listen({
      ...quiet,
      async onTakenForDead(how) {
        found.push(how);
      },
    });
    await live.arrive();
    await beatAt(1);
    expect([live.standstills, found]).toEqual([0, []]);
    const fromAt = Date.now() - 10_000;
    await redis.inside.zadd(liveKeys.outages, Date.now(), String(fromAt));
    // What it waits for the sign of another goes by.
    tookMs = 1_000;
    await Promise.all([beatAt(1_000), beatAt(1_000)]);
    expect(live.isJoined).toBe(false);
    await live.joined();
    expect(live.outageAfter(fromAt - 1, 0)).toBe(fromAt);
    await beatAt(2_000);
    expect([live.standstills, found]).toEqual([1, ["beat"]]);
  });

  test("another is called dead only by who has beaten without a break for as long as that one was silent", async () => {
    live.listen(quiet);
    await redis.inside.zadd(liveKeys.beats, 1, "ghost");
    await beatAt(1_000);
    await beatAt(1_000 + deadMs / 2);
    await beatAt(1_000 + deadMs - 1);
    expect(await isClearedUpAfter("ghost")).toBe(false);
    // A break of its own: it begins anew.
    const again = 1_000 + deadMs - 1 + deadMs / 2 + 1;
    await beatAt(again);
    await beatAt(again + deadMs / 2);
    isAway = true;
    await expect(beatAt(again + deadMs / 2 + 1)).rejects.toBeInstanceOf(StoreFault);
    isAway = false;
    await beatAt(again + deadMs / 2 + 2);
    const last = again + deadMs / 2 + 2;
    await beatAt(last + deadMs / 2);
    expect(await isClearedUpAfter("ghost")).toBe(false);
    await beatAt(last + deadMs);
    expect(await isClearedUpAfter("ghost")).toBe(true);
    await eventually("nothing is left", async () => (await redis.inside.zcard(liveKeys.beats)) === 1 && !(await isClearedUpAfter("ghost")));
  });

  async function beatUntilDead(): Promise<void> {
    for (const atMs of [1, 1 + deadMs / 2, 1 + deadMs]) await beatAt(atMs);
  }

  test("whom only Redis' clock makes silent, as it was set forward, is not called dead: by it we were silent ourselves", async () => {
    live.listen(quiet);
    await redis.inside.zadd(liveKeys.beats, Date.now(), "two");
    await beatUntilDead();
    for (const instanceId of ["one", "two"]) await redis.inside.zincrby(liveKeys.beats, -60_000, instanceId);
    for (const atMs of [1, deadMs / 2, deadMs]) {
      await beatAt(1 + deadMs + atMs);
      expect(await isClearedUpAfter("two")).toBe(false);
    }
    // Long enough for everybody who lives to say so by the new clock.
    await beatAt(2 + 2 * deadMs);
    expect(await isClearedUpAfter("two")).toBe(true);
  });

  test("who clears up after a dead one hands over every game, some at once, keeps the task while it goes on and leaves word before and after", async () => {
    const games = Array.from({ length: 250 }, (_, place) => `GAME${place}`);
    await redis.inside.sadd(watchedKey("ghost"), ...games);
    await redis.inside.zadd(liveKeys.beats, 1, "ghost");
    const told: (readonly string[])[] = [];
    const held: number[] = [];
    live.listen({
      ...quiet,
      async onDeath(instanceId, gameIds) {
        expect(instanceId).toBe("ghost");
        told.push(gameIds);
        held.push(await redis.inside.pttl(reaperKey("ghost")));
        expect(await redis.inside.get(reaperKey("ghost"))).toBe("one");
        await redis.inside.pexpire(reaperKey("ghost"), 1_000);
        // Should it live after all, it hears of this now, and of the rest when that is done.
        expect(await redis.inside.exists(takenForDeadKey("ghost"))).toBe(told.length === 1 ? 1 : 0);
        await redis.inside.unlink(takenForDeadKey("ghost"));
        return [];
      },
    });
    await beatUntilDead();
    await eventually("it is cleared up after", async () => (await redis.inside.exists(watchedKey("ghost"), reaperKey("ghost"))) === 0);
    expect(told.flat().toSorted()).toEqual(games.toSorted());
    expect(told.map(({ length }) => length)).toEqual([100, 100, 50]);
    for (const ms of held) expect(ms).toBeGreaterThan(20_000);
    expect(await redis.inside.pttl(takenForDeadKey("ghost"))).toBeGreaterThan(60_000);
    expect(await redis.inside.zscore(liveKeys.beats, "ghost")).toBeNull();
  });

  test("who lives again by the time its turn comes, behind another that took long to clear up after, is not given up", async () => {
    await redis.inside.zadd(liveKeys.beats, 1, "first", 2, "second");
    await redis.inside.sadd(watchedKey("first"), "AAAAAA");
    await redis.inside.sadd(watchedKey("second"), "BBBBBB");
    const told: string[] = [];
    live.listen({
      ...quiet,
      async onDeath(instanceId) {
        told.push(instanceId);
        await redis.inside.zadd(liveKeys.beats, never, "second");
        return [];
      },
    });
    await beatUntilDead();
    const left = async () => (await redis.inside.zrange(liveKeys.beats, "0", "-1")).toSorted().join();
    await eventually("the first is cleared up after", async () => (await left()) === "one,second");
    // On the connection of whoever clears up: what would have followed is sent by now.
    for (let asked = 0; asked < 8; asked += 1) await isClearedUpAfter("second");
    expect([told, await redis.inside.exists(takenForDeadKey("second"), reaperKey("second"))]).toEqual([["first"], 0]);
  });

  test("while one clears up nobody else does; after one that could not finish it is tried again soon, by anybody", async () => {
    await redis.inside.sadd(watchedKey("ghost"), "AAAAAA");
    await redis.inside.zadd(liveKeys.beats, 1, "ghost");
    await redis.inside.set(reaperKey("ghost"), "another");
    let deaths = 0;
    live.listen({
      ...quiet,
      async onDeath() {
        deaths += 1;
        throw new StoreFault("busy", "planted");
      },
    });
    await beatUntilDead();
    // What it would do after it was refused the task is sent before the second of these.
    expect([await isClearedUpAfter("ghost"), await isClearedUpAfter("ghost")]).toEqual([true, true]);
    expect([deaths, await redis.inside.exists(takenForDeadKey("ghost"))]).toEqual([0, 0]);
    await redis.inside.unlink(reaperKey("ghost"));
    await beatAt(2 + deadMs);
    await eventually("it is left for a while", async () => {
      const ms = await redis.inside.pttl(reaperKey("ghost"));
      return deaths === 1 && ms > 0 && ms <= 2_000;
    });
    expect(await redis.inside.smembers(watchedKey("ghost"))).toEqual(["AAAAAA"]);
    expect(await redis.inside.zscore(liveKeys.beats, "ghost")).not.toBeNull();
    await redis.inside.unlink(reaperKey("ghost"));
    await eventually("the next beat that may tries again", async () => {
      await beatAt(monotonicMs + 1);
      return deaths > 1;
    });
  });

  test("games to whose tables it cannot be said here stay with the dead one, for others at once and for us to try again later", async () => {
    const others = Array.from({ length: 120 }, (_, place) => `OTHER${place}`);
    await redis.inside.sadd(watchedKey("ghost"), ...others, "AAAAAA", "BBBBBB");
    await redis.inside.zadd(liveKeys.beats, 1, "ghost");
    const told: string[] = [];
    let isReplaced = false;
    live.listen({
      ...quiet,
      async onDeath(_, gameIds) {
        told.push(...gameIds);
        return isReplaced ? [] : gameIds.filter((gameId) => gameId.startsWith("OTHER"));
      },
    });
    await beatUntilDead();
    const letGo = async () => told.length === 122 && !(await isClearedUpAfter("ghost"));
    await eventually("others may clear up", letGo);
    expect((await redis.inside.smembers(watchedKey("ghost"))).toSorted()).toEqual(others.toSorted());
    expect(await redis.inside.zscore(liveKeys.beats, "ghost")).toBe("1");
    expect(await redis.inside.exists(takenForDeadKey("ghost"))).toBe(1);
    isReplaced = true;
    for (let atMs = monotonicMs + 1_000; atMs < 35_000; atMs += 1_000) {
      await beatAt(atMs);
      expect(told).toHaveLength(122);
    }
    await beatAt(35_001);
    await eventually("nothing is left", async () => (await redis.inside.exists(watchedKey("ghost"), reaperKey("ghost"))) === 0);
    expect(told).toHaveLength(242);
    expect(await redis.inside.zscore(liveKeys.beats, "ghost")).toBeNull();
  });

  test("whoever was taken for dead is told once he can hear it, and again when nothing could be done about it", async () => {
    await redis.inside.set(takenForDeadKey("one"), "1");
    await beatAt(1);
    expect(await redis.inside.exists(takenForDeadKey("one"))).toBe(1);
    let told = 0;
    const outcomes = [() => Promise.reject(new StoreFault("unavailable", "planted")), () => Promise.resolve()];
    live.listen({
      ...quiet,
      onTakenForDead() {
        told += 1;
        return (outcomes.shift() ?? (() => Promise.resolve()))();
      },
    });
    await beatAt(2);
    await eventually("told", () => told === 1);
    expect(await redis.inside.exists(takenForDeadKey("one"))).toBe(0);
    await beatAt(3);
    await eventually("told again", () => told === 2);
    await beatAt(4);
    await beatAt(5);
    expect(told).toBe(2);
  });

  test("two signs of life asked for at once, as the server's timers do, are one, and call viewers back once", async () => {
    const told: string[] = [];
    live.listen({ ...quiet, onTakenForDead: async (found) => void told.push(found) });
    await redis.inside.set(takenForDeadKey("one"), "1");
    await Promise.all([beatAt(1), beatAt(1)]);
    await beatAt(2);
    await eventually("told", () => told.length > 0);
    expect(told).toEqual(["beat"]);
  });

  test("whoever stood still finds out when joining again that it was given up, and is told so once; while somebody clears up, later", async () => {
    const told: string[] = [];
    live.listen({ ...quiet, onTakenForDead: async (found) => void told.push(found) });
    await redis.inside.set(takenForDeadKey("one"), "1");
    live.stoodStill();
    await live.joined();
    expect([told, await redis.inside.exists(takenForDeadKey("one"))]).toEqual([["standstill"], 0]);
    await beatAt(1);
    await beatAt(2);
    expect(told).toEqual(["standstill"]);
    await redis.inside.mset(takenForDeadKey("one"), "1", reaperKey("one"), "two");
    // The sign of life that was given is its own: it waits until another could have given one.
    tookMs = 500;
    live.stoodStill();
    await live.joined();
    await beatAt(monotonicMs + 1);
    expect(told).toEqual(["standstill"]);
    await redis.inside.unlink(reaperKey("one"));
    await beatAt(monotonicMs + 1);
    await eventually("told", () => told.length === 2);
    expect(told).toEqual(["standstill", "beat"]);
  });

  test("others are those that beat lately, and only beside them does it matter what this machine's clock says", async () => {
    aheadMs = 60_000;
    await redis.inside.zadd(liveKeys.beats, 1, "ghost");
    await beatAt(1);
    expect([live.others, live.clockAheadMs]).toEqual([0, null]);
    await redis.inside.zadd(liveKeys.beats, never, "two", never, "three");
    await beatAt(2);
    await beatAt(3);
    expect(live.others).toBe(2);
    expect(Math.abs((live.clockAheadMs ?? 0) - aheadMs)).toBeLessThan(5_000);
    // An answer that took long says too little of what Redis' clock shows.
    const known = live.clockAheadMs;
    [aheadMs, tookMs] = [0, 51];
    await beatAt(1_000);
    expect(live.clockAheadMs).toBe(known);
    tookMs = 50;
    await beatAt(2_000);
    expect(Math.abs(live.clockAheadMs ?? 60_000)).toBeLessThan(5_000);
  });

  test("a queue that is full of what players ask holds back no sign of life, and nothing of what is done about one that died", async () => {
    const { link, inside } = redis;
    let told = 0;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const tell = async () => {
      await expect(link.call((client) => client.ping())).rejects.toMatchObject({ kind: "busy" });
      await expect(live.watches("CCCCCC")).rejects.toMatchObject({ kind: "busy" });
      told += 1;
    };
    await live.arrive();
    const asking = Array.from({ length: inFlightMax }, () => link.call(() => answered));
    try {
      await inside.zadd(liveKeys.beats, 1, "ghost");
      await inside.sadd(watchedKey("ghost"), "AAAAAA");
      await inside.set(takenForDeadKey("one"), "1");
      live.listen({ onDeath: () => tell().then(() => []), onTakenForDead: tell });
      const before = Number(await inside.zscore(liveKeys.beats, "one"));
      await beatUntilDead();
      await eventually("it is cleared up after", async () => (await inside.exists(watchedKey("ghost"), reaperKey("ghost"))) === 0);
      expect(Number(await inside.zscore(liveKeys.beats, "one"))).toBeGreaterThanOrEqual(before);
      expect([told, await inside.exists(takenForDeadKey("one"))]).toEqual([2, 0]);
    } finally {
      answer();
      await Promise.all(asking);
    }
  });

  test("more games than go over in one command are registered for an instance that comes back", async () => {
    const games = Array.from({ length: 2_001 }, (_, place) => `GAME${place}`);
    await live.watchesAll(games);
    expect((await live.watched()).toSorted()).toEqual(games.toSorted());
    await live.watchesAll([]);
  });
});
