// Reads every game in Redis and says what is wrong: records, logs, indexes, and what is left of games that are gone. `repair` mends
// indexes and left-overs, which can be made again from the records; it never touches a record or a log.
import { chainHash } from "./chain.ts";
import { changeKeys, historyKey, watchersKey } from "./redis-keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { scanGameKeys, scanIndexes } from "./redis-scan.ts";
import { mendScript } from "./redis-mend.ts";

export interface RedisReport {
  readonly games: number;
  readonly changes: number;
  /** One line each, at most `problemsMax`. */
  readonly problems: readonly string[];
  /** All of them, also those without a line. */
  readonly problemCount: number;
}

const problemsMax = 100;
const logPage = 500;
/** Games looked at together. */
const width = 32;

interface Findings {
  readonly seen: Set<string>;
  readonly lines: string[];
  games: number;
  changes: number;
  count: number;
}

/** Servers may be running: each game is judged, and mended, in one atomic step. */
export async function checkRedis(link: RedisLink, mode: "check" | "repair"): Promise<RedisReport> {
  const findings: Findings = { seen: new Set(), lines: [], games: 0, changes: 0, count: 0 };
  for await (const keys of scanGameKeys(link))
    await lookAt(
      link,
      keys.map(({ gameId }) => gameId),
      { mode, findings },
    );
  for await (const gameIds of scanIndexes(link)) await lookAt(link, gameIds, { mode, findings });
  const { games, changes, lines, count } = findings;
  return { games, changes, problems: lines, problemCount: count };
}

interface Look {
  readonly mode: "check" | "repair";
  readonly findings: Findings;
}

async function lookAt(link: RedisLink, gameIds: readonly string[], look: Look): Promise<void> {
  const { seen } = look.findings;
  const fresh = [...new Set(gameIds)].filter((gameId) => !seen.has(gameId));
  for (const gameId of fresh) seen.add(gameId);
  for (let from = 0; from < fresh.length; from += width) {
    await Promise.all(fresh.slice(from, from + width).map((gameId) => lookAtGame(link, gameId, look)));
  }
}

async function lookAtGame(link: RedisLink, gameId: string, { mode, findings }: Look): Promise<void> {
  const report = (problem: string) => {
    findings.count += 1;
    if (findings.lines.length < problemsMax) findings.lines.push(`game ${gameId}: ${problem}`);
  };
  const keys = [...changeKeys(gameId), watchersKey(gameId)];
  const [isThere, ...wrong] = (await link.run(mendScript, keys, [gameId, mode === "repair" ? 1 : 0])) as [number, ...string[]];
  for (const problem of wrong) report(problem);
  if (isThere === 0) return;
  findings.games += 1;
  const changes = await readLog(link, gameId, report);
  findings.changes += changes;
}

/** Follows the chain from the oldest change that is kept. Gives how many there are. */
async function readLog(link: RedisLink, gameId: string, report: (problem: string) => void): Promise<number> {
  let count = 0;
  let v = 0;
  let hash: string | null = null;
  for (;;) {
    const rows = await link.call((redis) => redis.xrange(historyKey(gameId), `${v + 1}-0`, "+", "COUNT", logPage));
    for (const [id, [, , , prevHash = "", , own = "", , change = "", , , , state]] of rows) {
      const at = Number.parseInt(id, 10);
      if (hash !== null && (at !== v + 1 || prevHash !== hash)) report(`version ${at} does not follow the one before`);
      if (state !== undefined && chainHash(prevHash, at, change, state) !== own) report(`version ${at} does not match its hash`);
      v = at;
      hash = own;
      count += 1;
    }
    if (rows.length < logPage) return count;
  }
}

export interface KeyCounts {
  readonly games: number;
  /** Keys beside the games' records, by what they are. */
  readonly parts: ReadonlyMap<string, number>;
}

/** Counts games by looking at every key. */
export async function countByScan(link: RedisLink): Promise<KeyCounts> {
  const games = new Set<string>();
  const parts = new Map<string, number>();
  for await (const keys of scanGameKeys(link)) {
    for (const { gameId, part } of keys) {
      if (part === null) games.add(gameId);
      else parts.set(part, (parts.get(part) ?? 0) + 1);
    }
  }
  return { games: games.size, parts };
}
