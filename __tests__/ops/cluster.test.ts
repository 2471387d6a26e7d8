// The process above the workers, with workers that are only played.
import cluster, { type Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { runPrimary } from "../../lib/ops/cluster.ts";
import { type RootLog, silentLog } from "../../lib/ops/log.ts";
import { heldAmbient } from "../support/held-ambient.ts";

interface Forked {
  readonly worker: Worker;
  readonly killed: string[];
}

/** Two of them; Node makes no process for any. */
function twoWorkers() {
  const forked: Forked[] = [];
  const fork = vi.spyOn(cluster, "fork").mockImplementation(() => {
    const killed: string[] = [];
    const parts: unknown = Object.assign(new EventEmitter(), {
      isConnected: () => true,
      send: () => true,
      process: { pid: 1, kill: (signal: string) => void killed.push(signal) },
    });
    const worker = parts as Worker;
    forked.push({ worker, killed });
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
  const log: RootLog = { ...silentLog(), level: () => "silent", setLevel: () => undefined, flush: () => undefined };
  runPrimary({ workers: 2, name: "shop", ambient, log, exit: () => undefined });
  return { ambient, forked };
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
