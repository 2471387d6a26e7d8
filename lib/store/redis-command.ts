// What `npm run db` does when games live in Redis: look, count, export, check and repair, beside running servers. Backups are Redis' own.
import type { Ambient } from "../ops/ambient.ts";
import { plainJson } from "./plain-json.ts";
import { checkRedis, countByScan } from "./redis-check.ts";
import { inspectRedis, reachRedis } from "./redis-gate.ts";
import { gameKey, historyKey, liveKeys } from "./redis-keys.ts";
import { RedisLink } from "./redis-link.ts";
import { RedisLists } from "./redis-lists.ts";
import { scanGameKeys } from "./redis-scan.ts";
import { filled } from "./state-text.ts";
import { type RedisLimits, redisLimits } from "./store-redis.ts";

export const redisUsage = `npm run db -- <command>     (REDIS_URL is set: games live in Redis)

  status                 what Redis holds, counted key by key and by the indexes
  check                  read every game, its log and the indexes and say what is wrong
  repair                 the same, and mend indexes and what is left of games that are gone
  export [--game CODE]   games and their logs as JSON lines

Servers may be running. For backups see docs/backup.md.
`;

interface RedisContext {
  readonly url: string;
  readonly limits: Pick<RedisLimits, "commandMs" | "startMs">;
  readonly ambient: Ambient;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Behind the command's name; none takes any. */
  readonly words: readonly string[];
  readonly game: string | undefined;
}

type Command = (link: RedisLink, context: RedisContext) => Promise<number>;

/** Runs one command; gives the exit code: 0 done, 1 not done, 2 misused. */
export async function runRedisCommand(name: string, context: RedisContext): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined || context.words.length > 0) {
    context.err(redisUsage);
    return 2;
  }
  const { url, ambient } = context;
  const limits = { ...redisLimits, ...context.limits };
  const link = new RedisLink({ url, ambient, limits, name: "tapotarp-db", log: () => {} });
  try {
    await reachRedis(link, ambient, limits.startMs);
    return await command(link, context);
  } finally {
    await link.close();
  }
}

async function report(link: RedisLink, out: (line: string) => void, mode: "check" | "repair"): Promise<number> {
  const { games, changes, problems, problemCount } = await checkRedis(link, mode);
  for (const problem of problems) out(problem);
  if (problemCount > problems.length) out(`and ${problemCount - problems.length} more`);
  out(`${games} games, ${changes} changes, ${problemCount} problems`);
  return problemCount;
}

const commands: Readonly<Record<string, Command>> = {
  async status(link, { out }) {
    const { version, tier, warnings } = await inspectRedis(link);
    out(`Redis ${version}, ${tier}`);
    for (const warning of warnings) out(warning);
    const { games, parts } = await countByScan(link);
    const counts = await new RedisLists(link).counts();
    for (const [status, count] of Object.entries(counts)) out(`${status} ${count}`);
    const indexed = Object.values(counts).reduce((sum, count) => sum + count, 0);
    out(`games ${games} by key, ${indexed} by index${games === indexed ? "" : ": run check"}`);
    out(`keys beside them: ${[...parts.values()].reduce((sum, count) => sum + count, 0)}`);
    out(`instances ${await link.call((redis) => redis.zcard(liveKeys.beats))}`);
    return 0;
  },
  async check(link, { out }) {
    return (await report(link, out, "check")) === 0 ? 0 : 1;
  },
  async repair(link, { out }) {
    await report(link, out, "repair");
    const left = await checkRedis(link, "check");
    out(left.problemCount === 0 ? "all is well now" : `${left.problemCount} problems are left: see check`);
    return left.problemCount === 0 ? 0 : 1;
  },
  async export(link, { out, err, game }) {
    if (game !== undefined) {
      if (await exportGame(link, game, out)) return 0;
      err(`There is no game ${game}.`);
      return 1;
    }
    const done = new Set<string>();
    for await (const keys of scanGameKeys(link)) {
      for (const { gameId, part } of keys) {
        if (part !== null || done.has(gameId)) continue;
        done.add(gameId);
        await exportGame(link, gameId, out);
      }
    }
    return 0;
  },
};

const exportPage = 500;

/** The record, then every change that is kept. False when there is no such game. */
async function exportGame(link: RedisLink, gameId: string, out: (line: string) => void): Promise<boolean> {
  const record = await link.call((redis) => redis.hgetall(gameKey(gameId)));
  const end = Number(record["v"]);
  if (!Number.isSafeInteger(end)) return false;
  const { still, ...row } = record;
  const state = still === undefined ? {} : { state: filled(still, record["state"] ?? "") };
  out(plainJson({ type: "game", game_id: gameId, ...row, ...state, v: end }));
  for (let v = 0; v < end; ) {
    const rows = await link.call((redis) => redis.xrange(historyKey(gameId), `${v + 1}-0`, `${end}-0`, "COUNT", exportPage));
    for (const [id, [, at, , prev = "", , hash = "", , change = "", , action = "", , state]] of rows) {
      v = Number.parseInt(id, 10);
      const kept = state === undefined ? {} : { state };
      out(plainJson({ type: "change", game_id: gameId, v, at: Number(at), prev_hash: prev, hash, change, action, ...kept }));
    }
    if (rows.length < exportPage) break;
  }
  return true;
}
