// Starts the playing process, kills it, starts it again on the same folder, and at the end asks the checker about all lives together.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { checkDataFile } from "../../lib/store/sqlite-check.ts";
import { type GameRow, wholeState } from "../../lib/store/checksum.ts";
import { type LogEnd, logReader } from "../../lib/store/sqlite-log.ts";
import { dataFileName, openSqliteStore } from "../../lib/store/store-sqlite.ts";
import { checkHistory, type Verdict } from "../checker/checker.ts";
import type { GameLog, Observation } from "../checker/history.ts";
import type { PlayNews, PlayOrder, Unanswered } from "./play.ts";

export interface Life {
  readonly process: ChildProcess;
  readonly news: PlayNews[];
  /** The first news: ready, refused or fatal; null when the process died before. */
  readonly begun: Promise<PlayNews | null>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

const playFile = join(import.meta.dirname, "play.ts");

export function startLife(order: PlayOrder): Life {
  // Started as a server is: what it costs to compile belongs to its recovery.
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const child = spawn(process.execPath, [playFile, JSON.stringify(order)], { env, stdio: ["ignore", "pipe", "inherit"] });
  const news: PlayNews[] = [];
  let rest = "";
  let begin: (news: PlayNews | null) => void = () => {};
  const begun = new Promise<PlayNews | null>((resolve) => {
    begin = resolve;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const item = JSON.parse(line) as PlayNews;
      news.push(item);
      begin(item);
    }
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on("close", (code, signal) => {
      begin(null);
      resolve({ code, signal });
    });
  });
  return { process: child, news, begun, ended };
}

/** A process that should have died by itself and did not is a failed round, not a hanging test. */
export async function endOf(life: Life) {
  const timer = setTimeout(() => life.process.kill("SIGTERM"), 15_000);
  const end = await life.ended;
  clearTimeout(timer);
  return end;
}

/** What the players wrote, read as it grows. */
export class Notebook {
  readonly path: string;
  readonly observations: Observation[] = [];
  readonly #open = new Map<string, Unanswered>();
  #read = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Reads the whole lines that were added. The last one may be under way; of a writer that was killed it was never acted upon. */
  catchUp(): void {
    const file = openSync(this.path, "a+");
    const { size } = fstatSync(file);
    const added = Buffer.alloc(size - this.#read);
    readSync(file, added, 0, added.length, this.#read);
    closeSync(file);
    const end = added.lastIndexOf("\n") + 1;
    this.#read += end;
    for (const line of added.toString("utf8", 0, end).split("\n")) {
      if (!line.endsWith("}")) continue;
      const seen = JSON.parse(line) as Observation;
      this.observations.push(seen);
      if (seen.type === "saw") continue;
      const { client, game, action } = seen;
      if (seen.type === "sent") this.#open.set(action, { client, game, action });
      else if (seen.type !== "unknown") this.#open.delete(action);
    }
  }

  unanswered(): readonly Unanswered[] {
    return [...this.#open.values()];
  }

  /** Whether something was sent after so many observations that has no answer: what was left open before may stay so for ever. */
  unansweredSince(place: number): boolean {
    return this.observations.slice(place).some((seen) => seen.type === "sent" && this.#open.has(seen.action));
  }
}

/** Reads every game that was played from the data file itself, action ids included. */
export function readLogs(dataDir: string, pattern = "PLAY%"): GameLog[] {
  const db = new Sqlite(join(dataDir, dataFileName), { readonly: true });
  try {
    const games = db
      .prepare("SELECT num, game_id AS game, v, hash, state, still, last_id FROM games JOIN stills USING (num) WHERE game_id LIKE ?")
      .all(pattern) as GameHead[];
    const changesOf = logReader(db);
    return games.map((head) => {
      const { game, v, hash } = head;
      const changes = changesOf(head, 0, v).map((row) => ({
        ...row,
        prevHash: row.prev_hash,
        actionId: row.action_id,
        print: row.hash,
      }));
      return { game, changes, final: { v, hash, state: wholeState(head) ?? "" } };
    });
  } finally {
    db.close();
  }
}

interface GameHead extends LogEnd, Pick<GameRow, "hash" | "state" | "still"> {
  readonly game: string;
}

/** Opens the folder once more as a server would, so that the log is recovered and the gate has judged it, then checks all lives. */
export async function judge(dataDir: string, notebook: Notebook, faults: readonly { name: string; hits: number }[]): Promise<Verdict> {
  const store = await openSqliteStore({ dataDir, ambient: realAmbient() });
  await store.close();
  assertSound(dataDir);
  notebook.catchUp();
  return checkHistory({ observations: notebook.observations, logs: readLogs(dataDir), faults });
}

/** Every page, checksum, chain and count, of all games and not only of those that were played. */
function assertSound(dataDir: string): void {
  const db = new Sqlite(join(dataDir, dataFileName), { readonly: true });
  const { problems } = checkDataFile(db);
  db.close();
  if (problems.length > 0) throw new Error(`the data file is not sound: ${problems.slice(0, 5).join("; ")}`);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
