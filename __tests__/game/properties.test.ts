import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Instant } from "../../lib/game/ids.ts";
import { clockRules } from "../../lib/game/rules.ts";
import { type Grain, randomSettings, stepOf } from "./random-play.ts";
import { seated, startAt } from "./table.ts";
import { take } from "./take-step.ts";

const seed = Number(process.env["SEED"] ?? 20_261_120);
const fine: Grain = { ms: 1, rtts: [0, 1, 37, 250, 1_999, 60_000, 33.4] };
const coarse: Grain = { ms: 487, rtts: [0, 81] };

const run = fc.record({
  settings: fc.nat(),
  grain: fc.constantFrom(fine, coarse),
  steps: fc.array(fc.nat(2 ** 31 - 1), { minLength: 5, maxLength: 150, size: "max" }),
});

describe(`properties (seed ${seed})`, () => {
  test("LE1 L02 L11 any sequence with any timing conserves time to the millisecond, and no invariant ever breaks", () => {
    let longest = 0;
    fc.assert(
      fc.property(run, ({ settings, grain, steps }) => {
        const table = seated(randomSettings(settings, grain));
        // Table checks invariants and codec after every step.
        for (const number of steps) {
          take(table, stepOf(number, table.view(), grain));
          expect(table.state.at).toBeLessThanOrEqual(table.now);
        }
        // Byte equality alone would not see a field that is never written.
        expect(clockRules.decode(clockRules.encode(table.state))).toEqual(table.state);
        longest = Math.max(longest, table.v);
      }),
      { numRuns: 200, seed },
    );
    expect(longest).toBeGreaterThan(60);
  });

  test("CK1 CK10 looking often or seldom makes no difference: settling in between changes nothing", () => {
    fc.assert(
      fc.property(run, fc.array(fc.nat(400), { minLength: 1, maxLength: 12 }), ({ settings, steps }, looks) => {
        const table = seated(randomSettings(settings, coarse));
        for (const number of steps.slice(0, 40)) take(table, stepOf(number, table.view(), coarse));
        let often = table.state;
        let now: number = table.now;
        for (const look of looks) {
          now += look * 1_013;
          often = clockRules.settle(often, now as Instant)?.state ?? often;
        }
        const seldom = clockRules.settle(table.state, now as Instant)?.state ?? table.state;
        expect(clockRules.encode(often)).toBe(clockRules.encode(seldom));
      }),
      { numRuns: 150, seed },
    );
  });

  test("LE3 the same inputs give the same bytes, and a state read back goes on the same", () => {
    fc.assert(
      fc.property(run, ({ settings, grain, steps }) => {
        const play = (forgetful: "forgetful" | "steady") => {
          const table = seated(randomSettings(settings, grain));
          for (const number of steps.slice(0, 50)) {
            if (forgetful === "forgetful") table.state = clockRules.decode(clockRules.encode(table.state));
            take(table, stepOf(number, table.view(), grain));
          }
          return clockRules.encode(table.state);
        };
        expect(play("forgetful")).toBe(play("steady"));
      }),
      { numRuns: 40, seed },
    );
  });

  test("CK1 what the view shows is what will have been paid: a bank read at a moment is the bank of a change at that moment", () => {
    fc.assert(
      fc.property(run, fc.nat(20_000), ({ settings, grain, steps }, wait) => {
        const table = seated(randomSettings(settings, grain));
        for (const number of steps.slice(0, 40)) take(table, stepOf(number, table.view(), grain));
        const due = clockRules.nextWakeAt(table.state);
        const later = Math.min(table.now + wait, due === null ? Number.POSITIVE_INFINITY : due - 1) as Instant;
        if (later < table.now) return;
        const seen = clockRules.view(table.state, "all", later).players.map((player) => player.timeRemaining);
        table.goto(later - startAt);
        const said = table.say("A", { type: "updatePlayer", playerId: 1, name: `A${wait}` });
        if (!said.ok) return;
        expect(table.state.seats.map((seat) => seat.bankMs)).toEqual(seen);
      }),
      { numRuns: 100, seed },
    );
  });

  test("CK1 TO4 a flag that has fallen and is not settled yet shows no bank below zero, unless the table plays on in overtime", () => {
    const [late, below] = [{ count: 0 }, { count: 0 }];
    fc.assert(
      fc.property(run, fc.integer({ min: 1, max: 20_000 }), ({ settings, grain, steps }, wait) => {
        const table = seated(randomSettings(settings, grain));
        for (const number of steps.slice(0, 40)) take(table, stepOf(number, table.view(), grain));
        const now = (Math.max(table.now, clockRules.nextWakeAt(table.state) ?? 0) + wait) as Instant;
        const { onTimeout } = table.state.settings;
        const times = clockRules.tick(table.state, "all", now);
        const least = table.state.seats.map((seat) => Math.min(0, seat.bankMs));
        expect(clockRules.view(table.state, "all", now).players.map((player) => player.timeRemaining)).toEqual(Object.values(times));
        const isBelow = Object.values(times).some((ms, at) => ms < (least[at] ?? 0));
        expect(isBelow && onTimeout !== "warning" && onTimeout !== "time-deduction").toBe(false);
        if (isBelow) below.count += 1;
        if (table.state.seats.some((seat) => table.state.runners.includes(seat.id) && times[seat.id] === 0)) late.count += 1;
      }),
      { numRuns: 150, seed },
    );
    expect(late.count, "flags that have just fallen").toBeGreaterThan(3);
    expect(below.count, "tables in overtime").toBeGreaterThan(3);
  });
});
