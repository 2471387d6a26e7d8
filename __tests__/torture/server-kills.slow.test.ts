// The whole server killed under players on sockets; more rounds in `npm run torture -- sqlite --only server`.
import { expect, test } from "vitest";
import { serverKills, tellServer } from "./server-kills.ts";

test("F07: the server killed 5 times under playing tables: every acknowledged tap is there, no other is, all clocks add up, everybody ends in the same place", async () => {
  const seed = 5;
  const figures = await serverKills({ rounds: 5, tables: 4, seed });
  process.stderr.write(`${tellServer(`server kills, seed ${seed}`, figures)}\n`);
  expect(figures.verdict).toMatchObject({ result: "pass", violations: [] });
  expect(figures.inFlight).toBeGreaterThanOrEqual(2);
  expect(figures.verdict.figures.ok).toBeGreaterThan(50);
  expect(figures.verdict.figures.seen).toBeGreaterThan(200);
}, 120_000);
