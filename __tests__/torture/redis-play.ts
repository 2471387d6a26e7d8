// One torture run: tables of players spread over three servers play while something is broken; then all is healed, everybody has to
// agree, and the checker says whether anything acknowledged was lost, refused things happened, or anything happened twice.
import { checkHistory, type Verdict } from "../checker/checker.ts";
import type { Observation } from "../checker/history.ts";
import { Bot, clockMs, pause } from "./redis-bot.ts";
import type { Fault } from "./redis-faults.ts";
import type { Ground } from "./redis-ground.ts";

export interface PlayWish {
  readonly name: string;
  readonly games: number;
  readonly clientsPerGame: number;
  readonly thinkMs: number;
  /** Commands to be finished before it may end. */
  readonly operations: number;
  /** Breaks things while the players play, and heals them; gives how often it really did. Left out: nothing breaks. */
  readonly fault?: Fault;
}

export interface PlayFigures {
  readonly name: string;
  readonly verdict: Verdict;
  readonly operations: number;
  readonly durationMs: number;
  /** Refusals that invited another try, by code. */
  readonly putOff: ReadonlyMap<string, number>;
  readonly failed: number;
  /** From the end of the play until every client had the newest version of its game. */
  readonly convergedMs: number;
  /** From the moment the fault was lifted until every client was connected and had seen what Redis held then; null without a fault. */
  readonly healedMs: number | null;
  readonly returns: readonly number[];
  readonly hits: number;
}

const convergeMsMax = 20_000;

async function seatAll(ground: Ground, wish: PlayWish, { notes, bots }: Cast): Promise<void> {
  const ports = ground.ports();
  const tables = Array.from({ length: wish.games }, async (_, game) => {
    let known = "";
    for (let seat = 1; seat <= wish.clientsPerGame; seat += 1) {
      const port = ports[(game + seat) % ports.length] as number;
      const name = `${wish.name}.${game}.${seat}`;
      const bot = new Bot({
        name,
        seat,
        table: { gameId: known, seats: wish.clientsPerGame },
        chance: ground.chance,
        notes,
        ports: () => ground.ports(),
        thinkMs: wish.thinkMs,
      });
      bots.push(bot);
      if (seat === 1) {
        known = await bot.found(port, { playerCount: Math.max(2, wish.clientsPerGame), initialTime: 3_600_000 });
        await bot.claim();
      } else await bot.sit(port);
    }
  });
  await Promise.all(tables);
}

const historyTries = 5;

/**
 * The logs, and what was seen of them. A seat may still fall empty when play has ended: what is seen while the logs are read would be
 * newer than they are, and look as if it had been shown too early. Then both are taken again.
 */
async function takeHistory(ground: Ground, bots: readonly Bot[], notes: readonly Observation[]) {
  const games = [...new Set(bots.map((bot) => bot.parts.table.gameId))];
  for (let tries = 1; ; tries += 1) {
    const seen = notes.length;
    const logs = await Promise.all(games.map((game) => ground.log(game)));
    await converge(ground, bots);
    if (notes.length === seen || tries === historyTries) return { observations: notes.slice(0, seen), logs };
  }
}

export async function playRun(ground: Ground, wish: PlayWish): Promise<PlayFigures> {
  const notes: Observation[] = [];
  const bots: Bot[] = [];
  try {
    return await playWith(ground, wish, { notes, bots });
  } finally {
    // However it went: who is not told to end comes back for ever, to servers of runs that follow.
    for (const bot of bots) bot.end();
  }
}

interface Cast {
  readonly notes: Observation[];
  readonly bots: Bot[];
}

