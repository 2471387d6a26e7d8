// Compiled code is kept: what the first life compiled, the second one takes as it is. After `npm start`, and in an image.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";

const root = resolve(import.meta.dirname, "../..");
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

/** That it took the code of both of its threads from the cache. */
function expectTaken(output: string): void {
  for (const file of ["lib/room/room.ts", "lib/store/sqlite-writer.ts", "node_modules/express/index.js"])
    expect(output).toMatch(new RegExp(`cache for \\S+ \\S*${file.replaceAll(".", "\\.")} was accepted`));
}

test("a server that npm start started takes its code compiled from the life before, in both of its threads", async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { start: string } };
  const nodeArgs = scripts.start.split(" ").slice(2, -1);
  const live = async () => {
    const server = await startRunningServer({ nodeArgs, env: { NODE_DEBUG_NATIVE: "COMPILE_CACHE" } });
    cleanUp.push(() => server.dispose());
    expect((await server.stop()).code).toBe(0);
    return server.output();
  };
  await live();
  expectTaken(await live());
});

describe("the one short life in the build of an image", () => {
  const live = (env: Readonly<Record<string, string>>) =>
    promisify(execFile)(process.execPath, ["scripts/first-life.mjs"], { cwd: root, env: { PATH: process.env["PATH"], ...env } });

  test("ends when the server is ready, and leaves its code compiled for both of its threads", async () => {
    const cache = mkdtempSync(join(tmpdir(), "tapotarp-cache-"));
    cleanUp.push(() => rmSync(cache, { recursive: true, force: true }));
    await live({ NODE_COMPILE_CACHE: cache });
    const nodeArgs = ["--import", "./scripts/early-signals.mjs"];
    const server = await startRunningServer({ nodeArgs, env: { NODE_COMPILE_CACHE: cache, NODE_DEBUG_NATIVE: "COMPILE_CACHE" } });
    cleanUp.push(() => server.dispose());
    await server.stop();
    expectTaken(server.output());
  });

  test("fails the build when the server does not start, and says why", async () => {
    const failed = { code: 1, stderr: expect.stringContaining("LIMIT_CONNECTIONS must be") };
    await expect(live({ LIMIT_CONNECTIONS: "many" })).rejects.toMatchObject(failed);
  });
});
