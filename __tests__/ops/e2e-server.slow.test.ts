// The browser tests' server: one that does not start is given up, and does not stay behind.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { GameServer } from "../e2e/support/server.ts";

test("a server that does not come up is given up and ended", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-e2e-start-"));
  const hangs = join(folder, "hangs.mjs");
  const pidFile = join(folder, "pid");
  writeFileSync(
    hangs,
    `import { writeFileSync } from "node:fs";
     writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
     await new Promise(() => setInterval(() => undefined, 1_000));`,
  );
  const server = new GameServer({ NODE_OPTIONS: `--import=${pathToFileURL(hangs).href}` }, 3_000);
  let pid = 0;
  try {
    await expect(server.start()).rejects.toThrow("did not start");
    pid = Number(readFileSync(pidFile, "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    pid = 0;
  } finally {
    if (pid > 0) process.kill(pid, "SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
