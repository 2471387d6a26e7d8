// The rounds that kill: at random moments, and at named failpoints. Each gives figures and the checker's verdict.
import { join } from "node:path";
import { type FailpointName, failpointNames } from "../../lib/store/failpoint.ts";
import type { Verdict } from "../checker/checker.ts";
import { type Chance, seededChance } from "../checker/clean-history.ts";
import type { PlayOrder } from "./play.ts";
import { endOf, judge, type Life, Notebook, percentile, startLife } from "./rounds.ts";

export interface KillFigures {
  readonly rounds: number;
  readonly killed: number;
  /** Kills of a playing store that left commands of that life unanswered. */
  readonly inFlight: number;
  /** Commands in the log that nobody was ever told about. */
  readonly committedUnseen: number;
  readonly killedWhileStarting: number;
  readonly recoveryMsP50: number;
  readonly recoveryMsP99: number;
  readonly recoveryMsMax: number;
  /** CPU of a start: what it costs on a machine that does nothing else. */
  readonly recoveryCpuMsP99: number;
  readonly verdict: Verdict;
}

export interface KillWish {
  readonly dataDir: string;
  readonly seed: number;
  readonly rounds: number;
  /** Longest time from ready to kill. */
  readonly lifeMsMax: number;
  /** One in so many rounds is killed while it starts; 0 for none. */
  readonly startingOneIn: number;
  /** Named places to die at, one a round in turn; empty: any moment. */
  readonly places: readonly FailpointName[];
}

/** Places that a store passes in each life: at its start, in each batch, when it removes a game and when it empties its log. */
export const runningPlaces = failpointNames.filter((name) => /^(start|batch|remove|checkpoint)-/.test(name));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function killRounds(wish: KillWish): Promise<KillFigures> {
  const chance = seededChance(wish.seed);
  const notebook = new Notebook(join(wish.dataDir, "notes.jsonl"));
  const recoveries: number[] = [];
  const recoveriesCpu: number[] = [];
  let inFlight = 0;
  let killed = 0;
  let killedWhileStarting = 0;
  for (let round = 1; round <= wish.rounds; round += 1) {
    const order = orderOf(wish, { round, chance, notebook });
    const noted = notebook.observations.length;
    const life = startLife(order);
    const isStarting = wish.startingOneIn > 0 && chance.below(wish.startingOneIn) === 0;
    const diesStarting = order.failpoints.some(({ at }) => at.startsWith("start-"));
    if (diesStarting) await life.begun;
    else if (isStarting) {
      await pause(30 + chance.below(150));
      killedWhileStarting += life.news.length === 0 ? 1 : 0;
    } else {
      const { ready, cpuMs } = await readiness(life);
      recoveries.push(ready);
      recoveriesCpu.push(cpuMs);
      if (wish.places.length === 0) await pause(10 + chance.below(wish.lifeMsMax));
    }
    if (isStarting || wish.places.length === 0) life.process.kill("SIGKILL");
    const { signal, code } = await endOf(life);
    if (signal !== "SIGKILL") throw new Error(`round ${round} ended by itself: code ${code}, ${JSON.stringify(life.news.at(-1))}`);
    killed += 1;
    notebook.catchUp();
    if (diesStarting) killedWhileStarting += 1;
    else if (!isStarting && notebook.unansweredSince(noted)) inFlight += 1;
  }
  const verdict = await judge(wish.dataDir, notebook, [{ name: "kill", hits: killed }]);
  return {
    rounds: wish.rounds,
    killed,
    inFlight,
    committedUnseen: verdict.figures.unknownDone,
    killedWhileStarting,
    recoveryMsP50: percentile(recoveries, 0.5),
    recoveryMsP99: percentile(recoveries, 0.99),
    recoveryMsMax: Math.max(0, ...recoveries),
    recoveryCpuMsP99: percentile(recoveriesCpu, 0.99),
    verdict,
  };
}

function orderOf(wish: KillWish, { round, chance, notebook }: { round: number; chance: Chance; notebook: Notebook }): PlayOrder {
  const place = wish.places[(round - 1) % Math.max(1, wish.places.length)];
  const isCheckpoint = place?.startsWith("checkpoint-") === true;
  const nth = 1 + chance.below(hitsOf(place));
  return {
    dataDir: wish.dataDir,
    notes: notebook.path,
    life: round,
    seed: wish.seed * 1_000 + round,
    games: 12,
    clientsPerGame: 2,
    thinkMsMax: 8,
    failpoints: place === undefined ? [] : [{ at: place, nth, times: 1, action: { kind: "kill" } }],
    limits: { walPagesMax: isCheckpoint ? 40 : 400 },
    unanswered: notebook.unanswered().slice(-200),
  };
}

/** How often a life of a moment surely comes to a place. */
function hitsOf(place: FailpointName | undefined): number {
  if (place?.startsWith("start-")) return 1;
  if (place?.startsWith("checkpoint-")) return 2;
  return place?.startsWith("remove-") ? 4 : 12;
}

async function readiness(life: Life) {
  const news = await life.begun;
  if (news === null || !("ready" in news)) {
    life.process.kill("SIGKILL");
    throw new Error(`the process did not start: ${JSON.stringify(news)}`);
  }
  return news;
}

export function tell(title: string, figures: KillFigures): string {
  const { rounds, killed, inFlight, committedUnseen, killedWhileStarting, recoveryMsP50, recoveryMsP99, recoveryMsMax, recoveryCpuMsP99 } =
    figures;
  const { verdict } = figures;
  const { lost, ghost, twice, changes, ok, unknown } = verdict.figures;
  const played = killed - killedWhileStarting;
  return [
    `${title}: ${rounds} rounds, ${killed} kills (${killedWhileStarting} while starting), in flight ${Math.round((100 * inFlight) / Math.max(1, played))} %`,
    `${changes} changes, ${ok} acknowledged, ${unknown} told unknown, ${committedUnseen} happened and nobody was told`,
    `lost ${lost}, ghost ${ghost}, twice ${twice}, ${verdict.result}; recovery by the clock p50 ${recoveryMsP50.toFixed(0)} ms, p99 ${recoveryMsP99.toFixed(0)} ms, at most ${recoveryMsMax.toFixed(0)} ms; in CPU p99 ${recoveryCpuMsP99.toFixed(0)} ms`,
  ].join("; ");
}
