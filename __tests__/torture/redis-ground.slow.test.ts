// The ground of the Redis runs: what did start of one that does not come up is not left behind.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "../redis/redis-server.ts";
import { lacks } from "../support/programs.ts";
import { Ground } from "./redis-ground.ts";

test.skipIf(lacks("redis-server"))("a ground whose servers refuse to start leaves no Redis behind", async () => {
  const port = await freePort();
  const opened = Ground.open({ seed: 1, lines: "proxied", redis: { port, more: ["--maxmemory-policy", "allkeys-lru"] } });
  await expect(opened).rejects.toThrow("noeviction");
  const line = connect(port, "127.0.0.1");
  // An error is what `once` rejects with.
  await expect(once(line, "connect").finally(() => line.destroy())).rejects.toThrow("ECONNREFUSED");
});
