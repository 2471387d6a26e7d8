import { describe, expect, test } from "vitest";
import { type Away, countAsAway } from "../../lib/ops/away.ts";

const limits = { mostMs: 10_000, recallMs: 1_000 };

function counted() {
  const outages: [number, number][] = [];
  const told: string[] = [];
  let recalls = 0;
  let standstills = 0;
  const away: Away = countAsAway(
    {
      store: { outages: { stoodStill: (from, until) => void outages.push([from, until]) } },
      gateway: {
        recall(overMs) {
          expect(overMs).toBe(limits.recallMs);
          recalls += 1;
        },
      },
      log: { warn: (_facts: object, message: string) => void told.push(message) },
      metrics: {
        standstills: {
          add() {
            standstills += 1;
          },
        },
      },
    },
    limits,
  );
  return { away, outages, told, counts: () => ({ recalls, standstills }) };
}

describe("a time in which nobody could play", () => {
  test("a standstill is an outage, viewers come back, and the operator reads why", () => {
    const { away, outages, told, counts } = counted();
    away.stoodStill({ fromAt: 1_000, untilAt: 50_000 });
    expect(outages).toEqual([[1_000, 50_000]]);
    expect(counts()).toEqual({ recalls: 1, standstills: 1 });
    expect(told[0]).toContain("did nothing for a while");
  });

  test("a time without anything saved counts when it was longer than the limit, and is no standstill", () => {
    const { away, outages, told, counts } = counted();
    away.saved(1_000, 11_000);
    expect(outages).toEqual([]);
    away.saved(11_000, 21_001);
    expect(outages).toEqual([[11_000, 21_001]]);
    expect(counts()).toEqual({ recalls: 1, standstills: 0 });
    expect(told).toEqual([expect.stringContaining("nothing could be saved for a while")]);
  });

  test("a standstill, in which nothing is saved either, is not counted once more when something is", () => {
    const { away, outages, counts } = counted();
    away.saved(0, 1_000);
    away.stoodStill({ fromAt: 1_500, untilAt: 60_000 });
    away.saved(1_000, 60_400);
    expect(outages).toEqual([[1_000, 60_000]]);
    expect(counts().recalls).toBe(1);
    away.saved(60_400, 70_401);
    expect(outages).toHaveLength(2);
  });

  test("a standstill within a time in which nothing could be saved began with that time", () => {
    const { away, outages } = counted();
    away.saved(0, 1_000);
    away.stoodStill({ fromAt: 30_000, untilAt: 60_000 });
    away.stoodStill({ fromAt: 65_000, untilAt: 90_000 });
    away.saved(1_000, 100_001);
    expect(outages).toEqual([
      [1_000, 60_000],
      [60_000, 90_000],
      [90_000, 100_001],
    ]);
  });
});
