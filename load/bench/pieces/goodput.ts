// Ten times as many taps as the server can take: what it still does per second, in relation to its best.
import { clockServer } from "../contestant.ts";
import { closeCrowd, openCrowd } from "../crowd.ts";
import { median } from "../figures.ts";
import { flood, type FloodFigures } from "../flood.ts";
import { atLeast, number, type Piece } from "./piece.ts";

const games = 100;
/** Offers that look for the best, taps a second. */
const offers = [4_000, 8_000, 12_000, 16_000, 24_000];
const times = 10;
const rounds = 3;
const warmMs = 1_000;
const measureMs = 3_000;

export const goodput: Piece = {
  seconds: 60,
  async run({ say, part }) {
    const on = await clockServer().start();
    try {
      const tables = await openCrowd(on, { games: part(games), updates: "changes" });
      const offer = async (perSecond: number): Promise<FloodFigures> => {
        const figures = await flood({ tables, perSecond, warmMs: part(warmMs), measureMs: part(measureMs) });
        say(
          `${number(perSecond)} offered: ${number(figures.donePerSecond)} done, ${number(figures.refusedPerSecond)} refused, ${number(figures.heldBackPerSecond)} held back; ${JSON.stringify(figures.codes)}, ${figures.closed} closed`,
        );
        return figures;
      };
      await offer(offers[0] as number);
      const found: FloodFigures[] = [];
      for (const perSecond of offers) found.push(await offer(perSecond));
      const best = found.reduce((most, figures) => (figures.donePerSecond > most.donePerSecond ? figures : most));
      const over: FloodFigures[] = [];
      const peaks: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        peaks.push((await offer(best.offeredPerSecond)).donePerSecond);
        over.push(await offer(best.donePerSecond * times));
      }
      const peak = median(peaks);
      const done = median(over.map((figures) => figures.donePerSecond));
      closeCrowd(tables);
      return {
        figures: { games, times, peakPerSecond: peak, donePerSecond: done, offers: found, over },
        lines: [
          atLeast(0.8, {
            what: `done at ${times} times the peak of ${number(peak)} taps/s, to the peak`,
            unit: "times",
            value: done / peak,
            digits: 2,
          }),
        ],
      };
    } finally {
      await on.server.stop();
    }
  },
};
