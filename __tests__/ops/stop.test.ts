// F10, SAFETY 22: the way out is ordered, bounded, and a second signal flushes and leaves.
import { describe, expect, test } from "vitest";
import { silentLog } from "../../lib/ops/log.ts";
import { createStop, type StopStep } from "../../lib/ops/stop.ts";
import { heldAmbient } from "../support/held-ambient.ts";

function scene(steps: (did: string[]) => readonly StopStep[], flush?: () => Promise<void>) {
  const ambient = heldAmbient();
  const did: string[] = [];
  const warned: object[] = [];
  const stop = createStop({
    ambient,
    log: { ...silentLog(), warn: (fields) => void warned.push(fields) },
    steps: steps(did),
    wholeMs: 30_000,
    hurryMs: 2000,
    flush: flush ?? (async () => void did.push("flush")),
    exit: (code) => void did.push(`exit ${code} at ${ambient.monotonicMs()}`),
  });
  return { ambient, did, stop, warned };
}

const never = () => new Promise<void>(() => undefined);

describe("F10 ordered stop", () => {
  test("steps run in their order, then the store is flushed, then exit 0", async () => {
    const { ambient, did, stop } = scene((log) => [
      { name: "not ready", limitMs: 100, run: () => void log.push("not ready") },
      {
        name: "wave",
        limitMs: 5000,
        run: () =>
          new Promise((resolve) => {
            ambient.after(1000, () => {
              log.push("waved");
              resolve();
            });
          }),
      },
    ]);
    expect(stop.stopping()).toBe(false);
    stop.request("SIGTERM");
    expect(stop.stopping()).toBe(true);
    await ambient.advance(1000);
    expect(did).toEqual(["not ready", "waved", "flush", "exit 0 at 1000"]);
  });

  test("a step that hangs or fails is left behind, with a line that says why, and the rest still runs", async () => {
    const failure = new Error("no");
    const { ambient, did, stop, warned } = scene(() => [
      { name: "hangs", limitMs: 500, run: never },
      {
        name: "fails",
        limitMs: 500,
        run: () => {
          throw failure;
        },
      },
    ]);
    stop.request("SIGTERM");
    await ambient.advance(500);
    expect(did).toEqual(["flush", "exit 0 at 500"]);
    expect(warned).toEqual([
      { step: "hangs", outcome: "late", limitMs: 500 },
      { step: "fails", outcome: "failed", err: failure, limitMs: 500 },
    ]);
  });

  test("whatever hangs, the process is gone after the whole limit", async () => {
    const { ambient, did, stop } = scene(() => [{ name: "hangs", limitMs: 60_000, run: never }]);
    stop.request("SIGTERM");
    await ambient.advance(29_999);
    expect(did).toEqual([]);
    await ambient.advance(1);
    expect(did).toEqual(["exit 1 at 30000"]);
  });

  test("a second signal flushes and leaves, a third changes nothing", async () => {
    const { ambient, did, stop } = scene(() => [{ name: "hangs", limitMs: 20_000, run: never }]);
    stop.request("SIGTERM");
    await ambient.advance(500);
    stop.request("SIGINT");
    stop.request("SIGINT");
    await ambient.advance(0);
    expect(did).toEqual(["flush", "exit 0 at 500"]);
  });

  test("what a terminal sends to all and npm passes on is one signal: nobody is cut off for it, and the next one hurries", async () => {
    const { ambient, did, stop } = scene(() => [{ name: "hangs", limitMs: 20_000, run: never }]);
    // A server that has run for a while: a bound from its start would be long over.
    await ambient.advance(60_000);
    stop.request("SIGINT");
    await ambient.advance(99);
    stop.request("SIGINT");
    await ambient.advance(1);
    expect(did).toEqual([]);
    stop.request("SIGINT");
    await ambient.advance(0);
    expect(did).toEqual(["flush", "exit 0 at 60100"]);
  });

  test("the operator may ask twice, and a first signal may follow: nobody is cut off for that", async () => {
    const { ambient, did, stop } = scene(() => [{ name: "hangs", limitMs: 20_000, run: never }]);
    stop.begin("the operator");
    stop.begin("the operator, whose request was repeated");
    stop.request("SIGTERM");
    await ambient.advance(19_999);
    expect([did, stop.stopping()]).toEqual([[], true]);
    await ambient.advance(1);
    expect(did).toEqual(["flush", "exit 0 at 20000"]);
  });

  test("a second signal hurries, whoever began", async () => {
    const { ambient, did, stop } = scene(() => [{ name: "hangs", limitMs: 20_000, run: never }]);
    stop.begin("the operator");
    stop.request("SIGTERM");
    await ambient.advance(500);
    stop.request("SIGTERM");
    await ambient.advance(0);
    expect(did).toEqual(["flush", "exit 0 at 500"]);
  });

  test("a second signal whose flush cannot finish is an exit with 1, after what it may take", async () => {
    const { ambient, did, stop } = scene(() => [{ name: "hangs", limitMs: 20_000, run: never }], never);
    stop.request("SIGTERM");
    await ambient.advance(500);
    stop.request("SIGTERM");
    await ambient.advance(2_000);
    expect(did).toEqual(["exit 1 at 2500"]);
  });

  test("a flush that cannot finish is an exit with 1", async () => {
    const failure = new Error("disk gone");
    const { ambient, did, stop, warned } = scene(
      () => [],
      async () => {
        throw failure;
      },
    );
    stop.request("SIGTERM");
    await ambient.advance(0);
    expect(did).toEqual(["exit 1 at 0"]);
    expect(warned).toEqual([{ step: "flush the store", outcome: "failed", err: failure, limitMs: 30_000 }]);
  });
});
