import { expect, test } from "vitest";
import { ringTogether } from "../../lib/ops/together.ts";
import { heldAmbient } from "../support/held-ambient.ts";

test("slow timers ring in the same turns however they were set, each as often as it asked for, and quick ones by themselves", async () => {
  const ambient = heldAmbient();
  const slow = ringTogether(ambient);
  const rings: [string, number][] = [];
  const ring = (name: string) => () => void rings.push([name, ambient.monotonicMs()]);
  slow.every(1_000, ring("first"));
  await ambient.advance(130);
  slow.every(1_000, ring("second"));
  const quarter = slow.every(250, ring("quarter"));
  await ambient.advance(120);
  quarter.cancel();
  await ambient.advance(1_750);
  expect(rings).toEqual([
    ["quarter", 250],
    ...[1_000, 2_000].flatMap((at) => [
      ["first", at],
      ["second", at],
    ]),
  ]);
  slow.every(90, ring("quick"));
  await ambient.advance(90);
  expect(rings.at(-1)).toEqual(["quick", 2_090]);
});

test("what is set while they ring waits for its turn, and when the last is cancelled nothing wakes the process any more", async () => {
  const ambient = heldAmbient();
  const slow = ringTogether(ambient);
  let rings = 0;
  const outer = slow.every(250, () => {
    outer.cancel();
    const inner = slow.every(250, () => {
      rings += 1;
      inner.cancel();
    });
  });
  await ambient.advance(250);
  expect(rings).toBe(0);
  await ambient.advance(250);
  expect([rings, ambient.waiting()]).toEqual([1, 0]);
});
