// V8's young generation in real processes: small in a server to which players come, and larger when collecting it takes long.
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";
import { seatTable } from "../support/table-client.ts";

const root = resolve(import.meta.dirname, "../..");
const megabyte = 1e6;
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const dispose of cleanUp.splice(0).reverse()) await dispose();
});

async function youngBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tapotarp_nodejs_heap_space_size_total_bytes\{space="new"\} (\S+)$/m.exec(text)?.[1]);
}

test("the young generation of a server is 4 MB or less once it is ready, and when a hundred players have come", async () => {
  const server = await startRunningServer();
  cleanUp.push(() => server.dispose());
  expect(await youngBytes(server.url)).toBeLessThanOrEqual(4 * megabyte);
  for (let table = 0; table < 25; table += 1) {
    const { players } = await seatTable(server.port, 4);
    cleanUp.push(() => players.map((player) => player.cut()));
  }
  expect(await youngBytes(server.url)).toBeLessThanOrEqual(4 * megabyte);
});

/** What allocates without end and keeps the newest for a while; says how large the young generation was before and became. */
const busyScript = `
  import { limitYoungSpace, ownYoungSpace } from ${JSON.stringify(join(root, "lib/ops/young-space.ts"))};
  limitYoungSpace({ monotonicMs: () => performance.now() });
  const before = ownYoungSpace.bytes();
  const kept = [];
  let at = 0;
  const until = performance.now() + 20_000;
  const work = () => {
    for (let i = 0; i < 20_000; i += 1) kept[at++ % 100_000] = { text: "a" + at, list: [at] };
    if (ownYoungSpace.bytes() < 8 * 1024 * 1024 && performance.now() < until) setImmediate(work);
    else process.stdout.write(JSON.stringify({ before, after: ownYoungSpace.bytes() }), () => process.exit(0));
  };
  work();
`;

test("a process that collects without a break lets it grow", () => {
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", busyScript], { cwd: root, encoding: "utf8" });
  const { before, after } = JSON.parse(stdout) as { before: number; after: number };
  expect(before).toBeLessThanOrEqual(4 * megabyte);
  expect(after).toBeGreaterThanOrEqual(8 * megabyte);
});

/** Throws much away and keeps some; says which share of the process's CPU time V8's helping threads had. */
const helpedScript = `
  import { readdirSync, readFileSync } from "node:fs";
  import { limitYoungSpace } from ${JSON.stringify(join(root, "lib/ops/young-space.ts"))};
  limitYoungSpace({ monotonicMs: () => performance.now() }, Number(process.env.CORES));
  const kept = [];
  for (let at = 0; at < 6_000_000; at += 1) kept[at % 100_000] = { text: "a" + at, list: [at] };
  const ticksOf = (of) => readdirSync("/proc/self/task").reduce((sum, id) => {
    const [name, rest] = readFileSync("/proc/self/task/" + id + "/stat", "utf8").split(") ");
    const times = rest.split(" ");
    return of(name) ? sum + Number(times[11]) + Number(times[12]) : sum;
  }, 0);
  process.stdout.write(String(ticksOf((name) => name.endsWith("(V8Worker")) / ticksOf(() => true)));
`;

function helpedShare(cores: number): number {
  const env = { ...process.env, CORES: String(cores) };
  return Number(spawnSync(process.execPath, ["--input-type=module", "-e", helpedScript], { cwd: root, env, encoding: "utf8" }).stdout);
}

test("with two cores young objects are collected by their own thread alone, and V8's helpers are left their other work", () => {
  const share = helpedShare(2);
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(0.25);
});
