// `npm run torture -- sqlite|edge [--rounds 300] [--seed n] [--only kills,places,...]`: the long forms of the killing and disk runs,
// and of what is done to the edge. Each run prints one line of figures; the last line says whether all held.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { findProgram } from "../support/programs.ts";
import { backupsUnderLoad, fullDisk, longReader, mountSmall, slowFsync } from "./disk.ts";
import { edgeRuns } from "./edge.ts";
import { type KillWish, killRounds, runningPlaces, tell } from "./kills.ts";
import { migrationKills } from "./migrations.ts";
import { nthBusy, nthHard } from "./nth.ts";
import { preload } from "./preload.ts";
import { serverKills, tellServer } from "./server-kills.ts";
import { traceLife } from "./strace.ts";

interface Order {
  readonly rounds: number;
  readonly seed: number;
}

/** Gives one line of figures and whether the run held. */
type Run = (folder: string, order: Order) => Promise<readonly [line: string, held: boolean]>;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const isPassed = (verdict: { readonly result: string }) => verdict.result === "pass";

const kill = async (title: string, wish: KillWish) => {
  const figures = await killRounds(wish);
  for (const violation of figures.verdict.violations.slice(0, 10)) say(`  ${violation.rule} ${violation.game}: ${violation.message}`);
  return [tell(`${title}, seed ${wish.seed}`, figures), isPassed(figures.verdict) && figures.recoveryCpuMsP99 < 2_000] as const;
};

const sqliteRuns: Readonly<Record<string, Run>> = {
  async kills(folder, { rounds, seed }) {
    await preload(folder, 10_000);
    return kill("random kills", { dataDir: folder, seed, rounds, lifeMsMax: 400, startingOneIn: 8, places: [] });
  },
  async places(folder, { rounds, seed }) {
    const each = Math.max(1, Math.round(rounds / 10));
    const count = each * runningPlaces.length;
    return kill(`kills at ${runningPlaces.length} places x ${each}`, {
      ...{ dataDir: folder, seed, rounds: count, lifeMsMax: 0, startingOneIn: 0, places: runningPlaces },
    });
  },
  async migrations(_folder, { rounds }) {
    const { kills, oldAfter, newAfter, wrong } = await migrationKills(Math.max(1, Math.round(rounds / 10)));
    return [
      `creation and migration: ${kills} kills, old schema ${oldAfter}, new schema ${newAfter}, wrong ${wrong.length}`,
      wrong.length === 0,
    ];
  },
  async nth(_folder, { seed }) {
    const { rules, injected, longest } = await nthBusy(1, seed);
    const full = await nthHard({ kind: "throw", code: "SQLITE_FULL" }, 1, 1);
    const broken = await nthHard({ kind: "throw", code: "SQLITE_IOERR_WRITE" }, 1, 1);
    const dead = await nthHard({ kind: "exit" }, 1, 1);
    return [
      `Nth statement: ${rules} rules busy ${injected} times (N up to ${longest}); full ${full}, I/O error ${broken}, thread dead ${dead} times`,
      true,
    ];
  },
  async slow(folder, { seed }) {
    const figures = await slowFsync({ dataDir: folder, seed, fsyncMs: 1_000, forMs: 20_000, queueChangesMax: 64 });
    const { queueMax, busy, loopDelayMsP99, idleDelayMsP99, acknowledged, verdict } = figures;
    const line = `slow fsync: queue at most ${queueMax} of 64, ${busy} busy, ${acknowledged} acknowledged, loop delay p99 ${loopDelayMsP99.toFixed(1)} ms (idle process ${idleDelayMsP99.toFixed(1)})`;
    return [line, isPassed(verdict) && loopDelayMsP99 - idleDelayMsP99 < 50];
  },
  async full(folder, { seed }) {
    const disk = join(folder, "small");
    const mounted = mountSmall(disk, 24);
    if (typeof mounted === "string") return [`full disk: ${mounted}`, false];
    try {
      const { times, notReadyMsMax, backMsMax, verdict } = await fullDisk({ dataDir: disk, notesDir: folder, seed, times: 10 });
      const line = `full disk: ${times} times, not ready after at most ${notReadyMsMax?.toFixed(0)} ms, back at most ${backMsMax?.toFixed(0)} ms after room`;
      return [`${line}, ${verdict.result}`, isPassed(verdict)];
    } finally {
      mounted.unmount();
    }
  },
  async reader(folder, { seed }) {
    const { logBytesMax, busy, backMs, verdict } = await longReader({ dataDir: folder, seed, forMs: 15_000, walBytesMax: 8 << 20 });
    return [
      `long reader: log at most ${logBytesMax} bytes (bound ${8 << 20}), ${busy} busy, back after ${backMs?.toFixed(0)} ms`,
      isPassed(verdict),
    ];
  },
  async backups(folder, { seed }) {
    const copies = join(folder, "copies");
    mkdirSync(copies);
    const figures = await backupsUnderLoad({ dataDir: folder, copies, seed, backups: 20, everyMs: 2_000 });
    const { backups, changesInLast, acknowledged, wrong, verdict } = figures;
    const line = `backups: ${backups} taken and compared, ${changesInLast} changes in the last, ${acknowledged} acknowledged, ${wrong.length} wrong`;
    return [line, isPassed(verdict) && wrong.length === 0];
  },
  async server(_folder, { rounds, seed }) {
    const figures = await serverKills({ rounds: Math.max(1, Math.round(rounds / 3)), tables: 5, seed });
    for (const violation of figures.verdict.violations.slice(0, 10)) say(`  ${violation.rule} ${violation.game}: ${violation.message}`);
    return [tellServer(`server, seed ${seed}`, figures), isPassed(figures.verdict)];
  },
  async strace(folder, { seed }) {
    const program = findProgram("strace");
    if (program === null) return ["strace is missing: apt-get install strace", false];
    const notes = join(folder, "notes.jsonl");
    const order = {
      dataDir: folder,
      notes,
      life: 1,
      seed,
      games: 6,
      clientsPerGame: 2,
      thinkMsMax: 8,
      failpoints: [],
      limits: {},
      unanswered: [],
    };
    const { acknowledged, syncs, early } = await traceLife(program, order, 10_000);
    return [
      `strace: ${acknowledged} acknowledgements, ${syncs} fsyncs of the log, ${early.length} too early`,
      early.length === 0 && acknowledged > 0,
    ];
  },
};

