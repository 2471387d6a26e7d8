// `npm run db -- <command>`: the operator's hand on the SQLite data file, or on Redis when REDIS_URL is set. Each command says what it did in plain lines
// and ends with a code: 0 done, 1 not done, 2 misused. Commands that write hold the server's lock.
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import Sqlite, { type Database } from "better-sqlite3";
import { type Ambient, realAmbient } from "../ops/ambient.ts";
import { ConfigError, limitsFrom, readRedisUrl } from "../ops/config.ts";
import { makeFolder } from "../ops/folder.ts";
import { plainJson } from "./plain-json.ts";
import { wholeState } from "./checksum.ts";
import { readDeadLetters } from "./dead-letter.ts";
import { failpoints } from "./failpoint.ts";
import { redisUsage, runRedisCommand } from "./redis-command.ts";
import { backupDataFile, DbCommandError, openToRead, restoreDataFile, verifyCopy } from "./sqlite-backup.ts";
import { checkDataFile, gamesWithLogs } from "./sqlite-check.ts";
import { RedisRefused } from "./redis-gate.ts";
import { oneLine } from "./sqlite-disk.ts";
import { GateError, lookThroughGate } from "./sqlite-gate.ts";
import { isLocked, lockDataFile } from "./sqlite-lock.ts";
import { replayDeadLetters, takeBackLetters } from "./sqlite-replay.ts";
import { migrate, schemaVersion, versionOf } from "./sqlite-schema.ts";
import { StartRefused } from "./sqlite-thread.ts";
import { dataFileName, deadLetterName, openSqliteStore, sqliteLimitsOf } from "./store-sqlite.ts";

const usage = `npm run db -- <command> [--data-dir DIR]

  status                 what the data file holds; a server may be running
  check                  read every page and row and say what is wrong; a server may be running
  backup FILE            write a verified copy to FILE; a server may be running
  verify FILE            read every page and row of a backup
  export [--game CODE]   games and their logs as JSON lines; a server may be running
  migrate [--to N]       bring the file to schema N, up or down (default: the newest)
  restore FILE           put a verified backup in the data file's place; the present one is kept aside
  replay                 write the dead letters
  release CODE           take a game out of quarantine
  remove CODE            forget a game that cannot be mended, and clear away what is left of games that are gone
`;

export interface CommandIo {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ambient: Ambient;
}

interface Context extends CommandIo {
  readonly dataDir: string;
  readonly path: string;
  readonly words: readonly string[];
  readonly options: { readonly to?: string | undefined; readonly game?: string | undefined };
}

/** It was called in a way that it does not understand, and has done nothing. */
class Misuse extends Error {}

/** What is wrong with how it was called, as all programs say it (see scripts/arguments.ts); null when it is another error. */
function misuse(error: unknown): string | null {
  if (error instanceof Misuse) return error.message;
  if (!(error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))) return null;
  // What Node adds about words that begin with a dash helps nobody here.
  return `${error.message.split(/\.\s/)[0]?.replace(/\.$/, "")}.`;
}

/** Runs one command; gives the exit code. */
export async function runDbCommand(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { "data-dir": { type: "string" }, to: { type: "string" }, game: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    const [name = "", ...words] = positionals;
    const game = values.game?.toUpperCase();
    const url = values["data-dir"] === undefined ? readRedisUrl(io.env) : null;
    if (values.help) {
      io.out((url === null ? usage : redisUsage).trimEnd());
      return 0;
    }
    for (const [option, command] of takesOption)
      if (values[option] !== undefined && name !== command) throw new Misuse(`Only ${command} takes --${option}.`);
    if (url !== null) {
      const { redisCommandMs: commandMs, redisStartMs: startMs } = limitsFrom(io.env);
      return await runRedisCommand(name, { ...io, url, limits: { commandMs, startMs }, words, game });
    }
    const command = Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : undefined;
    if (command === undefined) {
      io.err(usage);
      return 2;
    }
    // Of two games to remove one would stay, and `migrate 3` would go past 3.
    const tooMany = words[takesWord.has(name) ? 1 : 0];
    if (tooMany !== undefined) throw new Misuse(`${tooMany} is one word too many.`);
    const dataDir = resolve(values["data-dir"] ?? (io.env["DATA_DIR"] || "./data"));
    const named = join(dataDir, dataFileName);
    const path = existsSync(named) ? realpathSync(named) : named;
    return await command({ ...io, dataDir, path, words, options: { to: values.to, game } });
  } catch (error) {
    const problem = misuse(error);
    const isOurs = [ConfigError, DbCommandError, GateError, StartRefused, RedisRefused].some((ours) => error instanceof ours);
    if (problem !== null) io.err(`${problem} --help says how it is called.`);
    else io.err(isOurs ? (error as Error).message : `It failed: ${oneLine(error)}`);
    return problem === null ? 1 : 2;
  }
}

