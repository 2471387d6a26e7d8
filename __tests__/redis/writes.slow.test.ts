// A Redis that answers and refuses writes: nothing is sent meanwhile, and before anything is saved again it is told since when nothing was.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Redis } from "ioredis";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
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
});
