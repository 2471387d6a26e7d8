// Reads a whole data file and says what is wrong with it: pages, checksums, chains, counts. Never writes.
// Each game is read in a short transaction of its own, so that a running server can go on emptying its log.
import type { Database } from "better-sqlite3";
import { chainHash } from "./chain.ts";
import { type ChangeRow, changeCrc, type GameRow, gameCrc, wholeState } from "./checksum.ts";
import { gameByNumberSql, logReader } from "./sqlite-log.ts";
import { versionOf } from "./sqlite-schema.ts";

export interface CheckReport {
  readonly games: number;
  readonly changes: number;
  /** One line each; empty when all is well. At most `problemsMax`. */
  readonly problems: readonly string[];
}

const problemsMax = 100;
const pageGames = 500;

export function checkDataFile(db: Database): CheckReport {
  const problems: string[] = [];
  const report = (problem: string) => {
    if (problems.length < problemsMax) problems.push(problem);
  };
  for (const verdict of db.pragma("integrity_check(20)") as { integrity_check: string }[]) {
    if (verdict.integrity_check !== "ok") report(`pages: ${verdict.integrity_check}`);
  }
  let games = 0;
  let changes = 0;
  for (const { game, changes: log } of gamesWithLogs(db)) {
    games += 1;
    changes += log.length;
    checkGame(game, log, report);
  }
  checkCounts(db, report);
  return { games, changes, problems };
}

/** Every game, or the one of that code, with its log. Nothing is open while the caller looks at one. */
export function* gamesWithLogs(db: Database, gameId: string | null = null): Generator<{ game: GameRow; changes: readonly ChangeRow[] }> {
  // Of one that is being removed a part of the log is left, and belongs to nobody.
  const page = db
    .prepare("SELECT num FROM games WHERE num > ? AND status <> 'removed' AND (? IS NULL OR game_id = ?) ORDER BY num LIMIT ?")
    .pluck();
  const numbersAfter = (num: number) => page.all(num, gameId, gameId, pageGames) as number[];
  const log = logReader(db);
  const one = db.prepare(gameByNumberSql(versionOf(db)));
  const readGame = db.transaction((num: number) => {
    const game = one.get(num) as GameRow | undefined;
    return game === undefined ? undefined : { game, changes: log(game, 0, game.v) };
  });
  for (let numbers = numbersAfter(0); numbers.length > 0; numbers = numbersAfter(numbers.at(-1) ?? 0)) {
    for (const num of numbers) {
      const found = readGame(num);
      if (found !== undefined) yield found;
    }
  }
}

function checkGame(row: GameRow, changes: readonly ChangeRow[], report: (problem: string) => void): void {
  const name = `game ${row.game_id}`;
  const isSound = gameCrc(row) === row.crc;
  if (!isSound) report(`${name}: its row does not match its checksum`);
  const first = changes[0]?.v ?? row.v + 1;
  if (first !== 1) return report(`${name}: version ${first - 1} is missing from its log`);
  let hash = "";
  for (const change of changes) {
    const { v } = change;
    if (changeCrc(change) !== change.crc) report(`${name}: version ${v} does not match its checksum`);
    if (change.prev_hash !== hash) report(`${name}: version ${v} does not follow the one before`);
    const state = change.state ?? (v === row.v && isSound ? wholeState(row) : null);
    if (state !== null && chainHash(change.prev_hash, v, change.change, state) !== change.hash)
      report(`${name}: version ${v} does not match its hash`);
    hash = change.hash;
  }
  if (hash !== row.hash) report(`${name}: its log does not end where its state does`);
}

function checkCounts(db: Database, report: (problem: string) => void): void {
  const wrong = db.prepare(`SELECT c.status, c.games AS kept, (SELECT count(*) FROM games g WHERE g.status = c.status) AS found
    FROM counts c WHERE kept <> found`);
  for (const { status, kept, found } of wrong.all() as { status: string; kept: number; found: number }[]) {
    report(`counts: ${kept} games are counted as ${status}, there are ${found}`);
  }
  const stray = db.prepare("SELECT count(*) FROM changes WHERE num NOT IN (SELECT num FROM games)").pluck().get() as number;
  if (stray > 0) report(`changes: ${stray} belong to no game`);
  if (versionOf(db) < 4) return;
  const strayStills = db.prepare("SELECT count(*) FROM stills WHERE num NOT IN (SELECT num FROM games)").pluck().get() as number;
  if (strayStills > 0) report(`stills: ${strayStills} belong to no game`);
}
