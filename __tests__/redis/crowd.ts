// A Redis that others use too: their keys, their waiting time, and a user of ours with few rights.
import type { Redis } from "ioredis";
import type { TestRedis } from "./redis-server.ts";

export async function foreignKeys(inside: Redis, count: number): Promise<void> {
  await inside.eval(`for i = 1, ${count} do redis.call('SET', 'other:' .. i, i) end`, 0);
}

/** A user who may not call KEYS, FLUSH*, CONFIG or DEBUG; gives the address to use. */
export async function restrictedUser(redis: TestRedis, inside: Redis): Promise<string> {
  const rights = ["~*", "&*", "+@all", "-keys", "-flushall", "-flushdb", "-config", "-debug"];
  await inside.call("ACL", "SETUSER", "tarp", "on", ">secret", ...rights);
  return `redis://tarp:secret@127.0.0.1:${redis.port}`;
}

/** Round trips of somebody else's command, ms, sorted. */
async function latencies(client: Redis, forMs: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (const until = performance.now() + forMs; performance.now() < until; ) {
    const startedAt = performance.now();
    await client.get("other:1");
    all.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return all.sort((a, b) => a - b);
}

const windows = 5;

/** p99 of somebody else's command in five windows, the middle one: a moment in which the machine did other things is not ours. */
export async function othersP99(client: Redis, forMs: number): Promise<number> {
  const each: number[] = [];
  for (let turn = 0; turn < windows; turn += 1) {
    const sorted = await latencies(client, forMs / windows);
    each.push(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
  }
  return each.sort((a, b) => a - b)[Math.floor(windows / 2)] ?? 0;
}
