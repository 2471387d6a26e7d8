// The process above the workers, with workers that are only played.
import cluster, { type Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { runPrimary } from "../../lib/ops/cluster.ts";
import type { SecretSource } from "../../lib/ops/config.ts";
import { type RootLog, silentLog } from "../../lib/ops/log.ts";
import { heldAmbient } from "../support/held-ambient.ts";

interface Forked {
  readonly worker: Worker;
  readonly killed: string[];
  readonly told: unknown[];
}

const none = { redisUrl: null, adminToken: null, metricsToken: null, sentryDsn: null };

/** Two of them; Node makes no process for any. */
function twoWorkers(secrets: SecretSource = { current: () => none, reload: () => [] }) {
  const forked: Forked[] = [];
  const fork = vi.spyOn(cluster, "fork").mockImplementation(() => {
    const killed: string[] = [];
    const told: unknown[] = [];
    const parts: unknown = Object.assign(new EventEmitter(), {
      isConnected: () => true,
      send: (message: unknown) => told.push(message),
      process: { pid: 1, kill: (signal: string) => void killed.push(signal) },
    });
    const worker = parts as Worker;
    forked.push({ worker, killed, told });
    return worker;
  });
  const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  onTestFinished(() => {
    fork.mockRestore();
    for (const signal of signals)
      for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
  });
  const ambient = heldAmbient();
  const errors: unknown[] = [];
  const log: RootLog = {
    ...silentLog(),
    error: (fields) => void errors.push(fields),
    level: () => "silent",
    setLevel: () => undefined,
    flush: () => undefined,
  };
  runPrimary({ workers: 2, name: "shop", ambient, log, secrets, exit: () => undefined });
  return { ambient, forked, errors };
}

test("a worker that has not become ready in ten minutes is ended, whatever it says of itself, and another is started", async () => {
  const { ambient, forked } = twoWorkers();
  const [good, hanging] = forked;
  good?.worker.emit("message", { tarp: "ready" });
  for (let second = 0; second < 599; second += 1) {
    for (const { worker } of forked) worker.emit("message", { tarp: "health", status: "healthy", problems: [] });
    await ambient.advance(1_000);
  }
  expect(forked.map(({ killed }) => killed)).toEqual([[], []]);
  good?.worker.emit("message", { tarp: "health", status: "healthy", problems: [] });
  await ambient.advance(1_000);
  expect(forked.map(({ killed }) => killed)).toEqual([[], ["SIGKILL"]]);
  hanging?.worker.emit("exit", null, "SIGKILL");
  await ambient.advance(1_000);
  expect(forked).toHaveLength(3);
});

test("one that became ready late is silent from then on only", async () => {
  const { ambient, forked } = twoWorkers();
  await ambient.advance(500_000);
  for (const { worker } of forked) worker.emit("message", { tarp: "ready" });
  await ambient.advance(29_000);
  expect(forked.map(({ killed }) => killed)).toEqual([[], []]);
  await ambient.advance(1_000);
  expect(forked.map(({ killed }) => killed)).toEqual([["SIGKILL"], ["SIGKILL"]]);
});

test("F35 each worker's first word is the secrets that were good last; that their files are bad by now is told", async () => {
  let problems: readonly string[] = [];
  const good = { ...none, adminToken: "a-token-of-the-start" };
  const { ambient, forked, errors } = twoWorkers({ current: () => good, reload: () => problems });
  problems = ["ADMIN_TOKEN_FILE names an empty file."];
  forked[0]?.worker.emit("exit", 1, null);
  await ambient.advance(1_000);
  expect(forked.map(({ told }) => told[0])).toEqual(Array.from({ length: 3 }, () => ({ tarp: "secrets", secrets: good })));
  expect(errors).toContainEqual({ worker: "shop-w1", problems });
});
