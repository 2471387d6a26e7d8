// The browser tests' server: one that does not start is given up, and neither it nor its folder stays behind.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
     writeFileSync(${JSON.stringify(pidFile)}, process.pid + " " + process.env.DATA_DIR);
     await new Promise(() => setInterval(() => undefined, 1_000));`,
  );
  const server = new GameServer({ NODE_OPTIONS: `--import=${pathToFileURL(hangs).href}` }, 3_000);
  let pid = 0;
  try {
    await expect(server.start()).rejects.toThrow("did not start");
    const [started, dataDir = ""] = readFileSync(pidFile, "utf8").split(" ");
    pid = Number(started);
    expect([dataDir.includes("tapotarp-e2e-"), existsSync(dataDir)]).toEqual([true, false]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    pid = 0;
  } finally {
    if (pid > 0) process.kill(pid, "SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
