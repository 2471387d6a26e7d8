// The long forms of the SQLite runs, each by its name for `--only`. Each ends within ten minutes on an idle machine and tells its figures.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { changeRules } from "../store/contract-changes.ts";
import { listRules } from "../store/contract-lists.ts";
import type { OpenStore } from "../store/run-contract.ts";
import { openInFolder } from "../store/sqlite-folder.ts";
import type { Rule } from "../store/table.ts";
import { findProgram } from "../support/programs.ts";
import { backupsUnderLoad, fullDisk, longReader, mountSmall, slowFsync, diskBounds } from "./disk.ts";
import { type KillWish, killRounds, runningPlaces, tell } from "./kills.ts";
import { migrationKills } from "./migrations.ts";
import { hardFailures, nthBusy, nthHard } from "./nth.ts";
import { failures, nthCalls } from "./nth-calls.ts";
import { olderCopies } from "./older.ts";
import { preload } from "./preload.ts";
import { serverKills, tellServer } from "./server-kills.ts";
import { startWith, tellStart } from "./starts.ts";
import { traceLife } from "./strace.ts";

interface Order {
  readonly rounds: number;
  readonly seed: number;
}

/** Gives one line of figures and whether the run held. */
export type Run = (folder: string, order: Order) => Promise<readonly [line: string, held: boolean]>;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const isPassed = (verdict: { readonly result: string }) => verdict.result === "pass";

const kill = async (title: string, wish: KillWish) => {
  const figures = await killRounds(wish);
  for (const violation of figures.verdict.violations.slice(0, 10)) say(`  ${violation.rule} ${violation.game}: ${violation.message}`);
  return [
    tell(`${title}, seed ${wish.seed}`, figures),
    isPassed(figures.verdict) && figures.inFlight > 0 && figures.recoveryMsP99 <= 2_000,
  ] as const;
};

/** Every N: what fails passes by itself, and each rule holds as if nothing had happened. */
async function busy(title: string, rules: readonly Rule[], seed: number) {
  const { injected, longest } = await nthBusy(rules, { stride: 1, seed, width: 2 });
  return [`every Nth statement busy, ${rules.length} rules ${title}: ${injected} failures, N up to ${longest}`, injected > 0] as const;
}

/** Every N, in each way in which the port may fail, to a caller that does what the port says. */
async function calls(title: string, open: () => Promise<OpenStore>, seed: number) {
  const { rules, injected, longest } = await nthCalls({ open, failures, stride: 1, seed, width: 2 });
  return [`every Nth call failing, ${title}: ${rules} rules, ${injected} failures, N up to ${longest}`, injected > 0] as const;
}