const commands = {
  status({ path, dataDir, out }: Context): number {
    withReader(path, (db) => {
      const store = db.prepare("SELECT store_id, seq, alive_at FROM store").get() as { store_id: string; seq: number; alive_at: number };
      out(
        `file ${path}, ${statSync(path).size} bytes, log ${sizeOf(`${path}-wal`)} bytes, ${isLocked(path) ? "in use by a server" : "not in use"}`,
      );
      out(
        `schema ${versionOf(db)} of ${schemaVersion}, store ${store.store_id}, change ${store.seq}, alive at ${new Date(store.alive_at).toISOString()}`,
      );
      for (const { status, games } of db.prepare("SELECT status, games FROM counts").all() as { status: string; games: number }[])
        out(`${status} ${games}`);
      const quarantined =
        versionOf(db) < 2 ? [] : (db.prepare("SELECT game_id, reason FROM quarantine").all() as { game_id: string; reason: string }[]);
      for (const { game_id, reason } of quarantined) out(`quarantined ${game_id}: ${reason}`);
      out(`dead letters ${readDeadLetters(join(dataDir, deadLetterName)).letters.length}`);
    });
    return 0;
  },
  check({ path, out }: Context): number {
    const report = withReader(path, checkDataFile);
    for (const problem of report.problems) out(problem);
    out(`${report.games} games, ${report.changes} changes, ${report.problems.length} problems`);
    return report.problems.length === 0 ? 0 : 1;
  },
  backup({ path, words, out }: Context): number {
    const target = fileOf(words);
    makeFolder(dirname(target));
    assertThere(path);
    const report = backupDataFile(path, target);
    out(`${target}: ${report.games} games, ${report.changes} changes, up to change ${report.seq}, verified`);
    return 0;
  },
  export({ path, options, out }: Context): number {
    let games = 0;
    withReader(path, (db) => {
      for (const { game, changes } of gamesWithLogs(db, options.game ?? null)) {
        games += 1;
        const { still: _, ...row } = { ...game, state: wholeState(game) };
        out(plainJson({ type: "game", ...row }));
        for (const change of changes) out(plainJson({ type: "change", game_id: game.game_id, ...change }));
      }
    });
    if (options.game !== undefined && games === 0) throw new DbCommandError(`There is no game ${options.game}.`);
    return 0;
  },
  migrate({ path, options, out }: Context): number {
    const target = options.to === undefined ? schemaVersion : Number(options.to);
    if (!Number.isInteger(target) || target < 1 || target > schemaVersion)
      throw new Misuse(`--to takes a schema from 1 to ${schemaVersion}.`);
    return withWriter(path, (db) => {
      const steps = migrate(db, target, failpoints([]));
      for (const step of steps) out(step);
      out(`schema ${versionOf(db)}`);
      return 0;
    });
  },
  restore({ path, dataDir, words, ambient, out }: Context): number {
    const backup = fileOf(words);
    makeFolder(dataDir);
    const lock = lockDataFile(path);
    try {
      const suffix = `.before-restore-${ambient.now()}`;
      const aside = existsSync(path) || existsSync(`${path}-wal`) ? `; what was there is kept as *${suffix}` : "";
      const report = restoreDataFile(backup, { path, suffix });
      out(`${path}: ${report.games} games, ${report.changes} changes, up to change ${report.seq}${aside}`);
      return 0;
    } finally {
      lock.release();
    }
  },
  async replay({ path, dataDir, ambient, env, out }: Context): Promise<number> {
    const nothing = `There is no ${deadLetterName} in ${dataDir}: nothing to replay.`;
    if (!existsSync(path)) throw new DbCommandError(nothing);
    const store = await openSqliteStore({ dataDir, ambient, limits: sqliteLimitsOf(limitsFrom(env)) });
    try {
      takeBackLetters(dataDir);
      if (!existsSync(join(dataDir, deadLetterName))) throw new DbCommandError(nothing);
      const { written, already, overtaken, torn, left } = await replayDeadLetters(store, dataDir, `.replayed-${ambient.now()}`);
      out(`${written} written, ${already} answered already, ${overtaken} overtaken, ${torn} unreadable, ${left} left`);
      return left === 0 ? 0 : 1;
    } finally {
      await store.close();
    }
  },
  release({ path, words, out }: Context): number {
    const gameId = wordOf(words, "CODE").toUpperCase();
    const { changes } = withWriter(path, (db) => db.prepare("DELETE FROM quarantine WHERE game_id = ?").run(gameId));
    out(changes === 1 ? `${gameId} is out of quarantine` : `${gameId} is not in quarantine`);
    return changes === 1 ? 0 : 1;
  },
  async remove({ path, dataDir, words, ambient, env, out }: Context): Promise<number> {
    const gameId = wordOf(words, "CODE").toUpperCase();
    assertThere(path);
    const store = await openSqliteStore({ dataDir, ambient, limits: sqliteLimitsOf(limitsFrom(env)) });
    let isThere = false;
    try {
      isThere = (await store.load(gameId)).kind !== "absent";
      await store.remove(gameId);
    } finally {
      await store.close();
    }
    const left = withWriter(path, clearLeft);
    out(isThere ? `${gameId} is forgotten` : `there is no game ${gameId}`);
    if (left > 0) out(`${left} rows of games that are gone are cleared away`);
    return isThere || left > 0 ? 0 : 1;
  },
  verify({ words, out }: Context): number {
    const report = verifyCopy(fileOf(words));
    out(`${report.path}: ${report.games} games, ${report.changes} changes, up to change ${report.seq}, sound`);
    return 0;
  },
} as const;

