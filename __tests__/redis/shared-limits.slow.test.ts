// F06 on whole servers: what an address may do is counted over all instances, though each answers at once from its own memory.
import { expect, test } from "vitest";
import { lacks } from "../support/programs.ts";
import { connectTable } from "../support/table-client.ts";
import { startInstances } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

const most = 3;

test.skipIf(lacks("redis-server"))(
  "F06 what one instance let through counts at the others: an address has one share, not one for each",
  async () => {
    const redis = await TestRedis.start();
    const servers = await startInstances(3, redis.url, { env: { LIMIT_GAMES_PER_ADDRESS: `${most}` } });
    try {
      const answers: string[][] = [];
      for (const { port } of servers) {
        const client = await connectTable(port);
        const told: string[] = [];
        for (let n = 0; n < most; n += 1) {
          const { type, data } = await client.request("create", { settings: { playerCount: 2 } });
          told.push(type === "ack" ? "made" : data.code);
        }
        answers.push(told);
        await client.close();
      }
      // An instance that has heard nothing yet lets one through; its share of the address is used up with that.
      expect(answers[0]).toEqual(["made", "made", "made"]);
      for (const told of answers.slice(1)) expect(told).toEqual(["made", "rate-limited", "rate-limited"]);
    } finally {
      await Promise.all(servers.map((server) => server.dispose()));
      await redis.end();
    }
  },
);
