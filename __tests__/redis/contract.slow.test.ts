import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Announcement } from "../../lib/bus/bus.ts";
import { readAnnouncement } from "../../lib/bus/bus-redis-announcement.ts";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { channelOf, gameKey } from "../../lib/store/redis-keys.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import { runContract } from "../store/run-contract.ts";
import { found, Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

describe.skipIf(lacks("redis-server"))("a real Redis", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(async () => redis.end());

  runContract("Redis", async () => {
    const inside = await redis.client();
    await inside.flushall();
    inside.disconnect();
    const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "one" });
    return { store, end: () => store.close() };
  });

  const opened = async () => {
    const inside = await redis.client();
    await inside.flushall();
    const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "one" });
    return { store, inside };
  };

  test("a game that a program kept whole is read, and its next change is kept in two parts", async () => {
    const { store, inside } = await opened();
    const table = new Table(store, "AAAAAA");
    const { state, hash } = await table.step();
    await inside.hdel(gameKey("AAAAAA"), "still");
    await inside.hset(gameKey("AAAAAA"), "state", state);
    expect(await found(store, "AAAAAA")).toMatchObject({ v: 1, hash, state, still: null });
    const again = Object.assign(new Table(store, "AAAAAA"), { v: 1, hash });
    const next = await again.step();
    expect(await found(store, "AAAAAA")).toMatchObject({ v: 2, state: next.state, still: next.still });
    await inside.hset(gameKey("AAAAAA"), "state", "one line\nand one too many");
    expect(await store.load("AAAAAA")).toMatchObject({ kind: "damaged", reason: expect.stringContaining("do not belong together") });
    await store.close();
    inside.disconnect();
  });

  test("a game whose record went while the list was read is left out of the page, and the rest of it stays", async () => {
    const { store, inside } = await opened();
    for (const gameId of ["AAAAAA", "BBBBBB", "CCCCCC"]) await new Table(store, gameId).step({ index: { listed: true } });
    await inside.unlink(gameKey("BBBBBB"));
    expect((await store.listed(null, 10)).items.map(({ gameId }) => gameId).toSorted()).toEqual(["AAAAAA", "CCCCCC"]);
    await store.close();
    inside.disconnect();
  });

  test("L24 a change that comes while what was accepted is finished is refused: else closing might never end", async () => {
    const { store, inside } = await opened();
    const accepted = new Table(store, "AAAAAA").step();
    const closed = store.close();
    await expect(new Table(store, "BBBBBB").step()).rejects.toMatchObject({ name: "StoreFault", kind: "unavailable" });
    await accepted;
    await closed;
    inside.disconnect();
  });

  test("a change is announced with what moved, and with the rest only when it is another", async () => {
    const { store, inside } = await opened();
    const listening = await redis.client();
    const heard: (Announcement | null)[] = [];
    listening.on("smessageBuffer", (_channel: Buffer, message: Buffer) => heard.push(readAnnouncement("AAAAAA", message)));
    await listening.ssubscribe(channelOf("AAAAAA"));
    const table = new Table(store, "AAAAAA");
    const commits = [await table.step(), await table.step(), await table.step({ state: '{"v":3,"name":"Zoë ✗"}' })];
    await eventually("three are announced", () => heard.length === 3);
    const told = heard.map((one) => one && { v: one.v, hash: one.hash, still: one.still, moving: one.moving, change: one.change });
    expect(told).toEqual(
      commits.map(({ expectedV, hash, still, sameStill, moving, change }) => {
        return { v: expectedV + 1, hash, still: sameStill ? null : still, moving, change };
      }),
    );
    expect(told.map((one) => one?.still === null)).toEqual([false, true, false]);
    expect(readAnnouncement("AAAAAA", Buffer.from("one\n1\n2\nhash\n40\n0\ncut short"))).toBeNull();
    expect(readAnnouncement("AAAAAA", Buffer.from("one\n1\n2\nhash\n40"))).toBeNull();
    listening.disconnect();
    inside.disconnect();
    await store.close();
  });
});