/** The others take options only. */
const takesWord: ReadonlySet<string> = new Set(["backup", "restore", "release", "remove", "verify"]);

/** `check --game CODE` read every game, and `replay --game CODE` wrote the letters of all. */
const takesOption = [
  ["to", "migrate"],
  ["game", "export"],
] as const;

/** Of a log that is torn, a removal reaches only a part, and a damaged status is counted wrongly. Reads the whole log: no server does this. */
function clearLeft(db: Database): number {
  const clear = ["changes", "stills"].map((table) => db.prepare(`DELETE FROM ${table} WHERE num NOT IN (SELECT num FROM games)`));
  const count = db.prepare("UPDATE counts SET games = (SELECT count(*) FROM games WHERE games.status = counts.status)");
  return db.transaction(() => {
    count.run();
    return clear.reduce((sum, statement) => sum + statement.run().changes, 0);
  })();
}

function wordOf(words: readonly string[], name: string): string {
  const [word] = words;
  if (word === undefined || word === "") throw new Misuse(`${name} is missing.`);
  return word;
}

/** There, or yet to come. Of a folder SQLite says only that there is a disk I/O error. */
function fileOf(words: readonly string[]): string {
  const path = resolve(wordOf(words, "FILE"));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Misuse(`${path} is a folder, and a file is meant.`);
  return path;
}

function assertThere(path: string): void {
  if (!existsSync(path)) throw new DbCommandError(`There is no data file ${path}.`);
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

function withReader<T>(path: string, read: (db: Database) => T): T {
  assertThere(path);
  const db = openToRead(path);
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function withWriter<T>(path: string, write: (db: Database) => T): T {
  assertThere(path);
  const lock = lockDataFile(path);
  try {
    // What a server would refuse is left as it is here, too; whether every page is whole is not asked.
    lookThroughGate({ path, checkBytesMax: 0 });
    const db = new Sqlite(path, { fileMustExist: true, timeout: 1_000 });
    try {
      db.pragma("synchronous = FULL");
      return write(db);
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

if (import.meta.main) {
  // `| head` has read enough and is gone: nothing went wrong, and there is nobody to write to.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const write = (stream: NodeJS.WriteStream) => (line: string) => void stream.write(`${line}\n`);
  const io = { out: write(process.stdout), err: write(process.stderr), env: process.env, ambient: realAmbient() };
  process.exitCode = await runDbCommand(process.argv.slice(2), io);
}
