// The guard against a hot path that grows: CPU per tap as a ratio to the bare relay's in the same run. And k6's smoke, where k6 is.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const runWith = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", timeout: 120_000, env: { ...process.env, ...env } });
const run = (...args: string[]) => runWith({}, ...args);
const hasK6 = run("load/run.ts", "--has-k6").status === 0;

describe("load", () => {
  test("F40 a tap costs at most a fixed multiple of what the bare relay spends on it, in the same run", () => {
    const { status, stdout, stderr } = run("load/bench/bench.ts", "--guard");
    expect(status, stdout + stderr).toBe(0);
  });

  test("F40 the guard bites: a limit no server can meet fails the run", () => {
    const { status, stdout } = run("load/bench/bench.ts", "--guard", "--guard-max", "0.5", "--rounds", "1", "--seconds", "0.5");
    expect(stdout).toContain("TOO DEAR");
    expect(status).toBe(1);
  });

  test("F11 a k6 that cannot be started is said so, and leaves no server and no folder behind", () => {
    const folder = mkdtempSync(join(tmpdir(), "tapotarp-guard-"));
    const k6 = join(folder, "k6");
    writeFileSync(k6, "", { mode: 0o600 });
    try {
      const { status, stderr } = runWith({ K6: k6, TMPDIR: folder }, "load/run.ts", "smoke", "--no-keep");
      expect(stderr).toContain("k6 could not be started");
      expect(status).toBe(1);
      expect(readdirSync(folder)).toEqual(["k6"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  // k6 is no npm package: it comes from `go install go.k6.io/k6@latest`, and a machine without it has nothing to run here.
  if (hasK6) {
    test("F11 k6 smoke: one table, every answer and version as it has to be, counts as the server's", () => {
      const { status, stdout, stderr } = run("load/run.ts", "smoke", "--no-keep");
      expect(stdout + stderr).toContain("they agree");
      // The script's own threshold on latency is for an idle machine: here only what is right or wrong counts.
      if (status !== 0) expect(stdout + stderr).toContain("thresholds on metrics 'answer_ms' have");
    });
  }
});
