// `npm run replay -- CODE`: a recorded game decided again, one line per change. Reads DATA_DIR (a server may be running), or with
// --url a server's admin API. Exit 0 when every change comes out as it was kept, 1 when not, 2 when misused.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hostedGames } from "../lib/hosted-games.ts";
import type { AnyRules } from "../lib/room/log.ts";
import { type RecordedChange, replayGame } from "../lib/room/replay.ts";
import { SqliteReader } from "../lib/store/sqlite-reader.ts";
import { dataFileName } from "../lib/store/store-sqlite.ts";
import { misused, readArguments } from "./arguments.ts";
import { askAdmin } from "./ask-admin.ts";

const pageSize = 500;
const usage = `npm run replay -- CODE [--data-dir DIR | --url URL] [--state V]

  --data-dir DIR  where the data file is (DATA_DIR, or ./data)
  --url URL       asks this server's admin API instead; needs ADMIN_TOKEN or ADMIN_TOKEN_FILE
  --state V       prints the state after change V

Exit 0 when every change comes out as it was kept, 1 when not.`;

const say = (line: string) => process.stdout.write(`${line}\n`);

interface Recorded {
  readonly kind: string | null;
  readonly changes: readonly RecordedChange[];
}

function fromFile(dataDir: string, code: string): Recorded {
  const path = join(dataDir, dataFileName);
  if (!existsSync(path)) throw new Error(`There is no ${path}.`);
  const reader = new SqliteReader(path);
  const loaded = reader.load(code);
  const changes: RecordedChange[] = [];
  for (let page = reader.changes(code, 0, pageSize); page.length > 0; page = reader.changes(code, changes.length, pageSize))
    changes.push(...page);
  reader.close();
  return { kind: loaded.kind === "found" ? loaded.game.index.kind : null, changes };
}

async function fromServer(url: string, code: string): Promise<Recorded> {
  const changes: RecordedChange[] = [];
  for (;;) {
    const response = await askAdmin(url, `/games/${code}/log?after=${changes.at(-1)?.v ?? 0}&limit=${pageSize}`);
    if (!response.ok) throw new Error(`The server answered ${response.status}. Is ADMIN_TOKEN right?`);
    const page = (await response.json()) as { changes: { v: number; at: number; change: object; hash: string }[] };
    changes.push(...page.changes.map(({ v, at, change, hash }) => ({ v, at, hash, change: JSON.stringify(change) })));
    if (page.changes.length < pageSize) return { kind: null, changes };
  }
}

/** The rules that made the game: by the store's index, else those that can make its first change. */
function rulesOf({ kind, changes }: Recorded, code: string): AnyRules {
  const known = hostedGames().map(({ rules }) => rules);
  const named = known.find((rules) => rules.kind === kind);
  if (named !== undefined) return named;
  const fits = known.find((rules) => {
    try {
      return [...replayGame(rules, code, changes.slice(0, 1))][0]?.outcome === "same";
    } catch {
      return false;
    }
  });
  if (fits === undefined) throw new Error("No game this program knows begins like that.");
  return fits;
}

async function main(): Promise<number> {
  const options = { "data-dir": { type: "string" }, url: { type: "string" }, state: { type: "string" } } as const;
  const { values, positionals } = readArguments(usage, options, 1);
  const code = positionals[0]?.toUpperCase();
  if (code === undefined) return misused("Say which game: its CODE.");
  const recorded =
    values.url === undefined
      ? fromFile(values["data-dir"] ?? (process.env["DATA_DIR"] || "./data"), code)
      : await fromServer(values.url, code);
  const oldest = recorded.changes[0]?.v;
  if (oldest === undefined) throw new Error(`There is no game ${code}, or it has no log.`);
  if (oldest > 1) throw new Error(`Of ${code} the changes before ${oldest} are no longer kept; without the first it cannot be replayed.`);
  const rules = rulesOf(recorded, code);
  let last = "same";
  let count = 0;
  for (const { v, at, by, command, outcome, state } of replayGame(rules, code, recorded.changes)) {
    say(`${String(v).padStart(5)}  ${new Date(at).toISOString()}  ${by === null ? "-" : `seat ${by}`}  ${command}  ${outcome}`);
    if (values.state === String(v) && state !== null) say(JSON.stringify(JSON.parse(rules.encode(state)), null, 2));
    last = outcome;
    count += outcome === "same" ? 1 : 0;
  }
  const otherwise = "other rules than today's decided it (a version before this one, perhaps), or it is a bug";
  say(last === "same" ? `${count} changes, all the same.` : `${count} changes are the same; the next one is not: ${otherwise}.`);
  return last === "same" ? 0 : 1;
}

// `| head` has read enough and is gone: nothing went wrong, and there is nobody to write to.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
