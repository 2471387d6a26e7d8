// A real server that is stopped and goes on, as with a machine that sleeps: to its players it was away. And one whose clock was set back.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { eventually, startInstances } from "../redis/instances.ts";
import { TestRedis } from "../redis/redis-server.ts";
import { openAt } from "../store/sqlite-folder.ts";
import { lacks } from "../support/programs.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable, seatTable, type TableClient } from "../support/table-client.ts";

const env = { LIMIT_STANDSTILL_MS: "5000" };
const settings = { playerCount: 2, initialTime: 600_000, bonusTime: 0 };
const stoppedMs = 6_500;
/** The time is asked for once a second, and everything else takes its time, too. */
const aroundMs = 3_000;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

interface Table {
  readonly gameId: string;
  readonly token: string;
  readonly host: TableClient;
}

async function startedTable(port: number): Promise<Table> {
  const { players, tokens } = await seatTable(port, 2, { settings });
  const host = players[0] as TableClient;
  await host.request("start");
  return { gameId: host.state.id, token: tokens[0] as string, host };
}

/** Stopped for a while: the test's own time is what the server must not see. */
async function standStill(server: RunningServer): Promise<void> {
  server.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, stoppedMs));
  server.signal("SIGCONT");
}

const chargedMs = ({ state }: TableClient): number =>
  2 * settings.initialTime - state.players[0].timeRemaining - state.players[1].timeRemaining;

async function watcherOf(port: number, gameId: string): Promise<TableClient> {
  const watcher = await connectTable(port);
  // "busy", while it is not known yet whether another instance lived: what was answered then counted as the game.
  await eventually("the game can be read", async () => (await watcher.request("join", { gameId })).type === "ack");
  return watcher;
}

describe("a server that stood still", () => {
  test("was away: viewers come back, the time is charged to nobody, a game runs on with its first seat, one nobody asks for stands still also after a kill", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tapotarp-still-"));
    cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
    let server = await startRunningServer({ env, dataDir });
    cleanUp.push(() => server.dispose());
    const asked = await startedTable(server.port);
    const unasked = await startedTable(server.port);
    await standStill(server);
    expect((await asked.host.closed).code).toBe(1012);
    const back = await watcherOf(server.port, asked.gameId);
    expect(back.state).toMatchObject({ status: "paused", pausedBy: "restart" });
    expect(chargedMs(back)).toBeLessThan(aroundMs);
    await back.request("reconnect", { gameId: asked.gameId, playerId: 1, token: asked.token });
    await eventually("it runs on when its first seat is back", () => back.state.status === "running");
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^tapotarp_standstills_total 1$/m);
    await server.kill();
    server = await startRunningServer({ env, dataDir });
    const late = await watcherOf(server.port, unasked.gameId);
    expect(late.state).toMatchObject({ status: "paused", pausedBy: "restart" });
    expect(chargedMs(late)).toBeLessThan(aroundMs);
    await late.close();
  });

  test.skipIf(lacks("redis-server"))(
    "alone on a Redis it was away; beside another that lived its games have gone on; both were away when both stood still",
    async () => {
      const redis = await TestRedis.start();
      cleanUp.push(() => redis.end());
      const [first] = await startInstances(1, redis.url, { env });
      cleanUp.push(() => first?.dispose());
      const alone = first as RunningServer;
      const table = await startedTable(alone.port);
      await standStill(alone);
      expect((await table.host.closed).code).toBe(1012);
      const back = await watcherOf(alone.port, table.gameId);
      expect(back.state).toMatchObject({ status: "paused", pausedBy: "restart" });
      expect(chargedMs(back)).toBeLessThan(aroundMs);
      const [second] = await startInstances(1, redis.url, { env });
      cleanUp.push(() => second?.dispose());
      const other = second as RunningServer;
      const going = await startedTable(other.port);
      const through = await watcherOf(alone.port, going.gameId);
      await standStill(alone);
      expect((await through.closed).code).toBe(1012);
      const again = await watcherOf(alone.port, going.gameId);
      expect(again.state).toMatchObject({ status: "running", pausedBy: null });
      expect(chargedMs(again)).toBeGreaterThan(stoppedMs);
      const chargedBefore = chargedMs(again);
      await Promise.all([standStill(alone), standStill(other)]);
      expect((await again.closed).code).toBe(1012);
      for (const { port } of [alone, other]) {
        const last = await watcherOf(port, going.gameId);
        expect(last.state).toMatchObject({ status: "paused", pausedBy: "restart" });
        expect(chargedMs(last)).toBeLessThan(chargedBefore + aroundMs);
        await last.close();
      }
    },
  );
});

describe("the time of a server", () => {
  test("goes on from what an earlier server wrote down when the clock was set back since, and health says how far it is ahead", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tapotarp-still-"));
    cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const aheadMs = 300_000;
    const earlier = await openAt(dataDir);
    await earlier.beat(Date.now() + aheadMs);
    await earlier.close();
    const server = await startRunningServer({ dataDir });
    cleanUp.push(() => server.dispose());
    const { parts } = (await (await fetch(`${server.url}/health`)).json()) as {
      parts: { clock: { level: string; facts: { aheadMs: number } } };
    };
    expect(parts.clock.level).toBe("degraded");
    // Meanwhile it runs slower than the clock that it waits for.
    expect(parts.clock.facts.aheadMs).toBeGreaterThan(aheadMs / 2);
    expect(parts.clock.facts.aheadMs).toBeLessThanOrEqual(aheadMs + 1);
  });
});
