// Runs in which the disk is the trouble: slow, full, read by somebody for long, copied while in use.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import type { Failpoint } from "../../lib/store/failpoint.ts";
import { backupDataFile, restoreDataFile } from "../../lib/store/sqlite-backup.ts";
import { dataFileName, type SqliteLimits } from "../../lib/store/store-sqlite.ts";
import type { Verdict } from "../checker/checker.ts";
import type { GameLog } from "../checker/history.ts";
import type { PlayNews } from "./play.ts";
import { judge, type Life, Notebook, percentile, readLogs, startLife } from "./rounds.ts";

type Health = Extract<PlayNews, { health: unknown }>;

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const watched = (life: Life): Health[] => life.news.filter((news): news is Health => "health" in news);

interface Stage {
  readonly dataDir: string;
  readonly notesDir: string;
  readonly seed: number;
  readonly games?: number;
  readonly clientsPerGame?: number;
  readonly failpoints?: readonly Failpoint[];
  readonly limits?: Partial<SqliteLimits>;
}

export async function enter({ dataDir, notesDir, seed, games = 12, clientsPerGame = 2, failpoints = [], limits = {} }: Stage) {
  const notebook = new Notebook(join(notesDir, "notes.jsonl"));
  notebook.catchUp();
  const order = { dataDir, notes: notebook.path, life: 1, seed, games, clientsPerGame, thinkMsMax: 8, failpoints, limits, unanswered: [] };
  const life = startLife(order);
  const begun = await life.begun;
  if (begun === null || !("ready" in begun)) throw new Error(`the process did not start: ${JSON.stringify(begun)}`);
  return { life, notebook };
}

/** Waits until the watched health says so; gives the ms it took, or null past the bound. */
export async function untilHealth(life: Life, wanted: (news: Health) => boolean, withinMs: number): Promise<number | null> {
  const startedAt = performance.now();
  const known = watched(life).length;
  for (;;) {
    const isThere = watched(life).slice(known).some(wanted);
    const tookMs = performance.now() - startedAt;
    if (isThere) return tookMs;
    if (tookMs > withinMs) return null;
    await pause(10);
  }
}

async function killed(life: Life): Promise<void> {
  life.process.kill("SIGKILL");
  await life.ended;
}

export interface SlowFigures {
  readonly queueMax: number;
  readonly busy: number;
  readonly loopDelayMsP99: number;
  /** The same of an idle process beside it: what the machine alone does to a loop. */
  readonly idleDelayMsP99: number;
  readonly acknowledged: number;
  readonly verdict: Verdict;
}

/** Every fsync takes `fsyncMs`; far more players than the queue holds. */
export async function slowFsync(stage: {
  dataDir: string;
  seed: number;
  fsyncMs: number;
  forMs: number;
  queueChangesMax: number;
}): Promise<SlowFigures> {
  const { dataDir, seed, fsyncMs, forMs, queueChangesMax } = stage;
  const failpoints: Failpoint[] = [{ at: "batch-before-commit", nth: 1, times: 1e9, action: { kind: "sleep", ms: fsyncMs } }];
  const { life, notebook } = await enter({ dataDir, notesDir: dataDir, seed, games: 100, failpoints, limits: { queueChangesMax } });
  const idle = await idleDelays(forMs);
  await killed(life);
  const seen = watched(life);
  const verdict = await judge(dataDir, notebook, [{ name: "slow fsync", hits: Math.floor(forMs / fsyncMs) }]);
  return {
    queueMax: Math.max(...seen.map((news) => news.health.queueDepth)),
    busy: notebook.observations.filter((item) => item.type === "refused" && item.answer === "busy").length,
    loopDelayMsP99: quietestP99(seen.map((news) => news.loopDelayMs)),
    idleDelayMsP99: quietestP99(idle),
    acknowledged: verdict.figures.ok,
    verdict,
  };
}

/** How late this process, which only waits, wakes up each 50 ms. */
async function idleDelays(forMs: number): Promise<number[]> {
  const delays: number[] = [];
  for (const endsAt = performance.now() + forMs; performance.now() < endsAt; ) {
    const startedAt = performance.now();
    await pause(50);
    delays.push(Math.max(0, performance.now() - startedAt - 50));
  }
  return delays;
}