const areas: Readonly<Record<string, Readonly<Record<string, Run>>>> = { sqlite: sqliteRuns, edge: edgeRuns };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "300" }, seed: { type: "string" }, only: { type: "string" } },
  });
  if (positionals[0] === "redis") {
    const { tortureRedis } = await import("./redis.ts");
    process.exitCode = await tortureRedis(Number(values.seed ?? Math.floor(Math.random() * 1e6)), values.only?.split(",") ?? null);
    return;
  }
  const runs = areas[positionals[0] ?? ""];
  if (runs === undefined) throw new Error(`say what: npm run torture -- ${Object.keys(areas).join(" | ")} | redis`);
  const order = { rounds: Number(values.rounds), seed: Number(values.seed ?? Math.floor(Math.random() * 1e6)) };
  const names = values.only?.split(",") ?? Object.keys(runs);
  say(`seed ${order.seed}, ${order.rounds} rounds`);
  let broken = 0;
  for (const name of names) {
    const run = runs[name];
    if (run === undefined) throw new Error(`there is no run ${name}; there are ${Object.keys(runs).join(", ")}`);
    const folder = newFolder();
    const startedAt = performance.now();
    try {
      const [line, held] = await run(folder, order);
      broken += held ? 0 : 1;
      say(`${held ? "held  " : "BROKEN"} ${line} (${((performance.now() - startedAt) / 1_000).toFixed(0)} s)`);
    } catch (error) {
      broken += 1;
      say(`BROKEN ${name}: ${error instanceof Error ? error.stack : error}`);
    } finally {
      dropFolder(folder);
    }
  }
  say(broken === 0 ? `all ${names.length} runs held` : `${broken} of ${names.length} runs broke`);
  process.exitCode = broken === 0 ? 0 : 1;
}

await main();
