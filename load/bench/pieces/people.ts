// 1,000 players at 250 tables who think before they tap: memory of the whole process, and how long their taps take.
import { rmSync } from "node:fs";
import { clockServer } from "../contestant.ts";
import { assertAllThere, closeCrowd, openCrowd } from "../crowd.ts";
import { openLoop } from "../open-loop.ts";
import { residentBytes } from "../procfs.ts";
import { freshFolder } from "../server-process.ts";
import { atMost, type Piece } from "./piece.ts";

const games = 250;
/** A tap of each table every five seconds. */
const perSecond = 50;
const warmMs = 2_000;
const measureMs = 30_000;

export const people: Piece = {
  seconds: 40,
  async run({ say, part }) {
    // As the image has it, where compiled code is kept from one start to the next. The first life only fills the cache.
    const cache = freshFolder();
    const env = { NODE_COMPILE_CACHE: cache, MALLOC_ARENA_MAX: "2" };
    const first = await clockServer({ env }).start();
    await first.server.stop();
    const on = await clockServer({ env }).start();
    try {
      const { pid } = on.server;
      const startMiB = residentBytes(pid) / 2 ** 20;
      const tables = await openCrowd(on, { games: part(games), updates: "changes" });
      const figures = await openLoop({ pids: [pid], tables, perSecond, warmMs, measureMs: part(measureMs) });
      const megabytes = residentBytes(pid) / 1e6;
      assertAllThere(tables.flatMap(({ seats }) => seats));
      say(
        `${megabytes.toFixed(0)} MB with ${games * 4} players, ${startMiB.toFixed(0)} MiB before they came; p99 ${figures.p99Ms.toFixed(1)} ms`,
      );
      closeCrowd(tables);
      return {
        figures: { games, startMiB, megabytes, ...figures },
        lines: [atMost(150, { what: `resident memory with ${games * 4} players`, unit: "MB", value: megabytes, digits: 0 })],
      };
    } finally {
      await on.server.stop();
      rmSync(cache, { recursive: true, force: true });
    }
  },
};
