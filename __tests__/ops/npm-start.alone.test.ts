// F10: a signal to `npm start` reaches the server behind it, and npm leaves only when the server has left.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";

const root = resolve(import.meta.dirname, "../..");

/** All that npm started, where some of it is left. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left, as it should be.
  }
}

test("F10 SIGTERM to npm start is the server's ordered stop: none is left behind with the data file", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tapotarp-npm-"));
  const env = { ...process.env, NODE_ENV: "production", PORT: "0", HOST: "127.0.0.1", DATA_DIR: dataDir };
  const npm = spawn("npm", ["start"], { cwd: root, env, stdio: ["ignore", "pipe", "ignore"], detached: true });
  let written = "";
  npm.stdout.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  const exited = once(npm, "exit");
  try {
    await eventually("it is ready", async () => (written.includes("is ready on") ? true : null), 60_000);
    npm.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(written).toContain('"msg":"stopped"');
    expect(written).not.toContain("asked twice");
  } finally {
    killGroup(npm.pid);
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 90_000);