/** The p99 of the quietest third of the run: what the store does to the loop is in each third, what the machine does is not. */
function quietestP99(delays: readonly number[]): number {
  const third = Math.ceil(delays.length / 3);
  return Math.min(...[0, 1, 2].map((part) => percentile(delays.slice(part * third, (part + 1) * third), 0.99)));
}

/** Mounts a small file system in `folder`; null with the reason when this machine does not allow it. */
export function mountSmall(folder: string, megabytes: number): { unmount(): void } | string {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    return `a small file system cannot be mounted here (run as root): ${String(error).split("\n")[0]}`;
  }
  return { unmount: () => void execFileSync("umount", ["-l", folder]) };
}

/** Lets this process only read a file, as one that belongs to somebody else; the reason when this machine does not allow it. */
export function readOnlyFile(path: string): { release(): void } | string {
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0o444);
    return { release: () => chmodSync(path, 0o644) };
  }
  try {
    execFileSync("mount", ["--bind", path, path], { stdio: "pipe" });
    execFileSync("mount", ["-o", "remount,bind,ro", path], { stdio: "pipe" });
  } catch (error) {
    return `a file cannot be made read-only here: ${String(error).split("\n")[0]}`;
  }
  return { release: () => void execFileSync("umount", ["-l", path]) };
}

export interface FullFigures {
  readonly times: number;
  readonly notReadyMsMax: number | null;
  readonly backMsMax: number | null;
  readonly acknowledgedAfter: number;
  readonly verdict: Verdict;
}

/** Fills the disk and makes room again, `times` times, under load. */
export async function fullDisk(stage: { dataDir: string; notesDir: string; seed: number; times: number }): Promise<FullFigures> {
  const { dataDir, notesDir, seed, times } = stage;
  const { life, notebook } = await enter({ dataDir, notesDir, seed, limits: { walPagesMax: 200 } });
  const notReady: (number | null)[] = [];
  const back: (number | null)[] = [];
  let acknowledgedAfter = 0;
  for (let time = 0; time < times; time += 1) {
    await pause(300);
    const filler = join(dataDir, "filler");
    fill(filler);
    notReady.push(await untilHealth(life, (news) => !news.health.ready, 10_000));
    await pause(500);
    rmSync(filler);
    const before = watched(life).at(-1)?.answered ?? 0;
    back.push(await untilHealth(life, (news) => news.health.ready && news.answered > before, 10_000));
    await pause(300);
    acknowledgedAfter += (watched(life).at(-1)?.answered ?? 0) - before;
  }
  if (life.process.exitCode !== null) throw new Error(`the process ended: ${JSON.stringify(life.news.at(-1))}`);
  await killed(life);
  const verdict = await judge(dataDir, notebook, [{ name: "full disk", hits: notReady.filter((ms) => ms !== null).length }]);
  return { times, notReadyMsMax: worst(notReady), backMsMax: worst(back), acknowledgedAfter, verdict };
}

const worst = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((most, value) => (most === null || value === null ? null : Math.max(most, value)), 0);

/** Writes until nothing fits any more, in ever smaller pieces. */
function fill(path: string): void {
  for (let bytes = 1 << 20; bytes >= 512; bytes >>= 1) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}

/** What the disk's troubles may cost, in the short runs and the long ones. */
export const diskBounds = {
  loopDelayMs: 50,
  /** A full disk shows within. */
  notReadyMs: 2_000,
  backAfterRoomMs: 5_000,
  backAfterReaderMs: 2_000,
  /** The log against its limit: the batch that meets it is still written. */
  logToLimit: 2,
} as const;

export interface ReaderFigures {
  readonly logBytesMax: number;
  readonly busy: number;
  readonly backMs: number | null;
  readonly verdict: Verdict;
}

