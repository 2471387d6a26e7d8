import { afterAll, beforeAll, describe } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import { runContract } from "../store/run-contract.ts";
import { lacks } from "../support/programs.ts";
import { type RedisSettings, TestRedis } from "./redis-server.ts";

// A cluster of one node owns every slot, yet refuses scripts and commands whose keys lie in different ones.
const kinds: Readonly<Record<string, RedisSettings>> = {
  Redis: {},
  "Redis Cluster": { more: ["--cluster-enabled", "yes"] },
};

for (const [name, settings] of Object.entries(kinds)) {
  describe.skipIf(lacks("redis-server"))("a real Redis", () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await TestRedis.start(settings);
      const inside = await redis.client();
      if (name === "Redis Cluster") await inside.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383);
      for (let tries = 0; name === "Redis Cluster" && tries < 200; tries += 1) {
        if (String(await inside.call("CLUSTER", "INFO")).includes("cluster_state:ok")) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      inside.disconnect();
    });
    afterAll(async () => redis.end());

    runContract(name, async () => {
      const inside = await redis.client();
      await inside.flushall();
      inside.disconnect();
      const { store } = await openRedisStore({ url: redis.url, ambient: realAmbient(), instanceId: "one" });
      return { store, end: () => store.close() };
    });
  });
}
