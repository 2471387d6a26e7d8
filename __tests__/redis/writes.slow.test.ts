// A Redis that answers and refuses writes: nothing is sent meanwhile, and before anything is saved again it is told since when nothing was.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Redis } from "ioredis";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { liveKeys } from "../../lib/store/redis-keys.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import type { StoreFault } from "../../lib/store/store.ts";
import { Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

describe.skipIf(lacks("redis-server"))("a Redis that takes no writes", () => {
  let redis: TestRedis;
  let inside: Redis;
  beforeAll(async () => {
    redis = await TestRedis.start();
    inside = await redis.client();
  });
  beforeEach(async () => void (await inside.flushall()));
  afterAll(async () => {
    inside.disconnect();
    await redis.end();
  });

  test("once a sign of life was refused, no change is tried before a trial was taken, and since when nothing was saved is told first", async () => {
    const told: { readonly ms: number; readonly v: number }[] = [];
    let v = 0;
    const onSaved = (fromAt: number, untilAt: number) => void told.push({ ms: untilAt - fromAt, v });
    let now = Date.now();
    // Signs of life are given by hand.
    const ambient = { ...realAmbient(), now: () => now, every: () => ({ cancel() {} }) };
    const { store } = await openRedisStore({ url: redis.url, ambient, instanceId: "writes", onSaved });
    const table = new Table(store, "WRITES");
    await table.step();
    v = 1;
    await store.beat(now);
    await inside.config("SET", "maxmemory", "1");
    await expect(store.beat(now)).rejects.toMatchObject({ kind: "unavailable" });
    await inside.config("SET", "maxmemory", "0");
    told.length = 0;
    now += 60_000;
    await expect(store.commit(table.next({ actionId: "early", answer: "x" }))).rejects.toMatchObject({ kind: "unavailable" });
    expect(told).toEqual([]);
    expect(store.health()).toMatchObject({ ready: false, problem: expect.stringContaining("OOM") });
    await store.beat(now);
    expect(told[0]).toEqual({ ms: 60_000, v: 1 });
    expect(store.health()).toMatchObject({ ready: true, problem: null });
    await table.step({ actionId: "early", answer: "x" });
    await store.close();
  });

  describe("and does so of a sudden", () => {
    const admin = (...words: string[]) => inside.call(words[0] as string, ...words.slice(1));
    afterEach(async () => {
      await admin("REPLICAOF", "NO", "ONE");
      await admin("ACL", "DELUSER", "player");
    });
    const mayAll = ["ACL", "SETUSER", "player", "reset", "on", ">secret", "~*", "&*", "+@all"];

    test.each([
      ["a user who may not write any more", "refused", ["ACL", "SETUSER", "player", "-@write"], mayAll],
      ["one who may write, but not there", "refused", ["ACL", "SETUSER", "player", "resetkeys", "~other"], mayAll],
      ["a server that is a replica now", "refused", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]],
      ["a user who is gone, with his connection", "WRONGPASS", ["ACL", "DELUSER", "player"], mayAll],
    ])("%s: nothing was saved until the first write that is taken, which is told before a change", async (_, why, takes, gives) => {
      await admin(...mayAll);
      const told: number[] = [];
      let now = Date.now();
      // Signs of life are given by hand.
      const plain = realAmbient();
      const ambient = {
        ...plain,
        now: () => now,
        every: (ms: number, run: () => void) => (ms === 1_000 ? { cancel() {} } : plain.every(ms, run)),
      };
      const onSaved = (fromAt: number, untilAt: number) => void told.push(untilAt - fromAt);
      const url = redis.url.replace("//", "//player:secret@");
      const { store } = await openRedisStore({ url, ambient, instanceId: "rights", onSaved });
      const table = new Table(store, "RIGHTS");
      try {
        await table.step();
        await store.beat(now);
        await admin(...takes);
        await eventually(
          "it is noticed",
          async () => (await store.beat(now).catch((error: StoreFault) => error.message))?.includes(why) ?? false,
        );
        told.length = 0;
        now += 60_000;
        await expect(store.commit(table.next({ actionId: "early", answer: "x" }))).rejects.toMatchObject({ kind: "unavailable" });
        expect(store.health()).toMatchObject({ ready: false, problem: expect.stringContaining(why) });
        expect(told).toEqual([]);
        await admin(...gives);
        await eventually("it is back", async () =>
          store
            .beat(now)
            .then(() => true)
            .catch(() => false),
        );
        expect(told[0]).toBe(60_000);
        expect(store.health()).toMatchObject({ ready: true, problem: null });
        await table.step({ actionId: "early", answer: "x" });
      } finally {
        await store.close();
      }
    });
  });

  test("a close that is asked for twice ends, both times, when the instance has left the living", async () => {
    const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "twice" });
    expect(await inside.zscore(liveKeys.beats, "twice")).not.toBeNull();
    void store.close();
    await store.close();
    expect(await inside.zscore(liveKeys.beats, "twice")).toBeNull();
  });

  test("a Redis that comes back is said to be back before any change can be sent", async () => {
    const lasting = await TestRedis.start({ appendonly: "yes", appendfsync: "always" });
    const told: number[] = [];
    let now = Date.now();
    const ambient = { ...realAmbient(), now: () => now };
    const onSaved = (fromAt: number, untilAt: number) => void told.push(untilAt - fromAt);
    const { store } = await openRedisStore({ url: lasting.url, ambient, instanceId: "back", onSaved });
    try {
      const table = new Table(store, "WRITES");
      await table.step();
      await lasting.kill();
      await eventually("it is noticed", () => !store.health().ready);
      told.length = 0;
      now += 60_000;
      await lasting.start();
      await eventually("it is back", async () => (await store.commit(table.next()).catch(() => null)) !== null);
      expect(told[0]).toBe(60_000);
    } finally {
      await store.close();
      await lasting.end();
    }
  });

  test("a Redis that answers again and holds back every write has saved nothing", async () => {
    const told: number[] = [];
    const logged: string[] = [];
    let now = Date.now();
    const ambient = { ...realAmbient(), now: () => now };
    const onSaved = (fromAt: number, untilAt: number) => void told.push(untilAt - fromAt);
    const log = (_level: string, message: string) => void logged.push(message);
    const { store } = await openRedisStore({ url: redis.url, ambient, instanceId: "held", onSaved, log });
    const table = new Table(store, "HELDUP");
    await table.step();
    await inside.call("CLIENT", "PAUSE", "60000", "WRITE");
    await eventually("it answers again, as far as it does", () => logged.includes("Redis is there"), 20_000);
    told.length = 0;
    now += 60_000;
    await expect(store.commit(table.next())).rejects.toMatchObject({ kind: "unavailable" });
    expect(store.health().ready).toBe(false);
    await eventually("it answers once more", () => logged.filter((line) => line === "Redis is there").length > 1, 20_000);
    expect(told).toEqual([]);
    await inside.call("CLIENT", "UNPAUSE");
    await eventually("it is back", async () => (await store.commit(table.next()).catch(() => null)) !== null);
    expect(told[0]).toBe(60_000);
    await store.close();
  });

  test("who has stood still meanwhile joins the living once, after a trial; until then nobody reads a game, and health says why", async () => {
    const told: number[] = [];
    let now = Date.now();
    // Signs of life are given by hand.
    const ambient = { ...realAmbient(), now: () => now, every: () => ({ cancel() {} }) };
    const onSaved = (fromAt: number, untilAt: number) => {
      if (untilAt - fromAt < 10_000) return;
      told.push(untilAt - fromAt);
      store.outages.stoodStill(fromAt, untilAt);
    };
    const { store } = await openRedisStore({ url: redis.url, ambient, instanceId: "joins", onSaved });
    const table = new Table(store, "JOINED");
    await table.step({ at: now });
    await store.beat(now);
    const lastAt = now;
    await inside.config("SET", "maxmemory", "1");
    now += 60_000;
    store.outages.stoodStill(lastAt, now);
    await expect(store.load("JOINED")).rejects.toMatchObject({ kind: "unavailable" });
    expect(store.health()).toMatchObject({ ready: false, problem: expect.stringContaining("OOM") });
    now += 60_000;
    await inside.config("SET", "maxmemory", "0");
    expect(await store.load("JOINED")).toMatchObject({ kind: "found", game: { outageFrom: lastAt } });
    await store.beat(now);
    expect(told).toEqual([120_000]);
    expect(await inside.zcount("{tt-live}:outages", lastAt, "+inf")).toBe(1);
    await store.close();
  });

  test("who leaves when there is room again says since when nobody could play", async () => {
    let now = Date.now();
    const ambient = { ...realAmbient(), now: () => now, every: () => ({ cancel() {} }) };
    const onSaved = (fromAt: number, untilAt: number) => {
      if (untilAt - fromAt > 10_000) store.outages.stoodStill(fromAt, untilAt);
    };
    const { store } = await openRedisStore({ url: redis.url, ambient, instanceId: "leaves", onSaved });
    const table = new Table(store, "LEAVES");
    await table.step({ at: now });
    const lastAt = now;
    await store.beat(now);
    await inside.config("SET", "maxmemory", "1");
    await expect(store.beat(now)).rejects.toMatchObject({ kind: "unavailable" });
    await inside.config("SET", "maxmemory", "0");
    now += 60_000;
    await store.close();
    now += 1_000;
    const { store: next } = await openRedisStore({ url: redis.url, ambient, instanceId: "comes" });
    expect(await next.load("LEAVES")).toMatchObject({ kind: "found", game: { outageFrom: lastAt } });
    await next.close();
  });
});
