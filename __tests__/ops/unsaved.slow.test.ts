// A real server that lives and can save nothing for a while: nobody could tap, so that time is charged to nobody.
import { afterEach, describe, expect, test } from "vitest";
import { eventually, startInstances } from "../redis/instances.ts";
import { TestRedis } from "../redis/redis-server.ts";
import { lacks } from "../support/programs.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { canMount, mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { connectTable, seatTable, type TableClient } from "../support/table-client.ts";
import { startTroubledServer } from "../support/troubled-server.ts";

const env = { LIMIT_STANDSTILL_MS: "5000" };
const settings = { playerCount: 2, initialTime: 600_000, bonusTime: 0 };
const troubledMs = 7_000;
/** Signs of life are given once a second, and everything else takes its time, too. */
const aroundMs = 3_000;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

/** The trouble's own time is what the players must not pay for. */
const troubled = () => new Promise((resolve) => setTimeout(resolve, troubledMs));

async function startedTable(port: number): Promise<TableClient> {
  const { players } = await seatTable(port, 2, { settings });
  const host = players[0] as TableClient;
  await host.request("start");
  return host;
}

const chargedMs = ({ state }: TableClient): number =>
  2 * settings.initialTime - state.players[0].timeRemaining - state.players[1].timeRemaining;

async function watcherOf(port: number, gameId: string): Promise<TableClient> {
  const watcher = await connectTable(port);
  // Others refuse as well: "busy", while it is not known yet whether another instance lived.
  await eventually("the game can be read", async () => (await watcher.request("join", { gameId })).type === "ack");
  return watcher;
}

/** What a table comes to when nothing could be saved from `begin` until `end`. */
async function tableThrough(server: RunningServer, begin: () => unknown, end: () => unknown): Promise<TableClient> {
  const host = await startedTable(server.port);
  const gameId = host.state.id;
  await begin();
  await troubled();
  await end();
  await host.closed;
  return watcherOf(server.port, gameId);
}

function expectGivenBack(table: TableClient): void {
  expect(table.state).toMatchObject({ status: "paused", pausedBy: "restart" });
  expect(chargedMs(table)).toBeLessThan(aroundMs);
}

describe("a time in which nothing could be saved is charged to nobody", () => {
  test.skipIf(!canMount())("while the disk was full; the operator reads of it", async () => {
    const disk = mountSmallDisk(24) as SmallDisk;
    cleanUp.push(() => disk.dispose());
    const server = await startRunningServer({ env, dataDir: disk.folder });
    cleanUp.push(() => server.dispose());
    expectGivenBack(await tableThrough(server, disk.fill, disk.makeRoom));
    expect(server.output()).toContain("nothing could be saved for a while");
  });

  test("while the disk took no write to its end", async () => {
    const server = await startTroubledServer({ env });
    cleanUp.push(() => server.dispose());
    expectGivenBack(
      await tableThrough(
        server,
        () => server.plant(`writer-sleep ${troubledMs}`),
        () => {},
      ),
    );
  });

  describe.skipIf(lacks("redis-server"))("on Redis", () => {
    const onRedis = async () => {
      const redis = await TestRedis.start();
      cleanUp.push(() => redis.end());
      const servers = await startInstances(2, redis.url, { env });
      for (const server of servers) cleanUp.push(() => server.dispose());
      return { redis, first: servers[0] as RunningServer };
    };

    test("while Redis was silent for all its instances", async () => {
      const { redis, first } = await onRedis();
      expectGivenBack(
        await tableThrough(
          first,
          () => redis.signal("SIGSTOP"),
          () => redis.signal("SIGCONT"),
        ),
      );
    });

    test("while Redis refused every write, though it could be read", async () => {
      const { redis, first } = await onRedis();
      const inside = await redis.client();
      cleanUp.push(() => inside.disconnect());
      expectGivenBack(
        await tableThrough(
          first,
          () => inside.config("SET", "maxmemory", "1"),
          () => inside.config("SET", "maxmemory", "0"),
        ),
      );
    });
  });
});
