// What is promised while servers run, as Redis is set otherwise, fails over and goes away.
import { ReplyError } from "ioredis";
import { expect, test } from "vitest";
import type { RedisLink } from "../../lib/store/redis-link.ts";
import { RedisTierWatch } from "../../lib/store/redis-tier.ts";
import { StoreFault } from "../../lib/store/store.ts";

/** A watch over a Redis in database 1, which `look` lets it look at. */
function watched() {
  const redis = { select: null as StoreFault | null, policy: "noeviction", aof: "1" };
  const node = {
    options: { db: 1 },
    select: () => (redis.select === null ? Promise.resolve("OK") : Promise.reject(redis.select)),
    info: async () => `redis_version:7.2.0\r\nmaxmemory_policy:${redis.policy}\r\naof_enabled:${redis.aof}\r\n`,
    config: async (_: "GET", name: string) => [name, "always"],
  };
  const link = { problem: null, nodes: () => [node], call: (send: () => unknown) => send() } as unknown as RedisLink;
  const said: string[] = [];
  let tick = () => {};
  const watch = new RedisTierWatch({
    link,
    ambient: {
      every(_, run) {
        tick = run;
        return { cancel() {} };
      },
    },
    facts: { tier: "redis-aof-always", version: "7.2.0", sharded: true, warnings: [] },
    log: (level, message) => said.push(`${level}: ${message}`),
  });
  watch.begin();
  async function look(): Promise<string[]> {
    tick();
    await new Promise((resolve) => void setImmediate(resolve));
    return said.splice(0);
  }
  return { redis, watch, look };
}

test("while Redis is away nobody is told that its database cannot be used; a database that Redis refuses is told once", async () => {
  const { redis, watch, look } = watched();
  redis.select = new StoreFault("unknown", "Redis gave no clear answer: Connection is closed.", {
    cause: new Error("Connection is closed."),
  });
  expect(await look()).toEqual([]);
  redis.select = new StoreFault("busy", "Too many requests to Redis are under way.");
  expect(await look()).toEqual([]);
  const said = "ERR DB index is out of range";
  redis.select = new StoreFault("unknown", `Redis gave no clear answer: ${said}`, { cause: new ReplyError(said) });
  expect(await look()).toEqual([expect.stringMatching(/^error: Database 1.*out of range/)]);
  expect(await look()).toEqual([]);
  expect(watch.tier).toBe("redis-aof-always");
});

test("a Redis that keeps less and would not do for a start is named as what it is, and what it lacks is told each time it comes to that", async () => {
  const { redis, watch, look } = watched();
  expect(await look()).toEqual([]);
  redis.policy = "allkeys-lru";
  redis.aof = "0";
  const refusal = expect.stringMatching(/^error: .*maxmemory-policy allkeys-lru.*noeviction/);
  expect(await look()).toEqual([
    "warn: what an acknowledgement promises has changed",
    expect.stringMatching(/^warn: Redis keeps no append-only file/),
    refusal,
  ]);
  expect(watch.tier).toBe("redis-memory");
  expect(await look()).toEqual([]);
  redis.policy = "noeviction";
  expect(await look()).toEqual([]);
  redis.policy = "allkeys-lru";
  expect(await look()).toEqual([refusal]);
});
