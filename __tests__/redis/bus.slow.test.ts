// The bus on Redis, tick by tick, in time that the test makes.
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Listener } from "../../lib/bus/bus.ts";
import { openRedisBus, type RedisBus } from "../../lib/bus/bus-redis.ts";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { watchedKey, watchersKey } from "../../lib/store/redis-keys.ts";
import { RedisLink } from "../../lib/store/redis-link.ts";
import { liveLimits, RedisLive } from "../../lib/store/redis-live.ts";
import { RedisWrites } from "../../lib/store/redis-writes.ts";
import { minute } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { heldUp } from "../support/hold-up.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

const tickMs = 2_000;
const gamesWatched = 3;
const gamesUnwatched = 2;
/** With each tick the turn of one game comes. */
const ticksForAll = gamesWatched + gamesUnwatched;
const hour = 60 * minute;

describe.skipIf(lacks("redis-server"))("the bus on Redis", () => {
  let redis: TestRedis;
  let inside: Redis;
  let link: RedisLink;
  let live: RedisLive;
  let bus: RedisBus;
  let monotonicMs = 0;
  let tick = () => {};
  let logged: string[] = [];
  beforeEach(async () => {
    redis = await TestRedis.start();
    inside = await redis.client();
    const real = realAmbient();
    link = new RedisLink({ url: redis.url, ambient: real, limits: { commandMs: 5_000, inFlightMax: 1_000 }, name: "bus", log: () => {} });
    await link.connect();
    const writes = new RedisWrites({ link, ambient: real, onSaved: () => {} });
    live = new RedisLive({ link, writes, ambient: real, instanceId: "one", limits: liveLimits });
    [monotonicMs, logged] = [0, []];
    const every = (_: number, run: () => void) => {
      tick = run;
      return { cancel() {} };
    };
    bus = await openRedisBus({
      ...{
        url: redis.url,
        ambient: { ...real, every, monotonicMs: () => monotonicMs },
        instanceId: "one",
        sharded: true,
        commandMs: 5_000,
      },
      ...{ link, live, log: (_, message) => void logged.push(message), readAgainMs: ticksForAll * tickMs },
    });
  });
  afterEach(async () => {
    await bus.close();
    await link.close();
    inside.disconnect();
    await redis.end();
  });
  const deaf: Listener = { onAnnouncement() {}, onGap() {}, onWatchedElsewhere() {} };
  const codes = (name: string, count: number) => Array.from({ length: count }, (_, place) => `${name}${place}`);
  /** Redis sends a tick before it answers what is asked after it, and the second answer is read after it. */
  const cameBack = async () => {
    for (let asked = 0; asked < 2; asked += 1) await link.call((client) => client.ping());
  };
  const ticked = async () => {
    tick();
    await cameBack();
  };

  test("each game that somebody watches here is read anew in its turn, and none that nobody watches", async () => {
    const gaps = new Map<string, number>();
    const watched = codes("SEEN", gamesWatched);
    for (const gameId of [...codes("IDLE", gamesUnwatched), ...watched])
      await bus.subscribe(gameId, { ...deaf, onGap: () => void gaps.set(gameId, (gaps.get(gameId) ?? 0) + 1) });
    for (const gameId of watched) bus.tellWatched(gameId, 1);
    for (let turn = 0; turn < ticksForAll; turn += 1) await ticked();
    expect([...gaps]).toEqual(watched.map((gameId) => [gameId, 1]));
    for (let turn = 0; turn < 2 * ticksForAll; turn += 1) await ticked();
    expect([...gaps]).toEqual(watched.map((gameId) => [gameId, 3]));
  });

  test("a game that cannot be listened to is refused as a fault of the store, and nothing of it stays", async () => {
    await inside.call("ACL", "SETUSER", "default", "-ssubscribe");
    await expect(bus.subscribe("AAAAAA", deaf)).rejects.toMatchObject({ name: "StoreFault", kind: "unavailable" });
    await inside.call("ACL", "SETUSER", "default", "+ssubscribe");
    expect(bus.subscriptions()).toBe(0);
    await bus.subscribe("AAAAAA", deaf);
    expect(bus.subscriptions()).toBe(1);
  });

  test("a subscription that is closed twice lets go once", async () => {
    const first = await bus.subscribe("AAAAAA", deaf);
    await first.close();
    await bus.subscribe("AAAAAA", deaf);
    await first.close();
    expect(bus.subscriptions()).toBe(1);
    expect(await live.watched()).toEqual(["AAAAAA"]);
  });

  test("L31: coming back registers what is watched here and lets go of the rest; what failed is tried again", async () => {
    await bus.subscribe("AAAAAA", deaf);
    await inside.unlink(watchedKey("one"));
    await inside.sadd(watchedKey("one"), "GONE22");
    await inside.call("ACL", "SETUSER", "default", "-srem");
    await expect(bus.tellAgain()).rejects.toMatchObject({ name: "StoreFault" });
    expect((await live.watched()).toSorted()).toEqual(["AAAAAA", "GONE22"]);
    await inside.call("ACL", "SETUSER", "default", "+srem");
    tick();
    await eventually("it is let go of", async () => (await live.watched()).join() === "AAAAAA");
  });

  test("how many watch is told of many games at once, again when it was told long ago, and never when nobody watches any more", async () => {
    const games = codes("GAME", 250);
    const known = async () =>
      (await Promise.all(games.map((gameId) => inside.hget(watchersKey(gameId), "one")))).filter((count) => count === "2").length;
    for (const gameId of games) bus.tellWatched(gameId, 2);
    await eventually("all are told", async () => (await known()) === games.length);
    await inside.unlink(watchersKey("GAME0"));
    monotonicMs = 6 * hour;
    await ticked();
    expect(await known()).toBe(games.length - 1);
    monotonicMs = 6 * hour + 1;
    tick();
    await eventually("it is told again", async () => (await known()) === games.length);
    for (const gameId of games) bus.tellWatched(gameId, 0);
    await eventually("nobody watches", async () => (await inside.keys("*:w")).length === 0);
    await inside.hset(watchersKey("GAME0"), "one", "2");
    monotonicMs = 24 * hour;
    await ticked();
    expect(await known()).toBe(1);
  });

  test("after a break all games are told that something may have been missed, no more at a time than Redis can give in time", async () => {
    const games = codes("GAME", 900);
    const told = new Map<string, number>();
    let mostAtOnce = 0;
    const reads = (gameId: string) => ({
      ...deaf,
      onGap() {
        told.set(gameId, (told.get(gameId) ?? 0) + 1);
        void link.call((client) => client.exists(gameId));
        mostAtOnce = Math.max(mostAtOnce, link.inFlight);
      },
    });
    await Promise.all(games.map((gameId) => bus.subscribe(gameId, reads(gameId))));
    await inside.call("CLIENT", "KILL", "TYPE", "pubsub");
    await eventually("all are told", () => told.size === games.length);
    // A tick that comes meanwhile, or afterwards, begins nothing anew.
    await ticked();
    expect(new Set(told.values())).toEqual(new Set([1]));
    expect(mostAtOnce).toBeLessThan(games.length / 2);
  });

  test("a tick that has arrived is not missed by a process that was too busy to read it", async () => {
    redis.signal("SIGSTOP");
    tick();
    await heldUp(200, () => redis.signal("SIGCONT"), tick);
    await cameBack();
    expect(logged).toEqual([]);
  });
});
