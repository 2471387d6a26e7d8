// F17, L44: reports have a scope of their own, are scrubbed, and an unreachable Sentry slows nobody.
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Reporter, sentryReporter } from "../../lib/ops/report.ts";
import { type HeldAmbient, heldAmbient } from "../support/held-ambient.ts";
import { type Behaviour, type Ingest, openIngest } from "../support/sentry-ingest.ts";

const open: Ingest[] = [];
// Each client of Sentry listens for the end of the process twice; here there is one for each test.
process.setMaxListeners(20);

afterEach(async () => {
  for (const ingest of open.splice(0)) await ingest.close();
});

async function scene(behaviour: Behaviour = "record"): Promise<{ ingest: Ingest; reporter: Reporter; ambient: HeldAmbient }> {
  const ingest = await openIngest(behaviour);
  open.push(ingest);
  const ambient = heldAmbient();
  const settings = { dsn: ingest.dsn, release: "tap-or-tarp@9.9.9", environment: "test", instanceId: "i1", ambient };
  return { ingest, reporter: await sentryReporter(settings), ambient };
}

const lost = "Error reports are not getting through.";

describe("F17 reports", () => {
  test("L44 each report carries its own game, seat and trace, and nobody else's", async () => {
    const { ingest, reporter } = await scene();
    reporter.crumb?.({ category: "command", message: "passTurn", traceId: "t1" });
    reporter.crumb?.({ category: "command", message: "pause", traceId: "t2" });
    reporter.report(new Error("one"), { kind: "bug", gameId: "AAA222", traceId: "t1", command: "passTurn", v: 4 });
    reporter.report(new Error("two"), { kind: "bug", traceId: "t2" });
    await reporter.flush(2000);
    const [one, two] = [...ingest.events].sort((a, b) => (a.exception?.values?.[0]?.value === "one" ? -1 : b ? 1 : 0));
    expect(one).toMatchObject({
      release: "tap-or-tarp@9.9.9",
      environment: "test",
      tags: { kind: "bug", command: "passTurn", traceId: "t1", instance: "i1" },
      contexts: { game: { id: "AAA222", v: 4 } },
    });
    expect(one?.breadcrumbs?.map((crumb) => crumb.message)).toEqual(["passTurn"]);
    expect(two?.tags).toMatchObject({ traceId: "t2" });
    expect(two?.contexts?.["game"]).toBeUndefined();
    expect(two?.breadcrumbs?.map((crumb) => crumb.message)).toEqual(["pause"]);
    expect([one?.user, two?.user]).toEqual([undefined, undefined]);
  });

  test("F35 secrets do not leave in messages, causes or crumbs", async () => {
    const { ingest, reporter } = await scene();
    const token = "q3-_".repeat(10).concat("abc");
    reporter.crumb?.({ category: "redis", message: "redis://user:hunter2@cache" });
    reporter.report(new Error(`bad token ${token}`), { kind: "bug" });
    await reporter.flush(2000);
    expect(ingest.raw.join("")).toContain("[redacted]");
    for (const secret of [token, "hunter2"]) expect(ingest.raw.join("")).not.toContain(secret);
  });

  test("a flood of errors sends at most 60 reports a minute", async () => {
    const { ingest, reporter } = await scene();
    for (let count = 0; count < 100; count++) reporter.report(new Error(`number ${count}`), { kind: "bug" });
    await reporter.flush(2000);
    expect(ingest.events.length).toBeLessThanOrEqual(60);
    expect(ingest.events.length).toBeGreaterThan(10);
  });

  test("F42 reporting to a Sentry that hangs returns at once, and flush gives up on time", async () => {
    const { reporter } = await scene("hang");
    const from = performance.now();
    for (let count = 0; count < 50; count++) reporter.report(new Error("stuck"), { kind: "bug" });
    // On a machine that does other things, too; whoever waited for it would wait for ever.
    expect(performance.now() - from).toBeLessThan(2_000);
    const flushedFrom = performance.now();
    await reporter.flush(300);
    expect(performance.now() - flushedFrom).toBeLessThan(2_000);
  });

  test("F42 a Sentry that fails is told as a degradation", async () => {
    const { reporter } = await scene("fail");
    expect(reporter.problem()).toBeNull();
    for (let count = 0; count < 5; count++) reporter.report(new Error("lost"), { kind: "bug" });
    await reporter.flush(2000);
    expect(reporter.problem()).toBe(lost);
  });

  test("F42 so is one that takes reports and never answers, after ten seconds; the lines it held are let go", async () => {
    const { ingest, reporter, ambient } = await scene("hang");
    for (let count = 0; count < 3; count++) reporter.report(new Error("stuck"), { kind: "bug" });
    await ingest.arrived(3);
    await ambient.advance(9_999);
    expect(reporter.problem()).toBeNull();
    await ambient.advance(1);
    await vi.waitFor(() => expect(reporter.problem()).toBe(lost));
    expect(ambient.waiting()).toBe(0);
  });

  test("F42 so is one that wants no more for a while: what is not even sent meanwhile is lost as well", async () => {
    const { ingest, reporter } = await scene("enough");
    for (const message of ["refused", "kept back", "kept back, too"]) {
      reporter.report(new Error(message), { kind: "bug" });
      await reporter.flush(2000);
    }
    expect(ingest.events).toHaveLength(1);
    await vi.waitFor(() => expect(reporter.problem()).toBe(lost));
  });
});
