// SAFETY rule 10: the four options together, against a real Redis that is cut, stopped and killed.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { clientOptions, clusterOptions, redisClient } from "../../lib/store/redis-client.ts";
import { RedisLink } from "../../lib/store/redis-link.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { heldUp } from "../support/hold-up.ts";
import { lacks } from "../support/programs.ts";
import { RedisProxy } from "../torture/redis-proxy.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

const commandMs = 300;
/** Refused without having waited for Redis, on a machine that may be doing other things, ms. */
const atOnceMs = commandMs / 2;
const limits = { commandMs, inFlightMax: 1_000 };

interface Outcome {
  readonly kind: "ok" | StoreFault["kind"];
  readonly tookMs: number;
}

async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  const startedAt = performance.now();
  try {
    await call();
    return { kind: "ok", tookMs: performance.now() - startedAt };
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    return { kind: error.kind, tookMs: performance.now() - startedAt };
  }
}

describe.skipIf(lacks("redis-server"))("the connection to Redis", () => {
  let redis: TestRedis;
  let proxy: RedisProxy;
  let link: RedisLink;
  beforeEach(async () => {
    redis = await TestRedis.start();
    proxy = await RedisProxy.start(redis.port, { below: () => 0 });
    link = new RedisLink({ url: proxy.url, ambient: realAmbient(), limits, name: "test", log: () => {} });
    await link.connect();
  });
  afterEach(async () => {
    await link.close();
    proxy.end();
    await redis.end();
  });
  const raise = () => link.call((client) => client.incr("count"));
  const count = async () => {
    const inside = await redis.client();
    const value = Number(await inside.get("count"));
    inside.disconnect();
    return value;
  };
  const isBack = () => eventually("the connection is back", () => link.problem === null);

  test("SAFETY 10 nothing is sent twice, nothing is kept for later, and every command ends in time: all four options are set", () => {
    const four = { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: commandMs };
    const wish = { ambient: realAmbient(), commandMs, name: "x" };
    expect(clientOptions(wish)).toMatchObject(four);
    const { enableOfflineQueue, ...ofNode } = four;
    const ofCluster = { enableOfflineQueue, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0, redisOptions: ofNode };
    expect(clusterOptions(wish, {})).toMatchObject(ofCluster);
  });

  test("nodes of a cluster may be named by IPv6 addresses, as one server may", () => {
    const wish = { ambient: realAmbient(), commandMs, name: "x" };
    const nodes = Reflect.get(redisClient("redis://[::1]:7001,redis://[fd00::2],redis://redis-3:7003", wish), "startupNodes");
    const named = [
      ["::1", 7_001],
      ["fd00::2", 6_379],
      ["redis-3", 7_003],
    ].map(([host, port]) => ({ host, port }));
    expect(nodes).toEqual(named);
  });

  test("a command whose reply is lost was carried out once and ends as unknown", async () => {
    for (let round = 1; round <= 10; round += 1) {
      proxy.loseNext(1);
      expect((await outcomeOf(raise)).kind).toBe("unknown");
      await isBack();
      expect(await count()).toBe(round);
    }
  });

  test("commands under way when the connection goes all end as unknown, at once, and run at most once", async () => {
    proxy.loseNext(1);
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => outcomeOf(raise)));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["unknown"]));
    expect(Math.max(...outcomes.map(({ tookMs }) => tookMs))).toBeLessThan(commandMs + 200);
    await isBack();
    expect(await count()).toBeLessThanOrEqual(200);
  });

  test("while Redis is away commands are refused at once, and none of them happens later", async () => {
    await redis.kill();
    await eventually("the loss is noticed", () => link.problem !== null);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(raise)));
    for (const { kind, tookMs } of outcomes) {
      expect(kind).toBe("unavailable");
      expect(tookMs).toBeLessThan(atOnceMs);
    }
    await redis.start();
    await isBack();
    expect(await count()).toBe(0);
    expect((await outcomeOf(raise)).kind).toBe("ok");
  });

  test("a Redis that stands still: what was sent ends as unknown within the limit, what comes then is refused at once, service comes back by itself", async () => {
    redis.signal("SIGSTOP");
    const sent = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(raise)));
    for (const { kind, tookMs } of sent) {
      expect(kind).toBe("unknown");
      expect(tookMs).toBeLessThan(commandMs + 250);
    }
    expect(link.problem).not.toBeNull();
    const late = await outcomeOf(raise);
    expect(late).toMatchObject({ kind: "unavailable" });
    expect(late.tookMs).toBeLessThan(atOnceMs);
    redis.signal("SIGCONT");
    await isBack();
    expect((await outcomeOf(raise)).kind).toBe("ok");
    expect(await count()).toBeLessThanOrEqual(21);
  });

  test("a line that swallows everything in silence is given up and made anew", async () => {
    proxy.silence();
    expect((await outcomeOf(raise)).kind).toBe("unknown");
    await eventually("the silence is noticed", () => link.problem !== null);
    proxy.restore();
    await isBack();
    expect((await outcomeOf(raise)).kind).toBe("ok");
  });

  test.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    "MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.",
  ])("a script that Redis 6.2 refused at its first write wrote nothing, as one of Redis 7: %s", async (refusal) => {
    const sha = "f".repeat(40);
    const asRedis6Says = `ERR Error running script (call to f_${sha}): @user_script:36: @user_script: 36: -${refusal}`;
    for (const said of [refusal, asRedis6Says]) {
      const call = link.call((client) => client.eval("return redis.error_reply(ARGV[1])", 0, said));
      await expect(call).rejects.toMatchObject({ kind: "unavailable", message: `Redis refused: ${refusal}` });
    }
    const fault = `ERR Error running script (call to f_${sha}): @user_script:36: user_script:36: attempt to index a nil value`;
    expect((await outcomeOf(() => link.call((client) => client.eval("return redis.error_reply(ARGV[1])", 0, fault)))).kind).toBe("unknown");
  });

  test("too many commands under way: busy, and nothing of it happened", async () => {
    const outcomes = await Promise.all(Array.from({ length: limits.inFlightMax + 50 }, () => outcomeOf(raise)));
    expect(outcomes.filter(({ kind }) => kind === "busy")).toHaveLength(50);
    expect(await count()).toBe(limits.inFlightMax);
  });

  test("an answer that came in time counts, though this process was too busy to read it", async () => {
    redis.signal("SIGSTOP");
    const asked = outcomeOf(raise);
    await heldUp(commandMs + 100, () => redis.signal("SIGCONT"));
    expect((await asked).kind).toBe("ok");
    expect(link.problem).toBeNull();
  });
});
