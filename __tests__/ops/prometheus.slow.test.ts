// F47: a real Prometheus scrapes a server under load and evaluates the alerts; two of them fire and clear.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { lacks, programPath } from "../support/programs.ts";
import { startRunningServer } from "../support/running-server.ts";
import { canMount, mountSmallDisk } from "../support/small-disk.ts";
import { seatTable, type TableClient } from "../support/table-client.ts";

const root = resolve(import.meta.dirname, "../..");
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Prometheus on the project's own rules, with everything that takes half a minute there done in a second. */
async function startPrometheus(targetPort: number) {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-prometheus-"));
  const rules = readFileSync(join(root, "deploy/prometheus/alerts.yml"), "utf8")
    .replaceAll(/^( +)for: .*$/gm, "$1for: 1s")
    .replace(/interval: 15s/, "interval: 1s");
  writeFileSync(join(folder, "alerts.yml"), rules);
  const scrape = `scrape_configs: [{ job_name: tapotarp, static_configs: [{ targets: ["127.0.0.1:${targetPort}"] }] }]`;
  writeFileSync(
    join(folder, "prometheus.yml"),
    `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s }\nrule_files: [alerts.yml]\n${scrape}\n`,
  );
  const port = await freePort();
  const args = [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "tsdb")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child: ChildProcess = spawn(programPath("prometheus"), args, { stdio: "ignore" });
  cleanUp.push(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  const get = async <T>(path: string) => ((await (await fetch(`${url}${path}`)).json()) as { data: T }).data;
  return {
    /** The value of an expression that has one sample; null when it has none. */
    async value(expression: string): Promise<number | null> {
      const { result } = await get<{ result: { value: [number, string] }[] }>(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return result[0] === undefined ? null : Number(result[0].value[1]);
    },
    async firing(): Promise<readonly string[]> {
      const { alerts } = await get<{ alerts: { state: string; labels: { alertname: string } }[] }>("/api/v1/alerts");
      return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname);
    },
  };
}

/** A tap every so often: within the pace of one person. */
const tapEveryMs = 10;

/** Taps on and on until told to stop or the line is cut; gives how many were acknowledged. */
function tapping([player]: readonly TableClient[]): () => number {
  let stopped = false;
  let acknowledged = 0;
  const run = async () => {
    for (let life = 0; !stopped; life++) {
      const answer = await player?.request("updatePlayer", { playerId: 1, life: life % 900 });
      if (answer?.type === "ack") acknowledged += 1;
      await new Promise((resolve) => setTimeout(resolve, tapEveryMs));
    }
  };
  run().catch(() => undefined);
  const stop = () => {
    stopped = true;
    return acknowledged;
  };
  cleanUp.push(stop);
  return stop;
}

describe.skipIf(lacks("prometheus"))("F47 a real Prometheus", () => {
  test("scrapes a server under load, counts what it did, and says so when it is gone", async () => {
    const metricsPort = await freePort();
    const options = { env: { METRICS_PORT: String(metricsPort) } };
    const first = await startRunningServer(options);
    cleanUp.push(() => first.dispose());
    const prometheus = await startPrometheus(metricsPort);
    const table = await seatTable(first.port, 2);
    await table.players[0]?.request("start");
    const stop = tapping(table.players);
    await eventually(
      "load is seen",
      async () => ((await prometheus.value("tapotarp_commands_total{type='updatePlayer',outcome='ok'}")) ?? 0) > 50 || null,
      20_000,
    );
    expect(await prometheus.value("up")).toBe(1);
    const acknowledged = stop();
    await eventually(
      "all of it is counted",
      async () => ((await prometheus.value("tapotarp_commands_total{type='updatePlayer',outcome='ok'}")) ?? 0) >= acknowledged || null,
    );
    // It looks for targets only some seconds after its start: until then it had found none.
    await eventually("no alert fires", async () => ((await prometheus.firing()).length === 0 ? true : null));

    await first.kill();
    await eventually("TapOrTarpDown fires", async () => ((await prometheus.firing()).includes("TapOrTarpDown") ? true : null), 15_000);
    const second = await startRunningServer({ ...options, dataDir: first.dataDir });
    cleanUp.push(() => second.dispose());
    await eventually("TapOrTarpDown clears", async () => ((await prometheus.firing()).length === 0 ? true : null), 15_000);
  }, 90_000);

  if (canMount()) {
    test("a full disk fires the store's alert; room on it clears the alert", async () => {
      const disk = mountSmallDisk(8);
      if (disk === null) throw new Error("mounting was possible a moment ago");
      cleanUp.push(() => disk.dispose());
      const metricsPort = await freePort();
      const server = await startRunningServer({ env: { METRICS_PORT: String(metricsPort) }, dataDir: disk.folder });
      cleanUp.push(() => server.dispose());
      const prometheus = await startPrometheus(metricsPort);
      const table = await seatTable(server.port, 2);
      await table.players[0]?.request("start");
      await eventually(
        "the store is seen ready",
        async () => ((await prometheus.value("tapotarp_store_ready")) === 1 ? true : null),
        15_000,
      );
      disk.fill();
      const stop = tapping(table.players);
      await eventually(
        "TapOrTarpStoreNotReady fires",
        async () => ((await prometheus.firing()).includes("TapOrTarpStoreNotReady") ? true : null),
        20_000,
      );
      disk.makeRoom();
      await eventually(
        "TapOrTarpStoreNotReady clears",
        async () => ((await prometheus.firing()).includes("TapOrTarpStoreNotReady") ? null : true),
        20_000,
      );
      stop();
      expect((await table.players[1]?.request("updatePlayer", { playerId: 2, life: 7 }))?.type).toBe("ack");
    }, 90_000);
  }
});
