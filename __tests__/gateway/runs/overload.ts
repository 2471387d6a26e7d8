// More work offered than one server can do, evenly, over many players. The best the server can do is measured
// first; then several times as much is offered at a steady rate, whether or not it is answered. What is acknowledged per second may
// not fall much below the best.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { percentile } from "../../support/healthy-table.ts";
import { type ServerOptions, startRunningServer } from "../../support/running-server.ts";
import { type OfferingPlayer, seatOffering } from "./offering-player.ts";

export interface OfferFigures {
  /** Commands offered, in relation to the best; 0: as many as are answered, a few from each player under way. */
  readonly times: number;
  readonly offeredPerSecond: number;
  readonly goodPerSecond: number;
  readonly refusedPerSecond: number;
  /** Waited with their senders, who had too many unanswered. */
  readonly heldPerSecond: number;
  readonly lost: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverCores: number;
  readonly offererCores: number;
}

export interface OverloadFigures {
  readonly connections: number;
  /** The most that was ever answered, whatever was offered. */
  readonly peakPerSecond: number;
  readonly offers: readonly OfferFigures[];
}

/** Under way from each player when as many are offered as are answered: more than a server needs to be busy all the time. */
const windowAtBest = 8;
const tickMs = 5;
const groups = 20;
const warmMs = 1_000;
const clearMs = 200;

/** Processor time a process has used, all its threads, in seconds. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Ground {
  readonly players: readonly OfferingPlayer[];
  readonly pid: number;
  readonly seconds: number;
  lost: number;
}

/** Offers as many as are answered. Gives how to stop. */
function offerAsAnswered(players: readonly OfferingPlayer[]): () => void {
  for (const player of players) {
    player.onAnswer = () => player.offer(1);
    player.offer(windowAtBest);
  }
  return () => {
    for (const player of players) player.onAnswer = () => {};
  };
}

/** Offers `perSecond` in all: each player some every 100 ms, not all at the same moment. Gives how to stop. */
function offerSteadily(players: readonly OfferingPlayer[], perSecond: number): () => void {
  const startedAt = performance.now();
  const perPlayerAndMs = perSecond / players.length / 1_000;
  const offered = new Array<number>(groups).fill(0);
  let turn = 0;
  const timer = setInterval(() => {
    const group = turn % groups;
    turn += 1;
    const each = Math.floor((performance.now() - startedAt) * perPlayerAndMs) - (offered[group] ?? 0);
    for (let i = group; i < players.length; i += groups) players[i]?.offer(each);
    offered[group] = (offered[group] ?? 0) + each;
  }, tickMs);
  return () => clearInterval(timer);
}

async function measure(ground: Ground, perSecond: number): Promise<Omit<OfferFigures, "times">> {
  const { players, pid, seconds } = ground;
  const stop = perSecond === 0 ? offerAsAnswered(players) : offerSteadily(players, perSecond);
  await pause(warmMs);
  for (const player of players) player.forget();
  const lostBefore = ground.lost;
  const before = { server: cpuSeconds(pid), offerer: cpuSeconds(process.pid), at: performance.now() };
  await pause(seconds * 1_000);
  const lasted = (performance.now() - before.at) / 1_000;
  const sum = (what: "good" | "refused" | "held") => players.reduce((total, { answers }) => total + answers[what], 0);
  const times = players.flatMap(({ answers }) => answers.times).sort((a, b) => a - b);
  const figures = {
    offeredPerSecond: perSecond === 0 ? (sum("good") + sum("refused")) / lasted : perSecond,
    goodPerSecond: sum("good") / lasted,
    refusedPerSecond: sum("refused") / lasted,
    heldPerSecond: sum("held") / lasted,
    lost: ground.lost - lostBefore,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    serverCores: (cpuSeconds(pid) - before.server) / lasted,
    offererCores: (cpuSeconds(process.pid) - before.offerer) / lasted,
  };
  stop();
  await settled(players);
  return figures;
}

/** Until nothing is answered any more. */
async function settled(players: readonly OfferingPlayer[]): Promise<void> {
  const answered = () => players.reduce((total, { answers }) => total + answers.good + answers.refused, 0);
  for (let before = -1; before !== answered(); ) {
    before = answered();
    await pause(clearMs);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The best and each larger offer in turn, `rounds` of them; medians. */
export async function overload(how: {
  readonly tables: number;
  readonly times: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly server?: ServerOptions;
}): Promise<OverloadFigures> {
  // In memory where that is possible: how long the machine's disk takes from one second to the next would hide what is measured.
  const memory = "/dev/shm";
  const dataDir = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "tapotarp-"));
  const server = await startRunningServer({ ...how.server, dataDir });
  try {
    const players = await seatOffering(server.port, { tables: how.tables, seats: 4 });
    const ground: Ground = { players, pid: server.pid, seconds: how.seconds, lost: 0 };
    for (const player of players) {
      player.onLost = () => {
        ground.lost += 1;
      };
    }
    await measure({ ...ground, seconds: 1 }, 0);
    const rounds: OfferFigures[] = [];
    for (let round = 0; round < how.rounds; round += 1) {
      const best = await measure(ground, 0);
      rounds.push({ times: 0, ...best });
      for (const times of how.times) rounds.push({ times, ...(await measure(ground, best.goodPerSecond * times)) });
    }
    for (const player of players) player.close();
    const middle = (times: number): OfferFigures => {
      const own = rounds.filter((round) => round.times === times);
      const keys = Object.keys(own[0] ?? {}) as (keyof OfferFigures)[];
      return Object.fromEntries(keys.map((key) => [key, median(own.map((round) => round[key]))])) as unknown as OfferFigures;
    };
    const offers = [0, ...how.times].map(middle);
    return { connections: players.length, peakPerSecond: Math.max(...offers.map(({ goodPerSecond }) => goodPerSecond)), offers };
  } finally {
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Whether each step did its share of what could be done in it: no more than was offered, however much was done in another step. */
export function keptUp({ peakPerSecond, offers }: Pick<OverloadFigures, "peakPerSecond" | "offers">, share: number): boolean {
  return offers.every(({ goodPerSecond, offeredPerSecond }) => goodPerSecond >= share * Math.min(peakPerSecond, offeredPerSecond));
}

export function tellOverload({ connections, peakPerSecond, offers }: OverloadFigures): string {
  const lines = offers.map((offer) => {
    const { times, offeredPerSecond, goodPerSecond, refusedPerSecond, heldPerSecond, lost, p50Ms, p99Ms, serverCores, offererCores } =
      offer;
    const share = ((100 * goodPerSecond) / peakPerSecond).toFixed(0);
    const what = times === 0 ? "as answered" : `${times} times that (${offeredPerSecond.toFixed(0)} a second)`;
    return `  offered ${what}: ${goodPerSecond.toFixed(0)} good a second (${share} %), ${refusedPerSecond.toFixed(0)} refused, ${heldPerSecond.toFixed(0)} held back, ${lost} connections lost, p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms; server ${serverCores.toFixed(2)} cores, offerers ${offererCores.toFixed(2)}`;
  });
  return [`${connections} connections, at most ${peakPerSecond.toFixed(0)} commands a second`, ...lines].join("\n");
}
