// What an instance on Redis asks before it reads a game after a standstill: did anybody live meanwhile?
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import type { Store } from "../../lib/store/store.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import { found, Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

describe.skipIf(lacks("redis-server"))("after a standstill", () => {
  let redis: TestRedis;
  const open: Store[] = [];
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()));
    const inside = await redis.client();
    await inside.flushall();
    inside.disconnect();
  });
  afterAll(() => redis.end());

  const instance = async (instanceId: string) => {
    const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId });
    open.push(store);
    return store;
  };
  const outageOf = async (store: Store) => (await found(store, "AAAAAA")).outageFrom;
  const standStill = (store: Store) => store.outages.stoodStill(Date.now() - 60_000, Date.now());

  test("of the only instance, a game that is read at once says since when nobody lived, and a change that follows ends that", async () => {
    const store = await instance("one");
    const table = new Table(store, "AAAAAA");
    await table.step({ at: Date.now() });
    expect(await outageOf(store)).toBeNull();
    expect(store.outages.wasSince(Date.now())).toBe(false);
    const before = Date.now();
    standStill(store);
    expect(store.outages.standstills).toBe(1);
    const from = await outageOf(store);
    expect(from).toBeLessThanOrEqual(before);
    expect(store.outages.wasSince(before)).toBe(true);
    await table.step({ at: Date.now() });
    expect(await outageOf(store)).toBeNull();
  });

  test("a change that goes by what was read before it ends nothing: the game has stood still since all the same", async () => {
    const store = await instance("one");
    const table = new Table(store, "AAAAAA");
    const { standstills } = store.outages;
    await table.step({ at: Date.now(), standstills });
    const late = { at: Date.now(), standstills };
    standStill(store);
    expect(await outageOf(store)).not.toBeNull();
    await table.step(late);
    expect(await outageOf(store)).not.toBeNull();
    await table.step({ at: Date.now(), standstills: store.outages.standstills });
    expect(await outageOf(store)).toBeNull();
  });

  test("beside an instance that lived a game says nothing of the kind", async () => {
    const [store] = await Promise.all([instance("one"), instance("two")]);
    await new Table(store as Store, "AAAAAA").step({ at: Date.now() });
    standStill(store as Store);
    expect(await outageOf(store as Store)).toBeNull();
  });

  test("with Redis away a game is not read, as nobody knows; with Redis back it says what is so", async () => {
    const lasting = await TestRedis.start({ appendonly: "yes", appendfsync: "always" });
    const { store } = await openRedisStore({ url: lasting.url, ambient: realAmbient(), instanceId: "one" });
    try {
      await new Table(store, "AAAAAA").step({ at: Date.now() });
      await lasting.kill();
      standStill(store);
      await expect(store.load("AAAAAA")).rejects.toMatchObject({ name: "StoreFault" });
      await lasting.start();
      await eventually("the game is read", async () => (await outageOf(store).catch(() => null)) !== null);
    } finally {
      await store.close();
      await lasting.end();
    }
  });
});
