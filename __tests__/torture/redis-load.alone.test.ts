// Three servers on one Redis with nothing broken: many operations, all accounted for. SAFETY rules 1, 9-12.
import { describe, expect, test } from "vitest";
import { lacks } from "../support/programs.ts";
import { Ground } from "./redis-ground.ts";
import { playRun, tellPlay } from "./redis-play.ts";

const seed = 20_261_120;

describe.skipIf(lacks("redis-server"))("three instances on one Redis", () => {
  test("F08: 50 games x 8 clients spread over all: 20,000 operations, nothing lost, no ghost, nothing twice, all agree", async () => {
    const ground = await Ground.open({ seed, lines: "direct" });
    try {
      const figures = await playRun(ground, { name: "no fault", games: 50, clientsPerGame: 8, thinkMs: 100, operations: 20_000 });
      process.stderr.write(`${tellPlay(figures)} (seed ${seed})\n`);
      expect(figures.verdict.violations.slice(0, 5)).toEqual([]);
      expect(figures.verdict.result).toBe("pass");
      expect(figures.operations).toBeGreaterThanOrEqual(20_000);
      expect(figures.failed).toBe(0);
      expect(figures.convergedMs).toBeLessThan(2_000);
    } finally {
      await ground.close();
    }
  });
});
