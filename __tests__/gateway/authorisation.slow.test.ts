import { describe, expect, test } from "vitest";
import { classMatrix } from "./runs/class-matrix.ts";
import { clockMatrix } from "./runs/clock-matrix.ts";
import { tryMatrix } from "./runs/matrix.ts";

describe("F14 L13 the whole authorisation matrix on the wire: default deny", () => {
  test.each([
    ["the clock", clockMatrix, 400],
    ["a class", classMatrix, 210],
  ] as const)(
    "%s: every command, by everybody there can be, in every status",
    async (_name, game, cellsMin) => {
      const { cells, wrong } = await tryMatrix(game);
      expect(wrong).toEqual([]);
      expect(cells).toBeGreaterThanOrEqual(cellsMin);
    },
    60_000,
  );
});
