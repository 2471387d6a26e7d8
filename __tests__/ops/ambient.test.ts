import { describe, expect, test } from "vitest";
import { realAmbient, steadyClock } from "../../lib/ops/ambient.ts";

const start = 1_700_000_000_000;

/** A machine whose two clocks are moved by hand. */
function machine() {
  let wall = start;
  let monotonic = 5_000;
  const clock = steadyClock({ wallMs: () => Math.floor(wall), monotonicMs: () => monotonic });
  return {
    clock,
    set: (byMs: number) => {
      wall += byMs;
    },
    pass: (ms: number) => {
      wall += ms;
      monotonic += ms;
    },
    aheadMs: () => clock.now() - Math.floor(wall),
  };
}

describe("server time", () => {
  test("is the wall clock's, whatever is asked how often", () => {
    const { clock, pass, aheadMs } = machine();
    expect(clock.now()).toBe(start);
    for (let round = 0; round < 20_000; round += 1) {
      pass(0.37);
      expect(aheadMs()).toBe(0);
    }
  });

  test("of a real server is this machine's", () => {
    const { now, machineNow } = realAmbient();
    const before = Date.now();
    expect([now(), machineNow()].every((ms) => ms >= before && ms <= Date.now())).toBe(true);
  });

  test("follows a wall clock that is set forward at once", () => {
    const { clock, set } = machine();
    set(3_600_000);
    expect(clock.now()).toBe(start + 3_600_000);
  });

  test("neither steps back nor stands still with a wall clock that is set back: it runs a hundredth slower until the two agree", () => {
    const { clock, pass, set, aheadMs } = machine();
    set(-2_000);
    expect(clock.now()).toBe(start);
    let before = clock.now();
    for (let second = 0; second < 199; second += 1) {
      pass(1_000);
      const now = clock.now();
      expect(now - before).toBe(990);
      before = now;
    }
    expect(aheadMs()).toBe(10);
    expect(clock.now() - clock.machineNow()).toBe(10);
    pass(1_000);
    expect(aheadMs()).toBe(0);
    pass(1_000);
    expect(aheadMs()).toBe(0);
  });

  test("begins after what an earlier process wrote down, and goes on from there", () => {
    const { clock, pass } = machine();
    clock.notBefore(start + 60_000);
    expect(clock.now()).toBe(start + 60_000);
    pass(1_000);
    expect(clock.now()).toBe(start + 60_990);
    clock.notBefore(start);
    expect(clock.now()).toBe(start + 60_990);
  });
});