/** A foreign reader keeps a snapshot open, so that the log cannot be emptied. */
export async function longReader(stage: { dataDir: string; seed: number; forMs: number; walBytesMax: number }): Promise<ReaderFigures> {
  const { dataDir, seed, forMs, walBytesMax } = stage;
  const { life, notebook } = await enter({ dataDir, notesDir: dataDir, seed, limits: { walPagesMax: 100, walBytesMax } });
  await pause(200);
  const reader = new Sqlite(join(dataDir, dataFileName), { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM games").get();
  let logBytesMax = 0;
  for (let at = 0; at < forMs; at += 50) {
    logBytesMax = Math.max(logBytesMax, statSync(join(dataDir, `${dataFileName}-wal`)).size);
    await pause(50);
  }
  reader.exec("COMMIT");
  reader.close();
  const before = watched(life).at(-1)?.answered ?? 0;
  const backMs = await untilHealth(life, (news) => news.answered > before + 50, 10_000);
  await killed(life);
  const verdict = await judge(dataDir, notebook, [{ name: "long reader", hits: 1 }]);
  const busy = notebook.observations.filter((item) => item.type === "refused" && item.answer === "busy").length;
  return { logBytesMax, busy, backMs, verdict };
}

export interface BackupFigures {
  readonly backups: number;
  readonly compared: number;
  readonly changesInLast: number;
  readonly acknowledged: number;
  readonly wrong: readonly string[];
  readonly verdict: Verdict;
}

/** Backups again and again under load; each is restored elsewhere and compared with what was acknowledged and what came of it. */
export async function backupsUnderLoad(stage: {
  dataDir: string;
  copies: string;
  seed: number;
  backups: number;
  everyMs: number;
}): Promise<BackupFigures> {
  const { dataDir, copies, seed, backups, everyMs } = stage;
  const { life, notebook } = await enter({ dataDir, notesDir: dataDir, seed, limits: { walPagesMax: 200 } });
  const taken: { readonly path: string; readonly least: ReadonlyMap<string, number> }[] = [];
  for (let place = 0; place < backups; place += 1) {
    await pause(everyMs);
    notebook.catchUp();
    const least = new Map<string, number>();
    for (const seen of notebook.observations)
      if (seen.type === "ok") least.set(seen.game, Math.max(least.get(seen.game) ?? 0, seen.v ?? 0));
    const path = join(copies, `backup-${place}.db`);
    backupDataFile(join(dataDir, dataFileName), path);
    taken.push({ path, least });
  }
  await killed(life);
  const verdict = await judge(dataDir, notebook, [{ name: "backup", hits: taken.length }]);
  const final = new Map(readLogs(dataDir).map((log) => [log.game, log]));
  const wrong: string[] = [];
  let changesInLast = 0;
  for (const [place, { path, least }] of taken.entries()) {
    const folder = join(copies, `restored-${place}`);
    mkdirSync(folder);
    restoreDataFile(path, { path: join(folder, dataFileName), suffix: ".before" });
    const logs = readLogs(folder);
    changesInLast = logs.reduce((sum, log) => sum + log.changes.length, 0);
    wrong.push(...compare({ place, logs, least, final }));
  }
  return { backups: taken.length, compared: taken.length, changesInLast, acknowledged: verdict.figures.ok, wrong, verdict };
}

interface Comparison {
  readonly place: number;
  readonly logs: readonly GameLog[];
  readonly least: ReadonlyMap<string, number>;
  readonly final: ReadonlyMap<string, GameLog>;
}

/** A backup must hold all that was acknowledged before it began, and nothing that did not come to be. */
function compare({ place, logs, least, final }: Comparison): string[] {
  const wrong: string[] = [];
  const kept = new Map(logs.map((log) => [log.game, log]));
  for (const [game, v] of least) if ((kept.get(game)?.changes.length ?? 0) < v) wrong.push(`backup ${place} lacks version ${v} of ${game}`);
  for (const log of logs) {
    for (const [at, change] of log.changes.entries()) {
      if (final.get(log.game)?.changes[at]?.hash !== change.hash)
        wrong.push(`backup ${place} has another version ${change.v} of ${log.game}`);
    }
  }
  return wrong;
}

export const readText = (path: string): string => readFileSync(path, "utf8");
