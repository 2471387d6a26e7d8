// F16, L42: metrics are named and typed as Prometheus wants them, and their number is bounded.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { closeReasons, commitOutcomes, sharedCommandTypes } from "../../lib/ops/metric-labels.ts";
import { createMetrics, type Metrics } from "../../lib/ops/metrics.ts";
import { tellLatestLoop, WorkerFigures } from "../../lib/ops/metrics-workers.ts";
import { roomObserver } from "../../lib/ops/room-observer.ts";
import { closeCodes } from "../../lib/protocol/close-codes.ts";
import { sessionSchemas } from "../../lib/protocol/session-schemas.ts";
import { hostedGames } from "../../lib/hosted-games.ts";
import { lacks, programPath } from "../support/programs.ts";

function used(): Metrics {
  const metrics = createMetrics({ instance: "i1" });
  for (const type of sharedCommandTypes) for (const outcome of ["ok", "refused", "busy", "bug"]) metrics.command(type, outcome).add();
  metrics.commandSeconds.observe(0.002);
  metrics.storeTier("sqlite-full");
  metrics.httpSeconds("2xx").observe(0.01);
  metrics.onScrape(() => metrics.connections.set(12));
  return metrics;
}

describe("F16 metrics", () => {
  test.skipIf(lacks("promtool"))("promtool check metrics is silent", async () => {
    const metrics = used();
    const { stdout, stderr, status } = spawnSync(programPath("promtool"), ["check", "metrics"], {
      input: await metrics.text(),
      encoding: "utf8",
    });
    metrics.close();
    expect([stdout, stderr, status]).toEqual(["", "", 0]);
  });

  test("every series begins with tapotarp_, has help and a type, and no _total is a gauge", async () => {
    const metrics = used();
    const lines = (await metrics.text()).split("\n");
    metrics.close();
    for (const line of lines.filter((text) => text !== "")) expect(line).toMatch(/^(# (HELP|TYPE) )?tapotarp_/);
    expect(lines.filter((line) => /^# TYPE \S+_total gauge/.test(line))).toEqual([]);
    expect(lines).toContain('tapotarp_connections{instance="i1"} 12');
  });

  test("whatever a client of either game may say, and every code a socket is closed with, has a label of its own", async () => {
    expect(Object.keys(sessionSchemas).filter((type) => !sharedCommandTypes.includes(type))).toEqual([]);
    const ofGames = hostedGames().flatMap(({ commands }) => Object.keys(commands));
    const metrics = createMetrics({}, ofGames);
    for (const type of [...sharedCommandTypes, ...ofGames]) metrics.command(type, "ok").add();
    const text = await metrics.text();
    metrics.close();
    for (const type of [...sharedCommandTypes, ...ofGames]) expect(text).toContain(`tapotarp_commands_total{type="${type}",outcome="ok"}`);
    expect(text).not.toContain('type="other"');
    const codes = Object.values(closeCodes).map(({ code }) => String(code));
    // 1000 is only ever a client's, and the other two are no codes that are sent.
    const sent = closeReasons.filter((code) => !["1000", "1005", "1006", "other"].includes(code));
    expect(codes.sort()).toEqual([...sent].sort());
  });

  test("L42 no metric is there that nothing sets", () => {
    const root = resolve(import.meta.dirname, "../..");
    const paths = readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
    const users = paths.filter((path) => !/ops\/metric/.test(path)).map((path) => join("lib", path));
    const text = [...users, "server.ts"].map((path) => readFileSync(join(root, path), "utf8")).join("\n");
    const metrics = createMetrics();
    metrics.close();
    expect(Object.keys(metrics).length).toBeGreaterThan(40);
    // By its own name as a metric: many of them are words that stand everywhere. Two are no metrics.
    const names = Object.keys(metrics).filter((name) => !["close", "figures"].includes(name));
    expect(names.filter((name) => !new RegExp(`\\bmetrics\\??\\.${name}\\b`).test(text))).toEqual([]);
  });

  test("L42 every outcome of a commit that has a label is counted under it", async () => {
    const metrics = createMetrics();
    const observer = roomObserver({ metrics } as Parameters<typeof roomObserver>[0]);
    for (const outcome of ["ok", "conflict", "duplicate"] as const) observer.committed(outcome, 1);
    for (const outcome of ["unknown", "failed"] as const) observer.notCommitted(outcome);
    const text = await metrics.text();
    metrics.close();
    expect([...text.matchAll(/^tapotarp_commits_total\{outcome="(\w+)"\} 1$/gm)].map(([, outcome]) => outcome)).toEqual(
      commitOutcomes.filter((outcome) => outcome !== "other"),
    );
    expect(text).toContain("tapotarp_commit_duration_seconds_count 3");
  });

  test("how long rooms waited for a turn, for a commit and past a deadline is told in seconds, as the names of the metrics say", async () => {
    const metrics = createMetrics();
    const observer = roomObserver({ metrics } as Parameters<typeof roomObserver>[0]);
    observer.lockWaited(250);
    observer.committed("ok", 40);
    observer.wokeLate(3_000);
    observer.fannedOut(12);
    const text = await metrics.text();
    metrics.close();
    const sums = [...text.matchAll(/^tapotarp_(lock_wait|commit_duration|alarm_late|broadcast)_(?:seconds|connections)_sum (\S+)$/gm)];
    expect(Object.fromEntries(sums.map(([, name, sum]) => [name, Number(sum)]))).toEqual({
      lock_wait: 0.25,
      commit_duration: 0.04,
      alarm_late: 3,
      broadcast: 12,
    });
  });

  test("F16 rules that throw at an old log are counted as a bug, with one line of the log for all such in ten seconds", async () => {
    const metrics = createMetrics();
    const lines: unknown[] = [];
    const log = { warn: ({ gameId }: { gameId: string }, message: string) => void lines.push([gameId, message]), debug() {} };
    const observer = roomObserver({ metrics, log, ambient: { monotonicMs: () => 0 } } as unknown as Parameters<typeof roomObserver>[0]);
    for (let tap = 0; tap < 3; tap += 1) observer.threwAtLog("K7MWPX", new Error("planted"));
    const text = await metrics.text();
    metrics.close();
    expect(text).toContain("tapotarp_bugs_total 3\n");
    expect(lines).toEqual([["K7MWPX", expect.stringMatching(/^a game's log could not be decided again/)]]);
  });

  test("F16 what took longer than the longest time that is told apart is counted among all, and among nothing else", async () => {
    const metrics = createMetrics();
    metrics.commandSeconds.observe(1_000);
    const text = await metrics.text();
    metrics.close();
    const [, ...counts] = text.split(/^tapotarp_command_duration_seconds_(?:bucket\{le="[^"]+"\}|count|sum) /m);
    expect(counts.map((count) => Number.parseFloat(count))).toEqual([...counts.slice(3).map(() => 0), 1, 1_000, 1]);
  });

  test("F47 of several workers the latest event loop is told: the mean of eight would hide one that is stuck", async () => {
    const [one, other] = [new Registry(), new Registry()].map((registry) => {
      collectDefaultMetrics({ register: registry, prefix: "tapotarp_" });
      tellLatestLoop(registry, "tapotarp_");
      return registry.getMetricsAsJSON();
    });
    const all = await Promise.all([one, other]);
    const name = "tapotarp_nodejs_eventloop_lag_p99_seconds";
    for (const [place, metrics] of all.entries()) {
      const value = metrics?.find((metric) => metric.name === name)?.values[0];
      if (value !== undefined) value.value = place === 0 ? 0.05 : 1.05;
    }
    const text = await AggregatorRegistry.aggregate(all as never).metrics();
    expect(text).toContain(`${name} 1.05\n`);
  });

  test("F09 what a worker counted is kept when it ends, and that it was lost is counted if nobody told it to leave", async () => {
    const all = new WorkerFigures();
    for (const worker of ["w1", "w2"]) {
      const metrics = createMetrics();
      metrics.framesSent.add(5);
      all.told(worker, await metrics.figures());
      metrics.close();
    }
    const told = async () =>
      [...(await all.text()).matchAll(/^tapotarp_(?:frames_sent|workers_lost)_total (\d+)$/gm)].map(([, n]) => Number(n));
    all.ended("w1");
    expect((await told()).sort()).toEqual([0, 10]);
    all.lost("w2");
    expect((await told()).sort()).toEqual([1, 10]);
  });

  test("labels from the wire cannot make new series", async () => {
    const metrics = used();
    const count = async () => (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    const before = await count();
    for (let index = 0; index < 1000; index++) {
      metrics.command(`invented-${index}`, `outcome-${index}`).add();
      metrics.rateLimited(`kind-${index}` as never).add();
      metrics.connectionsClosed(`${4100 + index}`).add();
      metrics.games(`status-${index}`).set(1);
    }
    expect((await count()) - before).toBeLessThan(20);
    expect(before).toBeLessThan(1000);
    metrics.close();
  });

  test("L42 two servers in one process count on their own", async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.framesSent.add(5);
    expect(await one.text()).toContain("tapotarp_frames_sent_total 5");
    expect(await two.text()).toContain("tapotarp_frames_sent_total 0");
    one.close();
    two.close();
  });
});
