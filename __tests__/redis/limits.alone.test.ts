// A Redis that others use too, and codes that run out: what a large shop of shops meets.
import { describe, expect, test } from "vitest";
import { lacks } from "../support/programs.ts";
import type { RunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";
import { foreignKeys, othersP99, restrictedUser } from "./crowd.ts";
import { startInstances } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";

const generous = { LIMIT_GAMES_PER_ADDRESS: "1000000", LIMIT_FRAMES_PER_SECOND: "10000", LIMIT_LOOP_LAG_SHED_MS: "60000" };

interface Creates {
  readonly codes: readonly string[];
  readonly refused: readonly { readonly code: string; readonly retry: boolean }[];
}

/** `count` games, made through all servers at once by `lines` connections. */
async function createMany(servers: readonly RunningServer[], count: number, lines: number): Promise<Creates> {
  const codes: string[] = [];
  const refused: { code: string; retry: boolean }[] = [];
  let left = count;
  const line = async (place: number) => {
    const client = await connectTable((servers[place % servers.length] as RunningServer).port);
    while (left > 0) {
      left -= 1;
      const since = client.heard.length;
      const answer = await client.request("create", { settings: { playerCount: 2 } });
      if (answer.type === "ack") codes.push((await client.next("claimed", since)).data.gameId);
      else refused.push(answer.data);
      (client.heard as unknown[]).length = 0;
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: lines }, (_, place) => line(place)));
  return { codes, refused };
}

describe.skipIf(lacks("redis-server"))("codes of few characters", () => {
  test("F03 L29: 10,000 creates on three instances with codes of 3 characters: no collision", async () => {
    const redis = await TestRedis.start();
    const servers = await startInstances(3, redis.url, { env: { ...generous, LIMIT_GAME_ID_CHARS: "3" } });
    try {
      const { codes, refused } = await createMany(servers, 10_000, 30);
      process.stderr.write(
        `creates with codes of 3 characters: ${codes.length} made, ${new Set(codes).size} different, ${refused.length} refused\n`,
      );
      expect(refused).toEqual([]);
      expect(new Set(codes).size).toBe(10_000);
    } finally {
      await Promise.all(servers.map((server) => server.dispose()));
      await redis.end();
    }
  });

  test("F03 when every code that may be tried is taken, a create is refused with a code that says try later", async () => {
    const redis = await TestRedis.start();
    const servers = await startInstances(3, redis.url, { env: { ...generous, LIMIT_GAME_ID_CHARS: "3", LIMIT_GAME_ID_TRIES: "1" } });
    try {
      const { codes, refused } = await createMany(servers, 4_000, 12);
      process.stderr.write(`creates with one try among 32,768 codes: ${codes.length} made, ${refused.length} refused\n`);
      expect(new Set(codes).size).toBe(codes.length);
      expect(codes.length + refused.length).toBe(4_000);
      // By chance about 235 of them draw a code that is taken, give or take 15.
      expect(refused.length).toBeGreaterThan(150);
      expect(refused.length).toBeLessThan(320);
      expect(new Set(refused.map(({ code, retry }) => `${code} ${retry}`))).toEqual(new Set(["no-free-code true"]));
    } finally {
      await Promise.all(servers.map((server) => server.dispose()));
      await redis.end();
    }
  });
});

describe.skipIf(lacks("redis-server"))("a Redis that others use too", () => {
  test("F02 100,000 foreign keys and a user who may not call KEYS, FLUSH, CONFIG or DEBUG: everything works, others wait less than 10 ms more", async () => {
    const redis = await TestRedis.start();
    const inside = await redis.client();
    await foreignKeys(inside, 100_000);
    const url = await restrictedUser(redis, inside);
    const before = await othersP99(inside, 1_500);
    await inside.call("CONFIG", "RESETSTAT");
    const [server] = await startInstances(1, url, { env: generous });
    try {
      let isOver = false;
      const players = Array.from({ length: 8 }, async () => {
        const client = await connectTable((server as RunningServer).port);
        await client.request("create", { settings: { playerCount: 2, listed: true } });
        await client.request("claim", { playerId: 1 });
        await client.request("start");
        let played = 0;
        while (!isOver) {
          expect((await client.request("rollDice", { sides: 6 })).type).toBe("ack");
          played += 1;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        const games = (await (await fetch(`${(server as RunningServer).url}/api/games`)).json()) as {
          games?: unknown[];
          items?: unknown[];
        };
        expect((games.games ?? games.items)?.length).toBe(8);
        await client.close();
        return played;
      });
      await new Promise((resolve) => setTimeout(resolve, 500));
      const during = await othersP99(inside, 2_500);
      isOver = true;
      const played = (await Promise.all(players)).reduce((sum, count) => sum + count, 0);
      const stats = await inside.info("commandstats");
      process.stderr.write(
        `100,000 keys: others' p99 ${before.toFixed(2)} ms before, ${during.toFixed(2)} ms while ${played} changes were made\n`,
      );
      expect(during - before).toBeLessThan(10);
      expect(stats).not.toMatch(/cmdstat_(keys|flush\w+|debug\w*|scan):calls/);
    } finally {
      await server?.dispose();
      inside.disconnect();
      await redis.end();
    }
  });
});
