// 100,000 games that lie in the store: a tap must cost what it costs beside an empty one. Both servers are measured in turn.
import { rmSync } from "node:fs";
import { realAmbient } from "../../../lib/ops/ambient.ts";
import { clockGame } from "../../../lib/protocol/clock-game.ts";
import type { GameId, Instant, ViewerId } from "../../../lib/game/ids.ts";
import { chainHash } from "../../../lib/store/chain.ts";
import { openSqliteStore } from "../../../lib/store/store-sqlite.ts";
import { ClosedLoop } from "../closed-loop.ts";
import { clockServer } from "../contestant.ts";
import { cpuRatio, median } from "../figures.ts";
import { freshFolder } from "../server-process.ts";
import { atMost, number, type Piece } from "./piece.ts";
import { uncutState } from "../../../lib/store/state-text.ts";

const storedGamesCount = 100_000;
const games = 100;
const rounds = 4;
const warmMs = 500;
const measureMs = 2_000;
/** Commits given to the store before the first is waited for. */
const atOnce = 1_024;
const codeChars = 6;
const codeBase = 24;

/** A code of its own for each: letters A to H and J to N, P to Z, so that every one is a lobby code. */
function codeOf(place: number): GameId {
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  let code = "";
  for (let left = place, i = 0; i < codeChars; i += 1, left = Math.floor(left / codeBase)) code += letters[left % codeBase];
  return code as GameId;
}

/** Waiting tables of an hour ago, as their hosts left them. */
async function fill(dataDir: string, stored: number): Promise<void> {
  const ambient = realAmbient();
  const store = await openSqliteStore({ dataDir, ambient });
  const now = (ambient.now() - 3_600_000) as Instant;
  const { rules, createSettings } = clockGame;
  const settings = createSettings.parse({});
  for (let from = 0; from < stored; from += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, stored - from) }, (_, i) => {
      const gameId = codeOf(from + i);
      const viewerId = `bench.${from + i}` as ViewerId;
      const made = rules.create({ id: gameId, now, viewerId, name: null, settings, draw: { tokenHash: "0".repeat(64) } });
      if (!made.ok) throw new Error(`A game could not be made: ${made.code}.`);
      const state = rules.encode(made.state);
      const change = JSON.stringify({
        by: null,
        viewerId,
        rttMs: 0,
        command: { type: "create", name: null, settings },
        draw: {},
        past: null,
        events: made.events,
        dismissals: [],
      });
      return store.commit({
        gameId,
        expectedV: 0,
        at: now,
        ...uncutState(state),
        change,
        prevHash: "",
        hash: chainHash("", 1, change, state),
        actionId: null,
        answer: null,
        index: { ...rules.index(made.state), wakeAt: null },
        sameStill: false,
        sameIndex: false,
        checkpoint: false,
      });
    });
    await Promise.all(batch);
  }
  await store.close();
}

export const storedGames: Piece = {
  seconds: 70,
  async run({ say, part }) {
    const dataDir = freshFolder();
    const stored = part(storedGamesCount);
    const loops: ClosedLoop[] = [];
    const stops: (() => Promise<void>)[] = [];
    try {
      const startedAt = performance.now();
      await fill(dataDir, stored);
      say(`${number(stored)} games written in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
      for (const env of [{}, { DATA_DIR: dataDir }]) {
        const on = await clockServer({ env }).start();
        stops.push(() => on.server.stop());
        loops.push(await ClosedLoop.open(on, { games, updates: "changes" }));
      }
      const [empty, full] = loops as [ClosedLoop, ClosedLoop];
      for (const loop of loops) await loop.warm();
      const entries = ["empty", "full"].map((name) => ({
        name,
        durable: "yes",
        updates: "changes" as const,
        games,
        rounds: [] as Awaited<ReturnType<ClosedLoop["run"]>>[],
      }));
      for (let round = 0; round < rounds; round += 1) {
        for (const [place, loop] of [empty, full].entries()) entries[place]?.rounds.push(await loop.run(warmMs, part(measureMs)));
      }
      const [first, second] = entries as [(typeof entries)[0], (typeof entries)[0]];
      const ratio = cpuRatio(second, first);
      const rate = (entry: (typeof entries)[0]) => median(entry.rounds.map((round) => round.tapsPerSecond));
      say(`beside an empty store ${number(rate(first))} taps/s, beside ${number(stored)} games ${number(rate(second))}`);
      return {
        figures: { stored, games, ratio, entries },
        lines: [
          atMost(1.1, {
            what: `CPU per tap beside ${number(stored)} stored games, to that beside none`,
            unit: "times",
            value: ratio,
            digits: 2,
          }),
        ],
      };
    } finally {
      for (const loop of loops) loop.close();
      for (const stop of stops) await stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};
