// `npm run torture -- redis [--seed n] [--only name,...]`: the long form of the Redis runs. Each prints one line of figures.
import { misused } from "../../scripts/arguments.ts";
import { takeOverClocks } from "../redis/clocks.ts";
import { TestRedis } from "../redis/redis-server.ts";
import * as faults from "./redis-faults.ts";
import { Ground, type GroundWish } from "./redis-ground.ts";
import { percentile, playRun, tellPlay } from "./redis-play.ts";

interface LongRun {
  readonly fault?: faults.Fault;
  readonly operations: number;
  /** The fault breaks the lines between servers and Redis. */
  readonly lines?: GroundWish["lines"];
  /** How long after the fault all see what there is at most, ms. */
  readonly healedMsMax?: number;
}

const whole = 20_000;
/**
 * An instance that could save nothing for 10 s and more joins the living again: it listens for others for up to 2.5 s and calls its
 * players back over 1 s (decision 37).
 */
const afterAbsenceMs = 6_000;

const runs: Readonly<Record<string, LongRun>> = {
  "no-fault": { operations: 200_000 },
  "kill-instance": { fault: faults.killInstance(5), operations: whole },
  "kill-redis": { fault: faults.killRedis(10), operations: whole },
  "lose-replies": { fault: faults.loseReplies(20_000), operations: whole, lines: "proxied" },
  "kill-subscribers": { fault: faults.killSubscribers(20), operations: whole },
  "freeze-2s": { fault: faults.freezeRedis(2_000), operations: whole },
  "freeze-10s": { fault: faults.freezeRedis(10_000), operations: whole, healedMsMax: afterAbsenceMs },
  "isolate-30s": { fault: faults.isolate(30_000), operations: whole, lines: "proxied", healedMsMax: afterAbsenceMs },
  "script-flush": { fault: faults.flushScripts(200), operations: whole },
  "out-of-memory": { fault: faults.outOfMemory(5_000), operations: whole },
  "read-only": { fault: faults.readOnly(5_000), operations: whole },
  "rolling-restart": { fault: faults.rollingRestart, operations: whole },
};

/** What `--only` takes. */
export const redisRuns: readonly string[] = [...Object.keys(runs), "clocks"];

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function long(name: string, { fault, operations, lines = "direct", healedMsMax = 2_000 }: LongRun, seed: number): Promise<boolean> {
  const ground = await Ground.open({ seed, lines, redis: { appendonly: "yes", appendfsync: "always" } });
  try {
    const wish = { name, games: 50, clientsPerGame: 8, thinkMs: 100, operations };
    const figures = await playRun(ground, fault === undefined ? wish : { ...wish, fault });
    for (const violation of figures.verdict.violations.slice(0, 10)) say(`  ${violation.rule} ${violation.game}: ${violation.message}`);
    const { verdict, failed, convergedMs, healedMs, returns } = figures;
    const isBack =
      name !== "kill-instance" || (returns.length >= 100 && percentile(returns, 0.5) <= 2_000 && percentile(returns, 0.99) <= 10_000);
    const isHealed = convergedMs < 2_000 && (healedMs ?? 0) < healedMsMax;
    const isWell = verdict.result === "pass" && failed / figures.operations < 0.001 && isHealed && isBack;
    say(`${isWell ? "held  " : "BROKEN"} ${tellPlay(figures)}`);
    return isWell;
  } finally {
    await ground.close();
  }
}

async function clocks(): Promise<boolean> {
  const redis = await TestRedis.start();
  try {
    const figures = await takeOverClocks(redis, 1_000, 5_000);
    const isWell = figures.wrong === 0 && figures.expiries === 1_000 && figures.lateMsMax <= 1_000;
    say(`${isWell ? "held  " : "BROKEN"} clocks: ${JSON.stringify(figures)}`);
    return isWell;
  } finally {
    await redis.end();
  }
}

/** Gives the exit code. */
export async function tortureRedis(seed: number, only: readonly string[] | null): Promise<number> {
  const names = only ?? redisRuns;
  const unknown = names.find((name) => !redisRuns.includes(name));
  if (unknown !== undefined) return misused(`There is no run ${unknown}; there are ${redisRuns.join(", ")}.`);
  say(`seed ${seed}`);
  let broken = 0;
  for (const name of names) {
    const run = runs[name];
    const startedAt = performance.now();
    const isWell = await (run === undefined ? clocks() : long(name, run, seed)).catch((error: unknown) => {
      say(`BROKEN ${name}: ${error instanceof Error ? error.stack : error}`);
      return false;
    });
    say(`       ${name} took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
    if (!isWell) broken += 1;
  }
  say(broken === 0 ? `all ${names.length} runs held` : `${broken} of ${names.length} runs broke`);
  return broken === 0 ? 0 : 1;
}
