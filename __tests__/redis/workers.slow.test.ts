import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lacks } from "../support/programs.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable, type TableClient } from "../support/table-client.ts";
import { eventually } from "./instances.ts";
import { freePort, TestRedis } from "./redis-server.ts";
import { childrenOf, metricOf, workersOf } from "./workers.ts";

const spawnWorkers = (redisUrl: string, port = 0) =>
  startRunningServer({ port, env: { REDIS_URL: redisUrl, WORKERS: "3", INSTANCE_ID: "shop" } });

describe.skipIf(lacks("redis-server"))("WORKERS=3", () => {
  let redis: TestRedis;
  let server: RunningServer;
  beforeAll(async () => {
    redis = await TestRedis.start();
    server = await spawnWorkers(redis.url);
    await eventually("three workers answer", async () => (await workersOf(server)).size === 3, 30_000);
  });
  afterAll(async () => {
    await server.stop();
    await server.dispose();
    await redis.end();
  });

  test("F09, L30: three workers share a port, each under a name of its own, and a table may sit at all of them", async () => {
    const names = [...(await workersOf(server))];
    expect(names.map((name) => name.replace(/-[0-9a-f]+$/, "")).sort()).toEqual(["shop-w1", "shop-w2", "shop-w3"]);
    const players: TableClient[] = [await connectTable(server.port)];
    await players[0]?.request("create", { settings: { playerCount: 6 } });
    const gameId = players[0]?.state.id;
    for (let seat = 1; seat <= 6; seat += 1) {
      const player = players[seat - 1] ?? (await connectTable(server.port));
      players[seat - 1] = player;
      if (seat > 1) await player.request("join", { gameId });
      expect((await player.request("claim", { playerId: seat })).type).toBe("ack");
    }
    const at = new Set(players.map((player) => player.heard.find((message) => message.type === "clientId")?.data.instanceId));
    expect(at.size).toBeGreaterThan(1);
    const started = await players[0]?.request("start");
    await eventually("all see it run", () => players.every((player) => player.v >= started?.data.v && player.state.status === "running"));
    for (const player of players) await player.close();
  });

  test("/metrics adds up all workers, whichever is asked", async () => {
    const players = await Promise.all(Array.from({ length: 9 }, () => connectTable(server.port)));
    for (let call = 0; call < 3; call += 1) {
      const text = await (
        await fetch(`${server.url}/metrics`, { headers: { connection: "close" }, signal: AbortSignal.timeout(2_000) })
      ).text();
      expect(metricOf(text, "tapotarp_connections")).toBe(9);
      expect(metricOf(text, "tapotarp_store_ready")).toBe(1);
    }
    for (const player of players) await player.close();
  });

  test("workers share METRICS_PORT too, the highest one there is like any other", async () => {
    const port = 65_535;
    const other = await startRunningServer({ env: { REDIS_URL: redis.url, WORKERS: "2", METRICS_PORT: `${port}` } });
    try {
      await eventually("both workers answer", async () => (await workersOf(other)).size === 2, 30_000);
      const asked = [1, 2, 3, 4].map(async () =>
        (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: "close" } })).text(),
      );
      for (const text of await Promise.all(asked)) expect(metricOf(text, "tapotarp_store_ready")).toBe(1);
      await other.stop();
    } finally {
      await other.dispose();
    }
  });

  test("F09 a worker that is killed is started again under its name; meanwhile every page says so, and the others serve", async () => {
    const [pid] = childrenOf(server.pid);
    process.kill(pid as number, "SIGKILL");
    const health = async () => {
      // Short, and some at once: a connection that was just handed to the dying worker is never answered.
      const signal = AbortSignal.timeout(100);
      const asked = [1, 2, 3].map(() => fetch(`${server.url}/health`, { headers: { connection: "close" }, signal }));
      const answers = await Promise.allSettled(asked);
      const pages = answers.flatMap((answer) =>
        answer.status === "fulfilled" ? [answer.value.json() as Promise<{ status: string }>] : [],
      );
      const statuses = (await Promise.all(pages)).map((page) => page.status);
      return { status: statuses.find((status) => status !== "healthy") ?? statuses[0] ?? "silent" };
    };
    await eventually("health says a worker is missing", async () => (await health().catch(() => null))?.status === "degraded");
    await eventually("three workers again", async () => (await workersOf(server)).size === 3, 20_000);
    await eventually("healthy again", async () => (await health().catch(() => null))?.status === "healthy");
  });

  test("all workers killed at one moment, and once more, are all started again; SIGTERM then ends them in order with exit code 0", async () => {
    // A port of its own choice would be another one when no worker holds it any more.
    const other = await spawnWorkers(redis.url, await freePort());
    try {
      await eventually("three workers answer", async () => (await workersOf(other)).size === 3, 30_000);
      for (const life of ["second", "third"]) {
        for (const pid of childrenOf(other.pid)) process.kill(pid, "SIGKILL");
        await eventually(`three answer in their ${life} life`, async () => (await workersOf(other)).size === 3, 30_000);
      }
      const pids = childrenOf(other.pid);
      const { code, tookMs } = await other.stop();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(15_000);
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    } finally {
      await other.dispose();
    }
  });

  test("the operator's drain ends all workers, and none is started again", async () => {
    const token = "admin-token-for-workers";
    const other = await startRunningServer({ env: { REDIS_URL: redis.url, WORKERS: "2", ADMIN_TOKEN: token } });
    try {
      await eventually("both workers answer", async () => (await workersOf(other)).size === 2, 30_000);
      const drain = () => fetch(`${other.url}/admin/api/drain`, { method: "POST", headers: { authorization: `Bearer ${token}` } });
      expect((await drain()).status).toBe(202);
      expect(await other.exited).toBe(0);
    } finally {
      await other.dispose();
    }
  }, 60_000);

  test("workers without a name go on with the audit logs of their former lives; the longest name leaves room for their numbers", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tapotarp-workers-"));
    const env = { REDIS_URL: redis.url, WORKERS: "2" };
    const files = async (more: Record<string, string>) => {
      const life = await startRunningServer({ env: { ...env, ...more }, dataDir });
      await eventually("both workers answer", async () => (await workersOf(life)).size === 2, 30_000);
      await life.stop();
      return new Set(readdirSync(join(dataDir, "audit")).map((name) => name.replace(/-\d{4}-\d\d\.jsonl$/, "")));
    };
    try {
      expect(await files({})).toEqual(new Set(["server-w1", "server-w2"]));
      expect((await files({})).size).toBe(2);
      const longest = "i".repeat(61);
      expect(await files({ INSTANCE_ID: longest })).toEqual(new Set(["server-w1", "server-w2", `${longest}-w1`, `${longest}-w2`]));
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  test("F09 a worker that can never start is not started for ever", async () => {
    const port = await freePort();
    const env = { REDIS_URL: `redis://127.0.0.1:${port}`, WORKERS: "2", LIMIT_REDIS_START_MS: "300" };
    const startedAt = performance.now();
    await expect(startRunningServer({ env })).rejects.toThrow(/left with code 1/);
    expect(performance.now() - startedAt).toBeLessThan(55_000);
  });

  test("WORKERS=2 without REDIS_URL is refused with the reason", async () => {
    await expect(startRunningServer({ env: { WORKERS: "2" } })).rejects.toThrow(
      /needs REDIS_URL: several processes cannot share one SQLite file/,
    );
  });
});
