import { afterAll, beforeAll, describe } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import { runContract } from "../store/run-contract.ts";
import { lacks } from "../support/programs.ts";
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
});
