// Open loop: 5,000 taps a second over 1,000 games, each due by the clock; latency from the moment it was due.
import { clockServer } from "../contestant.ts";
import { closeCrowd, openCrowd } from "../crowd.ts";
import { openLoop } from "../open-loop.ts";
import { atLeast, atMost, type Piece } from "./piece.ts";

const games = 1_000;
const perSecond = 5_000;
const warmMs = 8_000;
const measureMs = 20_000;

export const open: Piece = {
  seconds: 40,
  async run({ say, part }) {
    const on = await clockServer().start();
    try {
      const tables = await openCrowd(on, { games: part(games), updates: "changes" });
      const figures = await openLoop({
        pids: [on.server.pid],
        tables,
        perSecond: part(perSecond),
        warmMs: part(warmMs),
        measureMs: part(measureMs),
      });
      closeCrowd(tables);
      say(
        `${Math.round(figures.answeredPerSecond)} taps/s, p50 ${figures.p50Ms.toFixed(1)} ms, p99 ${figures.p99Ms.toFixed(1)} ms, p99.9 ${figures.p999Ms.toFixed(1)} ms`,
      );
      const what = (name: string) => `open loop, ${perSecond} taps/s over ${games} games: ${name}`;
      return {
        figures: { games, ...figures },
        lines: [
          atLeast(part(perSecond) * 0.99, { what: what("answered"), unit: "taps/s", value: figures.answeredPerSecond }),
          atMost(5, { what: what("p50"), unit: "ms", value: figures.p50Ms }),
          atMost(25, { what: what("p99"), unit: "ms", value: figures.p99Ms }),
          atMost(100, { what: what("p99.9"), unit: "ms", value: figures.p999Ms }),
          atMost(0, { what: what("errors and gaps"), unit: "", value: figures.errors + figures.gaps, digits: 0 }),
        ],
      };
    } finally {
      await on.server.stop();
    }
  },
};
