import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { RedisLink } from "../../lib/store/redis-link.ts";
import { redisCounts } from "../../lib/store/store-redis-counts.ts";
import { lacks } from "../support/programs.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

/** Longer than any busy moment of the machine: who waits for an answer is told from who does not. */
const commandMs = 5_000;

describe.skipIf(lacks("redis-server"))("F06: what an address uses, over all instances", () => {
  let redis: TestRedis;
  const links: RedisLink[] = [];
  beforeEach(async () => {
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    for (const link of links.splice(0)) await link.close();
    await redis.end();
  });
  async function join() {
    const link = new RedisLink({
      ...{ url: redis.url, ambient: realAmbient(), limits: { commandMs, inFlightMax: 100 }, name: "counts", log: () => {} },
    });
    await link.connect();
    links.push(link);
    return { link, counts: redisCounts(link) };
  }

  test("three instances share one count; the fourth use of three is held back everywhere, another address is not", async () => {
    const instances = [await join(), await join(), await join()];
    for (const { counts } of instances) expect(await counts.used("creates", "10.0.0.1", 3)).toBe(0);
    for (const { counts } of instances) expect(await counts.used("creates", "10.0.0.1", 3)).toBeGreaterThan(50_000);
    expect(await instances[0]?.counts.used("creates", "10.0.0.2", 3)).toBe(0);
    expect(await instances[0]?.counts.used("upgrades", "10.0.0.1", 3)).toBe(0);
  });

  test("F42 while Redis is away each instance counts in its own memory, at once", async () => {
    const { counts, link } = await join();
    expect(await counts.used("creates", "10.0.0.1", 2)).toBe(0);
    await redis.kill();
    await eventually("the loss is noticed", () => link.problem !== null);
    const startedAt = performance.now();
    expect(await counts.used("creates", "10.0.0.1", 2)).toBe(0);
    expect(await counts.used("creates", "10.0.0.1", 2)).toBe(0);
    expect(await counts.used("creates", "10.0.0.1", 2)).toBeGreaterThan(0);
    expect(performance.now() - startedAt).toBeLessThan(commandMs / 2);
    await redis.start();
    await eventually("Redis is back", () => link.problem === null);
    expect(await counts.used("creates", "10.0.0.9", 2)).toBe(0);
  });
});
