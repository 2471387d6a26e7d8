// F42: the parts' states make the whole, and a part that fails never makes a probe fail.
import { describe, expect, test } from "vitest";
import {
  clockPart,
  ownClockPart,
  createHealth,
  drainPart,
  healthy,
  loadPart,
  optionalPart,
  type Part,
  roomsPart,
  storePart,
  storeWatch,
} from "../../lib/ops/health.ts";

const store = (over: object = {}): Part =>
  storePart(() => ({ ready: true, tier: "sqlite-full", problem: null, queueDepth: 0, queueAgeMs: 0, ...over }), 1000);
const hanging: Part = () => {
  throw new Error("no answer");
};

const matrix: readonly (readonly [string, Record<string, Part>, string, boolean])[] = [
  ["all well", { store: store(), load: loadPart(() => ({ loopLagMs: 3, pressure: 0.99 })) }, "healthy", true],
  ["store slow", { store: store({ queueAgeMs: 1500 }) }, "degraded", true],
  ["store stuck", { store: store({ ready: false, problem: "The disk is full." }) }, "unhealthy", false],
  ["draining", { store: store(), process: drainPart(() => true) }, "degraded", false],
  ["shedding", { store: store(), load: loadPart(() => ({ loopLagMs: 450, pressure: 2.2 })) }, "degraded", true],
  ["shedding all", { store: store(), load: loadPart(() => ({ loopLagMs: 4500, pressure: 22 })) }, "degraded", true],
  ["error reports lost", { store: store(), reports: optionalPart(() => "Error reports are not getting through.") }, "degraded", true],
  ["a clock like the others'", { store: store(), clock: clockPart(() => -100, 100) }, "healthy", true],
  ["a clock set back a little", { store: store(), clock: ownClockPart(() => 60_000, 60_000) }, "healthy", true],
  ["a clock set back", { store: store(), clock: ownClockPart(() => 60_001, 60_000) }, "degraded", true],
  ["a clock behind the others'", { store: store(), clock: clockPart(() => -101, 100) }, "degraded", true],
  ["no others to differ from", { store: store(), clock: clockPart(() => null, 100) }, "healthy", true],
  ["draining with a dead store", { store: store({ ready: false }), process: drainPart(() => true) }, "unhealthy", false],
  ["a part that throws", { store: hanging }, "unhealthy", false],
  ["no parts", {}, "healthy", true],
];

describe("F42 health", () => {
  test.for(matrix)("%s", ([, parts, status, ready]) => {
    const report = createHealth(parts).report();
    expect([report.status, report.ready]).toEqual([status, ready]);
    expect(report.problems.length > 0).toBe(status !== "healthy");
    for (const problem of report.problems) expect(problem).toMatch(/^[A-Z].*\.$/);
  });

  test.each([
    ["a minute and a half", 90_000, "90 s ahead of it and runs a hundredth slower: the two agree in about 3 hours. Games take no harm."],
    ["half an hour", 1_800_000, "1800 s ahead of it and runs a hundredth slower: the two agree in about 2 days. Games take no harm."],
    ["a day", 86_400_000, "86400 s ahead of it and runs a hundredth slower: the two agree in about 100 days. Games take no harm."],
    [
      "74 years",
      2_335_000_000_000,
      "2335000000 s ahead of it and runs a hundredth slower: the two agree in about 7404 years. Games take no harm.",
    ],
  ])("of a clock that was set back by %s it is said how long the two will differ", (_, aheadMs, says) => {
    const { problem } = ownClockPart(() => aheadMs, 60_000)();
    expect(problem).toBe(`This machine's clock was set back: server time is ${says}`);
  });

  test("F26 how many games are in memory is told, and is never a problem", () => {
    const report = createHealth({ store: store(), rooms: roomsPart(() => 20_000, 20_000) }).report();
    expect([report.status, report.parts["rooms"]?.facts]).toEqual(["healthy", { rooms: 20_000, roomsMax: 20_000 }]);
  });

  test("a part's facts are in the report, so that an operator need not guess", () => {
    expect(createHealth({ store: store({ queueDepth: 4 }) }).report().parts["store"]).toEqual({
      ...healthy,
      facts: { tier: "sqlite-full", queueDepth: 4, queueAgeMs: 0 },
    });
  });

  test("that nothing can be saved is told at once and again every few looks for as long as it is so, and at once the next time", () => {
    let told = 0;
    let ready = true;
    const look = storeWatch({ health: () => ({ ready }) }, () => {
      told += 1;
    });
    const toldAfter = (looks: number): number => {
      for (let n = 0; n < looks; n += 1) look();
      return told;
    };
    expect(toldAfter(20)).toBe(0);
    ready = false;
    expect([toldAfter(1), toldAfter(7), toldAfter(1), toldAfter(8)]).toEqual([1, 1, 2, 3]);
    ready = true;
    expect(toldAfter(3)).toBe(3);
    ready = false;
    expect(toldAfter(1)).toBe(4);
  });
});

test("F42 the load is told as it was measured: a delay in whole ms, a pressure to the hundredth", () => {
  const facts = (loopLagMs: number, pressure: number) => loadPart(() => ({ loopLagMs, pressure }))().facts;
  expect([facts(12.4, 0.333), facts(450.6, 2.257)]).toEqual([
    { loopLagMs: 12, pressure: 0.33 },
    { loopLagMs: 451, pressure: 2.26 },
  ]);
});
