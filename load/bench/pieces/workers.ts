// Two workers on one Redis beside one worker: the open-loop rate that each still answers in time. Cores decide; the figures say how many there were.
import { clockServer } from "../contestant.ts";
import { closeCrowd, openCrowd } from "../crowd.ts";
import { machine } from "../machine.ts";
import { type OpenFigures, openLoop } from "../open-loop.ts";
import { number, type Line, type Piece, type PieceOrder } from "./piece.ts";

const games = 400;
/** Rates tried one after the other, taps a second, until one is not answered in time any more. */
const rates = [2_000, 3_000, 4_000, 5_000, 6_500, 8_000, 10_000, 13_000, 16_000];
const warmMs = 1_500;
const measureMs = 3_000;
/** In time: nearly everything answered, and p99 below this. */
const answeredShareMin = 0.97;
const p99MsMax = 100;
const coresNeeded = 4;
const target = 1.6;

const inTime = (figures: OpenFigures): boolean =>
  figures.errors === 0 && figures.p99Ms <= p99MsMax && figures.answeredPerSecond >= answeredShareMin * figures.offeredPerSecond;

async function served(workers: number, { say, part }: PieceOrder) {
  const on = await clockServer({ redis: "no", env: { WORKERS: String(workers) } }).start();
  const tried: OpenFigures[] = [];
  try {
    const tables = await openCrowd(on, { games: part(games), updates: "changes" });
    await openLoop({ pids: [on.server.pid], tables, perSecond: rates[0] as number, warmMs: part(measureMs), measureMs: 100 });
    let best = 0;
    for (const perSecond of rates) {
      const figures = await openLoop({
        pids: [on.server.pid, ...on.server.beside],
        tables,
        perSecond,
        warmMs: part(warmMs),
        measureMs: part(measureMs),
      });
      tried.push(figures);
      say(
        `${workers} workers, ${number(perSecond)} offered: ${number(figures.answeredPerSecond)} answered, p99 ${figures.p99Ms.toFixed(0)} ms, ${figures.serverCores.toFixed(2)} cores`,
      );
      if (!inTime(figures)) break;
      best = figures.answeredPerSecond;
    }
    closeCrowd(tables);
    return { workers, best, tried };
  } finally {
    await on.server.stop();
  }
}

export const workers: Piece = {
  seconds: 110,
  async run(how) {
    const one = await served(1, how);
    const two = await served(2, how);
    // Compared with nothing, anything would be enough.
    if (one.best === 0) throw new Error("One worker did not answer the lowest rate in time.");
    const { cores } = machine();
    const ratio = two.best / one.best;
    const line: Line = {
      what: "open-loop rate of two workers on Redis, to one worker's",
      target: `>= ${target} times, where cores allow`,
      figure: `${number(ratio, 2)} times (${number(one.best)} and ${number(two.best)} taps/s) on ${cores} cores, which the tester and Redis need too`,
      holds: ratio >= target ? true : cores < coresNeeded ? null : false,
    };
    return { figures: { games, cores, ratio, one, two }, lines: [line] };
  },
};
