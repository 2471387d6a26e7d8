import { describe, expect, test } from "vitest";
import { type Standstill, standstillWatch } from "../../lib/ops/standstill.ts";
import { heldAmbient } from "../support/held-ambient.ts";

const mostMs = 10_000;

function watched() {
  const held = heldAmbient();
  let now = held.now();
  const start = now;
  const watch = standstillWatch({ ...held, now: () => now });
  const noticed: Standstill[] = [];
  return {
    watch,
    noticed,
    start,
    pass: (ms: number) => {
      now += ms;
    },
    begin: (tell: (standstill: Standstill) => void = () => {}) =>
      watch.begin(mostMs, (standstill) => {
        noticed.push(standstill);
        tell(standstill);
      }),
  };
}

describe("a standstill", () => {
  test("is noticed by whoever asks for the time first, and told before he has the answer", () => {
    const { watch, noticed, start, pass, begin } = watched();
    const order: string[] = [];
    begin(() => order.push("told"));
    pass(mostMs + 1);
    order.push(`answer ${watch.ambient.now() - start}`);
    expect(order).toEqual(["told", `answer ${mostMs + 1}`]);
    expect(noticed).toEqual([{ fromAt: start, untilAt: start + mostMs + 1 }]);
    watch.ambient.now();
    expect(noticed).toHaveLength(1);
  });

  test("begins when the time was asked for last, and is none while somebody asks often enough", () => {
    const { watch, noticed, start, pass, begin } = watched();
    begin();
    for (let second = 0; second < 30; second += 1) {
      pass(mostMs);
      watch.ambient.now();
    }
    expect(noticed).toEqual([]);
    pass(2 * mostMs);
    watch.ambient.now();
    expect(noticed).toEqual([{ fromAt: start + 30 * mostMs, untilAt: start + 32 * mostMs }]);
  });

  test("is told once when who is told asks for the time himself", () => {
    const { watch, noticed, pass, begin } = watched();
    begin(() => void watch.ambient.now());
    pass(mostMs + 1);
    watch.ambient.now();
    expect(noticed).toHaveLength(1);
  });

  test("is none while the server starts, and none when it has stopped", () => {
    const { watch, noticed, pass, begin } = watched();
    watch.ambient.now();
    pass(5 * mostMs);
    const watching = begin();
    watch.ambient.now();
    watching.cancel();
    pass(5 * mostMs);
    watch.ambient.now();
    expect(noticed).toEqual([]);
  });
});