export const sqliteRuns: Readonly<Record<string, Run>> = {
  async kills(folder, { rounds, seed }) {
    await preload(folder, 10_000);
    return kill("random kills", { dataDir: folder, seed, rounds, lifeMsMax: 400, startingOneIn: 8, places: [] });
  },
  async places(folder, { rounds, seed }) {
    const each = Math.max(1, Math.round(rounds / 10));
    const count = each * runningPlaces.length;
    const wish = { dataDir: folder, seed, rounds: count, lifeMsMax: 0, startingOneIn: 0, places: runningPlaces };
    return kill(`kills at ${runningPlaces.length} places x ${each}`, wish);
  },
  async migrations(_folder, { rounds }) {
    const { kills, oldAfter, newAfter, wrong } = await migrationKills(Math.max(1, Math.round(rounds / 10)));
    return [
      `creation and migration: ${kills} kills, old schema ${oldAfter}, new schema ${newAfter}, wrong ${wrong.length}`,
      wrong.length === 0,
    ];
  },
  async older(_folder, { seed }) {
    const { places, acknowledgedSince, refused, served } = await olderCopies(seed);
    const line = `older copies after kills at ${places} places: ${acknowledgedSince} acknowledged since, ${refused} refused`;
    return [line, served.length === 0 && refused === places];
  },
  async start() {
    // The larger file is served unchecked, the smaller is just within LIMIT_STORE_CHECK_BYTES.
    const [unchecked, checked] = [await startWith(100_000), await startWith(55_000)];
    const held = [unchecked, checked].every(({ full, grownBytes }) => full.openMs < 2_000 && grownBytes < 25_000_000);
    return [`start: ${tellStart(unchecked)}; checked whole: ${tellStart(checked)}`, held];
  },
  "nth-busy-changes": (_folder, { seed }) => busy("of one game", changeRules, seed),
  "nth-busy-lists": (_folder, { seed }) => busy("of many games", listRules, seed),
  async "nth-hard"(_folder, { seed }) {
    const wish = { stride: 1, seed, width: 1 };
    const lines: string[] = [];
    let allHit = true;
    for (const [title, action] of hardFailures) {
      const { rules, injected } = await nthHard(action, wish);
      lines.push(`${title} ${injected} times in ${rules} steps`);
      allHit &&= injected > 0;
    }
    return [`every Nth statement: ${lines.join(", ")}`, allHit];
  },
  "nth-calls-memory": (_folder, { seed }) =>
    calls(
      "memory",
      async () => {
        const store = memoryStore();
        return { store, end: () => store.close() };
      },
      seed,
    ),
  "nth-calls-sqlite": (_folder, { seed }) => calls("SQLite", openInFolder, seed),
  async slow(folder, { seed }) {
    const figures = await slowFsync({ dataDir: folder, seed, fsyncMs: 1_000, forMs: 20_000, queueChangesMax: 64 });
    const { queueMax, busy, loopDelayMsP99, idleDelayMsP99, acknowledged, verdict } = figures;
    const line = `slow fsync: queue at most ${queueMax} of 64, ${busy} busy, ${acknowledged} acknowledged, loop delay p99 ${loopDelayMsP99.toFixed(1)} ms (idle process ${idleDelayMsP99.toFixed(1)})`;
    return [line, isPassed(verdict) && busy > 0 && loopDelayMsP99 - idleDelayMsP99 < diskBounds.loopDelayMs];
  },
  async full(folder, { seed }) {
    const disk = join(folder, "small");
    const mounted = mountSmall(disk, 24);
    if (typeof mounted === "string") return [`full disk: ${mounted}`, false];
    try {
      const { times, notReadyMsMax, backMsMax, verdict } = await fullDisk({ dataDir: disk, notesDir: folder, seed, times: 10 });
      const line = `full disk: ${times} times, not ready after at most ${notReadyMsMax?.toFixed(0)} ms, back at most ${backMsMax?.toFixed(0)} ms after room`;
      const isTimely = (notReadyMsMax ?? Infinity) < diskBounds.notReadyMs && (backMsMax ?? Infinity) < diskBounds.backAfterRoomMs;
      return [`${line}, ${verdict.result}`, isPassed(verdict) && isTimely];
    } finally {
      mounted.unmount();
    }
  },
  async reader(folder, { seed }) {
    const walBytesMax = 8 << 20;
    const { logBytesMax, busy, backMs, verdict } = await longReader({ dataDir: folder, seed, forMs: 15_000, walBytesMax });
    const isBounded = busy > 0 && logBytesMax < diskBounds.logToLimit * walBytesMax && (backMs ?? Infinity) < diskBounds.backAfterReaderMs;
    return [
      `long reader: log at most ${logBytesMax} bytes (limit ${walBytesMax}, and the batch that meets it), ${busy} busy, back after ${backMs?.toFixed(0)} ms`,
      isPassed(verdict) && isBounded,
    ];
  },
  async backups(folder, { seed }) {
    const copies = join(folder, "copies");
    mkdirSync(copies);
    const figures = await backupsUnderLoad({ dataDir: folder, copies, seed, backups: 20, everyMs: 2_000 });
    const { backups, changesInLast, acknowledged, wrong, verdict } = figures;
    const line = `backups: ${backups} taken and compared, ${changesInLast} changes in the last, ${acknowledged} acknowledged, ${wrong.length} wrong`;
    return [line, isPassed(verdict) && wrong.length === 0 && changesInLast > 0];
  },
  async server(_folder, { rounds, seed }) {
    const figures = await serverKills({ rounds: Math.max(1, Math.round(rounds / 3)), tables: 5, seed });
    for (const violation of figures.verdict.violations.slice(0, 10)) say(`  ${violation.rule} ${violation.game}: ${violation.message}`);
    return [tellServer(`server, seed ${seed}`, figures), isPassed(figures.verdict) && figures.inFlight > 0];
  },
  async strace(folder, { seed }) {
    const program = findProgram("strace");
    if (program === null) return ["strace is missing: apt-get install strace", false];
    // Not longer: on a quick machine ten seconds of it are more than one string can hold.
    const { acknowledged, syncs, marks, markSyncs, early } = await traceLife(program, { dataDir: folder, seed, forMs: 5_000 });
    return [
      `strace: ${acknowledged} acknowledgements, ${syncs} fsyncs of the log, ${marks} writes and ${markSyncs} fsyncs of the mark, ${early.length} too early`,
      early.length === 0 && acknowledged > 0,
    ];
  },
};
