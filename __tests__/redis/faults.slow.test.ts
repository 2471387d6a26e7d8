// Every call to Redis fails once, in three ways, for every N: whatever the caller is told has to be true afterwards.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { checkRedis } from "../../lib/store/redis-check.ts";
import { gameKey } from "../../lib/store/redis-keys.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import { type Store, StoreFault } from "../../lib/store/store.ts";
import { Table } from "../store/table.ts";
import { lacks } from "../support/programs.ts";
import { RedisProxy } from "../torture/redis-proxy.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

const steps = 5;

/** Plays one game the way a room does: unknown is asked again, refused is tried again. Gives the answers the player was told. */
async function play(store: Store, gameId: string): Promise<readonly string[]> {
  const table = new Table(store, gameId);
  const told: string[] = [];
  for (let step = 1; step <= steps; step += 1) {
    const commit = table.next({
      actionId: `a${step}`,
      answer: `answer ${step}`,
      checkpoint: step % 2 === 1,
      index: { wakeAt: step, listed: step > 2 },
    });
    const outcome = await surely(store, () => store.commit(commit));
    told.push(outcome.kind === "duplicate" ? outcome.answer : outcome.kind === "ok" ? `answer ${step}` : outcome.kind);
    table.v = commit.expectedV + 1;
    table.hash = commit.hash;
  }
  told.push(await surely(store, () => store.resolve(gameId, "never", "buried")));
  return told;
}

async function surely<T>(store: Store, call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreFault) || tries > 5) throw error;
      await eventually("the store is ready", () => store.health().ready);
    }
  }
}

