// One Redis for all tests of a file, empty at the begin of each, with a connection as an instance has it and a plain one for looking inside.
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { RedisLink } from "../../lib/store/redis-link.ts";
import { TestRedis } from "./redis-server.ts";

export const inFlightMax = 1_000;

interface Held {
  redis: TestRedis;
  link: RedisLink;
  inside: Redis;
}

/** Said once, in the `describe` whose tests use it: what it holds is there from their first `beforeEach` on. */
export function linkedRedis(): Readonly<Held> {
  const held = {} as Held;
  beforeAll(async () => {
    held.redis = await TestRedis.start();
    held.inside = await held.redis.client();
    const limits = { commandMs: 5_000, inFlightMax };
    held.link = new RedisLink({ url: held.redis.url, ambient: realAmbient(), limits, name: "test", log: () => {} });
    await held.link.connect();
  });
  beforeEach(async () => void (await held.inside.flushall()));
  afterAll(async () => {
    await held.link.close();
    held.inside.disconnect();
    await held.redis.end();
  });
  return held;
}
