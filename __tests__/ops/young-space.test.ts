// When V8's young generation may grow, with collections and time held in the hand.
import { describe, expect, test } from "vitest";
import { YoungLimit } from "../../lib/ops/young-space.ts";

const mib = 2 ** 20;
const secondMs = 1_000;

/** A limit, and whether the young generation may grow now. */
function held(bytes = 2 * mib) {
  const space = { size: bytes, grows: true };
  const setGrowing = (grows: boolean): void => {
    space.grows = grows;
  };
  const limit = new YoungLimit({ bytes: () => space.size, setGrowing }, 0);
  let now = 0;
  return {
    space,
    /** For `seconds`, collections take `share` of the time. */
    collect(share: number, seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        now += secondMs;
        limit.collected(share * secondMs, now);
      }
      return space.grows;
    },
  };
}

describe("the young generation", () => {
  test("may not grow before anything was collected", () => expect(held().space.grows).toBe(false));

  test("may not grow however long its collections take less than a hundredth of the time", () => {
    expect(held().collect(0.009, 100_000)).toBe(false);
  });

  test("may not grow for a quarter of a second of collecting when a crowd arrives, and not for the next crowd some minutes later", () => {
    const { collect } = held();
    expect(collect(0.125, 2)).toBe(false);
    expect(collect(0, 60)).toBe(false);
    expect(collect(0.125, 2)).toBe(false);
  });

  test("may grow within some seconds of full load, until that costs little", () => {
    const { collect } = held();
    expect(collect(0.25, 3)).toBe(true);
    expect(collect(0.02, 10)).toBe(true);
    expect(collect(0.001, 60)).toBe(false);
  });

  test("may grow as soon after a quiet night: what was not used of the time allowed is not saved up", () => {
    const { collect } = held();
    expect(collect(0, 8 * 3_600)).toBe(false);
    expect(collect(0.25, 3)).toBe(true);
  });

  test("may not grow past 64 MB, and may again when V8 has shrunk it", () => {
    const { space, collect } = held(64 * mib);
    expect(collect(0.25, 60)).toBe(false);
    space.size = 2 * mib;
    expect(collect(0.25, 1)).toBe(true);
  });
});
