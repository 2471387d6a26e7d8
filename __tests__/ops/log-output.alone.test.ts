// SAFETY 23, F44: who collects the log may stop reading. The game goes on, no line is torn, and the process leaves when it has to.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startTroubledServer } from "../support/troubled-server.ts";

const requests = 600;
const ops = join(import.meta.dirname, "../../lib/ops");
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

/** A server whose log nobody reads, and that has said more than any pipe holds. */
async function stalled() {
  const server = await startTroubledServer({ env: { LOG_LEVEL: "debug", LIMIT_DRAIN_MS: "100" } });
  cleanUp.push(() => server.dispose());
  server.stopReading();
  for (let request = 0; request < requests; request++) await (await fetch(`${server.url}/${request}-${"x".repeat(1500)}`)).text();
  return server;
}

describe("a log that nobody reads", () => {
  test("SAFETY 23 does not keep the server from stopping", async () => {
    const server = await stalled();
    const { code, tookMs } = await server.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5_000);
  });

  test("SAFETY 23 does not keep a crash from ending the process within a second", async () => {
    const server = await stalled();
    const from = performance.now();
    server.plant("throw");
    expect(await server.exited).toBe(1);
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  test("F44 is whole and in order when it is read again", async () => {
    const server = await stalled();
    server.readOn();
    const paths = () =>
      server
        .output()
        .split("\n")
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { path?: string }).path)
        .filter((path) => path !== undefined && /^\/\d/.test(path));
    await eventually("every request is in the log", async () => (server.output().includes(`"/${requests - 1}-`) ? true : null));
    const { code } = await server.stop();
    expect(code).toBe(0);
    expect(paths().map((path) => Number.parseInt(path?.slice(1) ?? "", 10))).toEqual(
      Array.from({ length: requests }, (_, request) => request),
    );
    expect(server.output()).toContain('"msg":"stopped"');
  });
});

test("F44 lines of workers, which have one pipe between them, do not get into each other when it is full", () => {
  const program = `
    import { realAmbient } from "${ops}/ambient.ts";
    import { LogOutput } from "${ops}/log-output.ts";
    const output = new LogOutput(realAmbient());
    for (let n = 0; n < 1000; n += 1) output.write(JSON.stringify({ worker: process.argv[1], n, pad: "x".repeat(200) }) + "\\n");
  `;
  // A pipe of the shell's: what Node makes for a child is none.
  const family = ["one", "two", "three"].map((worker) => `"$0" --input-type=module -e "$1" ${worker} &`).join(" ");
  const options = { encoding: "utf8", maxBuffer: 8 * 1024 * 1024 } as const;
  const text = execFileSync("sh", ["-c", `{ ${family} wait; } | { sleep 2; cat; }`, process.execPath, program], options);
  const lines = text.trimEnd().split("\n");
  expect(lines).toHaveLength(3_000);
  expect(lines.filter((line) => !/^\{"worker":"\w+","n":\d+,"pad":"x{200}"\}$/.test(line))).toEqual([]);
});
