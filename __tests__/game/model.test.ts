import { expect, test } from "vitest";
import { modelRun, type Reached } from "./model-run.ts";

const runs = Number(process.env["RUNS"] ?? 400);
const seed = Number(process.env["SEED"] ?? 1);

test(`CK1 LE1 TU1 rules and an independent ticking model agree: ${runs} runs of up to 200 steps from seed ${seed}`, () => {
  const reached: Reached = new Map();
  for (let run = 0; run < runs; run += 1) {
    const difference = modelRun(seed + run, 200, reached);
    if (difference !== null) expect.fail(difference);
  }
  // A run that agrees but went nowhere would show nothing.
  const wanted = [
    "stack of three",
    "death among targets",
    "choice over a pause",
    "undo of a flag fall",
    "campaign standard",
    "campaign wastelands",
    "restart with running clocks",
  ];
  const missing = wanted.filter((what) => (reached.get(what) ?? 0) < runs / 10_000);
  expect(missing, JSON.stringify([...reached])).toEqual([]);
}, 120_000);
