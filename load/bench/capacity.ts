// `npm run bench:capacity`: what many tables cost. Memory per connection, what running games cost while nobody taps, and whether a
// tap costs the same with many tables as with a hundred. Two servers of their own, one tester, loopback addresses 127.0.0.2 and up.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ClosedLoop } from "./closed-loop.ts";
import { clockServer, seatCount } from "./contestant.ts";
import { median } from "./figures.ts";
import { machine } from "./machine.ts";
import { cpuOf, residentBytes } from "./procfs.ts";
import { root } from "./server-process.ts";

/** A process may hold 20,000 open files: 4,000 tables of four fit, and the hundred beside them. */
const tablesMax = 4_500;
const fewTables = 100;
const idleMs = 10_000;
const settleMs = 3_000;
const rounds = 4;
const warmMs = 300;
const measureMs = 1_500;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function capacity(tables: number) {
  const [few, many] = await Promise.all([clockServer().start(), clockServer().start()]);
  const loops: ClosedLoop[] = [];
  try {
    const fewLoop = await ClosedLoop.open(few, { games: fewTables, updates: "changes" });
    loops.push(fewLoop);
    // The program's own memory is not the connections': it is warm before they come.
    const warm = await ClosedLoop.open(many, { games: fewTables, updates: "changes" });
    await warm.run(warmMs, measureMs);
    warm.close();
    await pause(settleMs);
    const emptyBytes = residentBytes(many.server.pid);
    const startedAt = performance.now();
    const manyLoop = await ClosedLoop.open(many, { games: tables, updates: "changes" });
    loops.push(manyLoop);
    const openedSeconds = (performance.now() - startedAt) / 1_000;
    await pause(settleMs);
    const openBytes = residentBytes(many.server.pid);
    const idle = await idleFigures(many.server.pid, manyLoop);
    const micros = { few: [] as number[], many: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      micros.few.push((await fewLoop.run(warmMs, measureMs)).cpuMicrosPerTap);
      micros.many.push((await manyLoop.run(warmMs, measureMs)).cpuMicrosPerTap);
    }
    const connections = tables * seatCount;
    return {
      tables,
      connections,
      openedSeconds,
      kilobytesPerConnection: (openBytes - emptyBytes) / connections / 1_000,
      kilobytesPerTable: (openBytes - emptyBytes) / tables / 1_000,
      residentMiB: openBytes / 2 ** 20,
      idle,
      cpuMicrosPerTap: {
        few: median(micros.few),
        many: median(micros.many),
        ratio: median(micros.many) / median(micros.few),
        rounds: micros,
      },
    };
  } finally {
    for (const loop of loops) loop.close();
    await Promise.all([few.server.stop(), many.server.stop()]);
  }
}

/** Running games in which nobody taps. */
async function idleFigures(pid: number, loop: ClosedLoop) {
  const before = { cpu: cpuOf(pid).totalMs, bytes: loop.bytesIn };
  await pause(idleMs);
  return { cores: (cpuOf(pid).totalMs - before.cpu) / idleMs, bytes: loop.bytesIn - before.bytes, seconds: idleMs / 1_000 };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { tables: { type: "string", default: "4000" }, "no-out": { type: "boolean", default: false } } });
  const tables = Number(values.tables);
  if (!Number.isInteger(tables) || tables < 1 || tables > tablesMax) throw new Error(`--tables is a whole number from 1 to ${tablesMax}.`);
  const found = machine();
  const result = await capacity(tables);
  console.log(JSON.stringify(result, null, 1));
  if (values["no-out"]) return;
  writeFileSync(join(root, "load/results/capacity.json"), `${JSON.stringify({ machine: found, ...result }, null, 1)}\n`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