describe.skipIf(lacks("redis-server"))("Redis: the Nth call fails, for every N", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(async () => redis.end());

  async function expectWhole(store: Store, gameId: string, told: readonly string[]) {
    expect(told).toEqual([...Array.from({ length: steps }, (_, step) => `answer ${step + 1}`), "buried"]);
    const log = await store.changes(gameId, 0, 100);
    expect(log.map(({ v }) => v)).toEqual([1, 2, 3, 4, 5]);
    for (const [place, change] of log.entries()) expect(change.prevHash).toBe(log[place - 1]?.hash ?? "");
    expect(await store.load(gameId)).toMatchObject({
      kind: "found",
      game: { v: steps, hash: log.at(-1)?.hash, index: { wakeAt: steps, listed: true } },
    });
    expect(await store.checkpoint(gameId, 4)).toMatchObject({ v: 3 });
    expect(await store.due(steps, 1_000)).toContain(gameId);
    for (let step = 1; step <= steps; step += 1) expect(await store.resolve(gameId, `a${step}`, "lost")).toBe(`answer ${step}`);
  }

  test.each(["reply", "command"] as const)(
    "the Nth %s is lost with the connection: nothing is lost, nothing is done twice, each id keeps its answer",
    async (what) => {
      const proxy = await RedisProxy.start(redis.port, { below: () => 0 });
      const { store } = await openRedisStore({ url: proxy.url, ambient: realAmbient(), instanceId: `faults-${what}` });
      for (let nth = 1; nth <= steps + 1; nth += 1) {
        const gameId = `LOST${what === "reply" ? "R" : "C"}${nth}`;
        if (what === "reply") proxy.loseNext(nth);
        else proxy.loseNextCommand(nth);
        const told = await play(store, gameId);
        proxy.loseNext(0);
        proxy.loseNextCommand(0);
        await expectWhole(store, gameId, told);
      }
      expect(proxy.lost).toBeGreaterThanOrEqual(steps);
      await store.close();
      proxy.end();
    },
  );

  test("SAFETY 9 the scripts are gone before the Nth call: nobody notices", async () => {
    const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "faults-scripts" });
    const inside = await redis.client();
    const table = new Table(store, "FLUSHED");
    for (let step = 1; step <= 6; step += 1) {
      await inside.script("FLUSH");
      await table.step({ actionId: `a${step}`, answer: "x" });
      await inside.script("FLUSH");
      expect(await store.resolve("FLUSHED", `a${step}`, "lost")).toBe("x");
    }
    inside.disconnect();
    await store.close();
  });

  test("SAFETY 9 a log without its record is in the way of a new game: nothing of that is written, and a repair makes room", async () => {
    const { store, link } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "faults-left" });
    const inside = await redis.client();
    const table = new Table(store, "LEFT01");
    await table.step();
    await table.step();
    await inside.unlink(gameKey("LEFT01"));
    const again = new Table(store, "LEFT01");
    await expect(store.commit(again.next({ actionId: "create", answer: "x" }))).rejects.toMatchObject({ kind: "unknown" });
    expect(await store.load("LEFT01")).toEqual({ kind: "absent" });
    await checkRedis(link, "repair");
    await again.step({ actionId: "create", answer: "x" });
    expect(await checkRedis(link, "check")).toMatchObject({ problems: [] });
    inside.disconnect();
    await store.close();
  });

  test("a Redis that takes long to answer is not ready meanwhile, though nothing has failed yet", async () => {
    const limits = { commandMs: 60_000, readyAgeMsMax: 50 };
    const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "faults-slow", limits });
    redis.signal("SIGSTOP");
    const asked = store.load("SLOW01");
    expect(store.health()).toMatchObject({ ready: true, queueDepth: 1 });
    await eventually("it is said", () => store.health().problem === "Redis is slow.");
    expect(store.health().ready).toBe(false);
    redis.signal("SIGCONT");
    expect(await asked).toEqual({ kind: "absent" });
    expect(store.health()).toMatchObject({ ready: true, problem: null });
    await store.close();
  });

  test("out of memory, read-only: refused before anything is written, not ready, and well again by itself", async () => {
    const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "faults-full" });
    const inside = await redis.client();
    const table = new Table(store, "FULL01");
    await table.step();
    const broken = [
      ["OOM", () => inside.config("SET", "maxmemory", "1"), () => inside.config("SET", "maxmemory", "0")],
      ["READONLY", () => inside.replicaof("127.0.0.1", 1), () => inside.replicaof("NO", "ONE")],
    ] as const;
    for (const [code, breakIt, heal] of broken) {
      await breakIt();
      await expect(store.commit(table.next({ actionId: code, answer: "x" }))).rejects.toMatchObject({
        name: "StoreFault",
        kind: "unavailable",
      });
      expect(store.health()).toMatchObject({ ready: false, problem: expect.stringContaining(code) });
      expect(await store.load("FULL01")).toMatchObject({ kind: "found", game: { v: table.v } });
      await heal();
      await eventually("the next beat finds it well", async () => {
        await store.beat(Date.now()).catch(() => {});
        return store.health().ready;
      });
      await table.step({ actionId: code, answer: "x" });
    }
    inside.disconnect();
    await store.close();
  });

  test("after a failover the server that took over is found at the same address, though nobody cuts the connection to the old one", async () => {
    const next = await TestRedis.start();
    const proxy = await RedisProxy.start(redis.port, { below: () => 0 });
    const { store } = await openRedisStore({ url: proxy.url, ambient: realAmbient(), instanceId: "faults-failover" });
    const [old, taking] = [await redis.client(), await next.client()];
    const table = new Table(store, "MOVED1");
    await table.step();
    await old.config("SET", "repl-diskless-sync-delay", "0");
    await taking.replicaof("127.0.0.1", redis.port);
    await eventually("the replica has it all", async () => (await taking.info("replication")).includes("master_link_status:up"), 20_000);
    await taking.replicaof("NO", "ONE");
    await old.replicaof("127.0.0.1", next.port);
    proxy.leadTo(next.port);
    await expect(store.commit(table.next())).rejects.toMatchObject({ kind: "unavailable", message: expect.stringContaining("READONLY") });
    await eventually("changes are taken again", () => store.health().ready);
    await table.step();
    await store.close();
    await old.replicaof("NO", "ONE");
    old.disconnect();
    taking.disconnect();
    proxy.end();
    await next.end();
  });
});