async function playWith(ground: Ground, wish: PlayWish, { notes, bots }: Cast): Promise<PlayFigures> {
  const startedAt = clockMs();
  await seatAll(ground, wish, { notes, bots });
  for (const bot of bots) if (bot.parts.seat === 1) await bot.ask("start", {});
  const done = () => bots.reduce((sum, bot) => sum + bot.done, 0);
  let hits = 0;
  let isHealed = wish.fault === undefined;
  let healing: Promise<number> | null = null;
  const lifted = () => {
    healing = heal(ground, bots);
    healing.catch(() => {});
  };
  const fault = (wish.fault?.(ground, lifted) ?? Promise.resolve(0)).then(
    (count) => {
      hits = count;
      isHealed = true;
    },
    (error: unknown) => {
      // Nobody plays on against something that was broken and could not be healed.
      isHealed = true;
      throw error;
    },
  );
  fault.catch(() => {});
  await Promise.all(bots.map((bot) => bot.play(() => isHealed && done() >= wish.operations)));
  const durationMs = clockMs() - startedAt;
  await fault;
  const healedMs = await (healing as Promise<number> | null);
  const quietAt = clockMs();
  await converge(ground, bots);
  const convergedMs = clockMs() - quietAt;
  const { observations, logs } = await takeHistory(ground, bots, notes);
  const settled = bots.map((bot) => ({ client: bot.parts.name, game: bot.parts.table.gameId }));
  const faults = wish.fault === undefined ? [] : [{ name: wish.name, hits }];
  const verdict = checkHistory({ observations, logs, settled, faults });
  const sum = (of: (bot: Bot) => number) => bots.reduce((total, bot) => total + of(bot), 0);
  return {
    name: wish.name,
    verdict,
    operations: done(),
    durationMs,
    putOff: putOffOf(bots),
    failed: sum((bot) => bot.failed),
    convergedMs,
    healedMs,
    returns: bots.flatMap((bot) => bot.returns),
    hits,
  };
}

function putOffOf(bots: readonly Bot[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const { putOff } of bots) for (const [code, count] of putOff) all.set(code, (all.get(code) ?? 0) + count);
  return all;
}

/** How long until everybody is connected and has seen what Redis holds now, ms. */
async function heal(ground: Ground, bots: readonly Bot[]): Promise<number> {
  const startedAt = clockMs();
  const games = [...new Set(bots.map((bot) => bot.parts.table.gameId))];
  const held = new Map(await Promise.all(games.map(async (game) => [game, await ground.newest(game)] as const)));
  const isThere = (bot: Bot) => bot.isThere && bot.v >= (held.get(bot.parts.table.gameId) ?? 0);
  while (!bots.every(isThere) && clockMs() - startedAt < convergeMsMax) await pause(10);
  return clockMs() - startedAt;
}

/** Until every player is connected and has seen the newest version of its game; the checker says what is wrong when that takes too long. */
async function converge(ground: Ground, bots: readonly Bot[]): Promise<void> {
  const until = clockMs() + convergeMsMax;
  while (clockMs() < until) {
    const newest = new Map<string, number>();
    for (const { parts, v } of bots) newest.set(parts.table.gameId, Math.max(v, newest.get(parts.table.gameId) ?? 0));
    const isAgreed = bots.every((bot) => bot.isThere && bot.v === newest.get(bot.parts.table.gameId));
    if (isAgreed && (await isNewest(ground, newest))) return;
    await pause(10);
  }
}

async function isNewest(ground: Ground, seen: ReadonlyMap<string, number>): Promise<boolean> {
  for (const [game, v] of seen) if ((await ground.newest(game)) !== v) return false;
  return true;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function tellPlay(figures: PlayFigures): string {
  const { name, verdict, operations, durationMs, putOff, failed, convergedMs, healedMs, returns, hits } = figures;
  const { lost, ghost, twice, changes, unknown, unknownDone, seen } = verdict.figures;
  const perSecond = (1_000 * operations) / durationMs;
  const put = [...putOff].map(([code, count]) => `${code} ${count}`).join(", ");
  const back =
    returns.length === 0
      ? ""
      : `; back elsewhere p50 ${percentile(returns, 0.5).toFixed(0)} ms, p99 ${percentile(returns, 0.99).toFixed(0)} ms (${returns.length})`;
  return (
    `${name}: ${verdict.result}, ${operations} operations in ${(durationMs / 1000).toFixed(1)} s (${perSecond.toFixed(0)} a second), ${changes} changes, ${seen} seen, hit ${hits} times; ` +
    `lost ${lost}, ghosts ${ghost}, twice ${twice}, unknown ${unknown} (${unknownDone} done), put off ${put || 0}, given up ${failed}; ` +
    `${healedMs === null ? "" : `all see what there is ${healedMs.toFixed(0)} ms after it was lifted; `}converged in ${convergedMs.toFixed(0)} ms${back}`
  );
}
