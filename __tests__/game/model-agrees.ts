// Many runs of the rules beside the model, one test of them: the fast suite and the one that runs alone differ in how many.
import { expect, test } from "vitest";
import { modelRun, type Reached } from "./model-run.ts";

interface Runs {
  /** Where the environment says nothing else (`RUNS`, `SEED`). */
  readonly initially: number;
  /** Situations that so many runs must have been in, or they would show nothing. */
  readonly mustReach: readonly string[];
  readonly timeoutMs: (runs: number) => number;
}

export function modelAgrees({ initially, mustReach, timeoutMs }: Runs): void {
  const runs = Number(process.env["RUNS"] ?? initially);
  const seed = Number(process.env["SEED"] ?? 1);
  const title = `CK1 LE1 TU1 rules and an independent ticking model agree: ${runs} runs of up to 200 steps from seed ${seed}`;
  test(title, { timeout: timeoutMs(runs) }, () => {
    const reached: Reached = new Map();
    for (let run = 0; run < runs; run += 1) {
      const difference = modelRun(seed + run, 200, reached);
      if (difference !== null) expect.fail(difference);
    }
    // Runs that are none, or no number, have reached nothing.
    const missing = mustReach.filter((what) => !((reached.get(what) ?? 0) >= Math.max(1, runs / 10_000)));
    expect(missing, JSON.stringify([...reached])).toEqual([]);
  });
}

/** What a few hundred runs reach. */
export const often: readonly string[] = [
  "stack of three",
  "death among targets",
  "choice over a pause",
  "pause over a drop's",
  "undo of a flag fall",
  "campaign standard",
  "campaign wastelands",
  "restart with running clocks",
  "seatFreed",
];
