// What the run of ten times the offer is held to: the arithmetic alone. The run itself is in runs/overload.ts.
import { expect, test } from "vitest";
import { keptUp, type OfferFigures } from "./runs/overload.ts";

const rest = { times: 0, refusedPerSecond: 0, heldPerSecond: 0, lost: 0, p50Ms: 0, p99Ms: 0, serverCores: 0, offererCores: 0 };
const step = (offeredPerSecond: number, goodPerSecond: number): OfferFigures => ({ ...rest, offeredPerSecond, goodPerSecond });

test("SAFETY 19 a step is held to 80 % of the best, or of what was offered in it when that was less", () => {
  const peakPerSecond = 29_210;
  const held = (...offers: OfferFigures[]) => keptUp({ peakPerSecond, offers }, 0.8);
  expect(held(step(21_914, 21_914), step(43_828, 29_210), step(219_140, 26_581))).toBe(true);
  expect(held(step(21_914, 17_531))).toBe(false);
  expect(held(step(21_914, 17_532))).toBe(true);
  expect(held(step(219_140, 23_367))).toBe(false);
  expect(held(step(219_140, 23_368))).toBe(true);
});
