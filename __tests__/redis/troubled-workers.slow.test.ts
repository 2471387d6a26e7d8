// WORKERS=n when a worker dies or hangs: what is told stays true, and nobody else is drawn in.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lacks, programPath } from "../support/programs.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable } from "../support/table-client.ts";
import { eventually } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";
import { childrenOf, lineTo, metricOf, workersOf } from "./workers.ts";

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(lacks("redis-server"))("WORKERS=3 in trouble", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis.end());

  async function withWorkers(use: (server: RunningServer) => Promise<void>): Promise<void> {
    const server = await startRunningServer({ env: { REDIS_URL: redis.url, WORKERS: "3", INSTANCE_ID: "shop" } });
    try {
      await eventually("three workers answer", async () => (await workersOf(server)).size === 3, 30_000);
      await use(server);
    } finally {
      await server.dispose();
    }
  }

  /** One line to each worker. */
  async function linesTo(server: RunningServer) {
    const lines = Array.from({ length: 3 }, () => lineTo(server));
    for (const line of lines) await line.text("/live");
    return lines;
  }

  test(
    "F16 no counter of /metrics falls when a worker dies: what it had counted stays; its connections are gone",
    () =>
      withWorkers(async (server) => {
        const [table, lines] = [await seatTable(server.port, 3), await linesTo(server)];
        for (const player of table.players) for (let roll = 0; roll < 5; roll += 1) await player.request("rollDice", { sides: 6 });
        const scrape = async () => (await Promise.all(lines.map((line) => line.text("/metrics")))).filter((text) => text !== null);
        const rolls = (text: string) => metricOf(text, "tapotarp_commands_total");
        const seconds = (text: string) => metricOf(text, "tapotarp_command_duration_seconds_count");
        const [before = ""] = await scrape();
        expect([metricOf(before, "tapotarp_connections"), metricOf(before, "tapotarp_connections_opened_total")]).toEqual([3, 3]);

        for (const life of [1, 2]) {
          process.kill(childrenOf(server.pid)[0] as number, "SIGKILL");
          await eventually(`connections of worker ${life} are gone`, async () => {
            const texts = await scrape();
            for (const text of texts) {
              expect(rolls(text)).toBeGreaterThanOrEqual(rolls(before));
              expect(seconds(text)).toBeGreaterThanOrEqual(seconds(before));
              expect(metricOf(text, "tapotarp_connections_opened_total")).toBe(3);
            }
            return texts.some(
              (text) => metricOf(text, "tapotarp_connections") === 3 - life && metricOf(text, "tapotarp_workers_lost_total") === life,
            );
          });
          await eventually("three workers again", async () => (await workersOf(server)).size === 3, 40_000);
        }
        for (const line of lines) line.end();
        for (const player of table.players) player.cut();
      }),
    120_000,
  );

  test(
    "F09 a worker that dies at the very moment the metrics are asked for takes nobody with it",
    () =>
      withWorkers(async (server) => {
        const lines = await linesTo(server);
        const [dying, ...others] = childrenOf(server.pid);
        // While the process above is held, it learns of the question first and of the death only after it.
        server.signal("SIGSTOP");
        const asked = lines.map((line) => line.text("/metrics"));
        await sleep(300);
        process.kill(dying as number, "SIGKILL");
        await sleep(200);
        server.signal("SIGCONT");
        const texts = (await Promise.all(asked)).filter((text) => text !== null);
        expect(texts.map((text) => metricOf(text, "tapotarp_store_ready"))).toEqual([1, 1]);
        expect(others.every(isThere)).toBe(true);
        await eventually("three workers again", async () => (await workersOf(server)).size === 3, 40_000);
        for (const line of lines) line.end();
      }),
    120_000,
  );

  test(
    "F09 a worker that hangs: metrics still come, every page says so, after half a minute it is ended and another started",
    () =>
      withWorkers(async (server) => {
        const lines = await linesTo(server);
        for (const line of lines) expect(metricOf((await line.text("/metrics")) ?? "", "tapotarp_rooms")).not.toBeNaN();
        const [hanging, ...others] = childrenOf(server.pid);
        process.kill(hanging as number, "SIGSTOP");
        const pages = async (path: string) =>
          (await Promise.all(lines.map((line) => line.text(path, 2_500)))).filter((text) => text !== null);
        const texts = await pages("/metrics");
        expect(texts.map((text) => metricOf(text, "tapotarp_store_ready"))).toEqual([1, 1]);
        await eventually(
          "both others say so",
          async () => (await pages("/health")).filter((text) => text.includes("does not answer")).length >= 2,
          20_000,
        );
        await eventually("it is ended", async () => !isThere(hanging as number), 40_000);
        await eventually("three workers again", async () => (await workersOf(server)).size === 3, 40_000);
        expect(others.every(isThere)).toBe(true);
        expect(server.output()).toMatch(/"level":"error"[^\n]*silent for half a minute/);
        for (const line of lines) line.end();
      }),
    120_000,
  );

  test.skipIf(lacks("prlimit"))(
    "F09 a worker that the system cannot make takes nobody with it: it is tried again",
    () =>
      withWorkers(async (server) => {
        const [dying, ...others] = childrenOf(server.pid);
        const allowFiles = (count: number) => execFileSync(programPath("prlimit"), ["--pid", String(server.pid), `--nofile=${count}:`]);
        allowFiles(3);
        process.kill(dying as number, "SIGKILL");
        await eventually("it cannot be made", async () => server.output().includes("a worker cannot be started"));
        allowFiles(1_000);
        await eventually("three workers again", async () => (await workersOf(server)).size === 3, 40_000);
        expect(others.every(isThere)).toBe(true);
      }),
    120_000,
  );

  test(
    "F10 a stop with a worker that hangs ends in 30 s all the same",
    () =>
      withWorkers(async (server) => {
        const children = childrenOf(server.pid);
        process.kill(children[0] as number, "SIGSTOP");
        const { code, tookMs } = await server.stop();
        expect([code, tookMs < 31_000]).toEqual([1, true]);
        expect(children.some(isThere)).toBe(false);
      }),
    120_000,
  );

  test("F35 a SIGHUP while workers start ends none of them", async () => {
    const server = await startRunningServer({ env: { REDIS_URL: redis.url, WORKERS: "2", INSTANCE_ID: "hup" } });
    try {
      await eventually("two workers answer", async () => (await workersOf(server)).size === 2, 30_000);
      const before = childrenOf(server.pid);
      process.kill(before[0] as number, "SIGKILL");
      await eventually("another is started", async () => childrenOf(server.pid).some((pid) => pid > 0 && !before.includes(pid)));
      server.signal("SIGHUP");
      await eventually("two workers again", async () => (await workersOf(server)).size === 2, 40_000);
      await eventually("both read their secrets again", async () => server.output().split("secrets were read again").length === 3);
      expect(server.output().split("a worker ended").length).toBe(2);
    } finally {
      await server.dispose();
    }
  }, 120_000);

  test("F35 a worker that dies while a secret's file is bad comes back with what was good last, and the log says so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tapotarp-secret-"));
    const file = join(folder, "token");
    const [first, second] = ["a-token-for-the-start", "a-token-that-was-rotated"];
    writeFileSync(file, first);
    const server = await startRunningServer({ env: { REDIS_URL: redis.url, WORKERS: "2", INSTANCE_ID: "files", ADMIN_TOKEN_FILE: file } });
    const statuses = async (token: string) => {
      const ask = { headers: { authorization: `Bearer ${token}`, connection: "close" } };
      const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`${server.url}/admin/api/overview`, ask)));
      return [...new Set(answers.map(({ status }) => status))];
    };
    try {
      await eventually("two workers answer", async () => (await workersOf(server)).size === 2, 30_000);
      expect(await statuses(first)).toEqual([200]);
      writeFileSync(file, second);
      server.signal("SIGHUP");
      await eventually("both read their secrets again", async () => server.output().split("secrets were read again").length === 3);
      writeFileSync(file, "short");
      const before = await workersOf(server);
      process.kill(childrenOf(server.pid)[0] as number, "SIGKILL");
      await eventually("another worker has come", async () => [...(await workersOf(server))].some((name) => !before.has(name)), 40_000);
      expect([await statuses(second), await statuses(first)]).toEqual([[200], [401]]);
      expect(server.output()).toContain("those that were good last");
      expect(server.output().split("a worker ended").length).toBe(2);
      expect(server.output()).not.toContain(second);
    } finally {
      await server.dispose();
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});
