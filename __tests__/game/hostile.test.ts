// The schemas check every message before the rules see it. Should one slip through, the rules still never throw, never
// keep nonsense and never break an invariant.
import fc from "fast-check";
import { expect, test } from "vitest";
import { permissions } from "../../lib/game/authorise.ts";
import type { Command } from "../../lib/game/commands.ts";
import { clockCommands } from "../../lib/protocol/clock-schemas.ts";
import { started } from "./table.ts";

const seed = Number(process.env["SEED"] ?? 20_261_120);

const nonsense = fc.oneof(
  fc.constantFrom(
    null,
    true,
    "",
    "2",
    "abc",
    "60000",
    "__proto__",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    0.5,
    -1,
    1,
    2,
    3,
    9,
    1e300,
    [],
    {},
    [[]],
    "\ud800",
  ),
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.double(),
  fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(null)), { maxLength: 3 }),
  fc.dictionary(
    fc.constantFrom("1", "2", "3", "poison", "x", "initialTime", "handicaps", "toString", "warningThresholds"),
    fc.oneof(fc.integer(), fc.constant(null), fc.array(fc.integer())),
  ),
);

const { updateSettings: _, ...others } = clockCommands;
/** Every field that a command can have. Settings stand in one of their own. */
const fields = new Set(["settings", ...Object.values(others).flatMap((schema) => Object.keys(schema.shape))]);

const command = fc.record({
  type: fc.oneof(fc.constantFrom(...Object.keys(permissions)), fc.constantFrom("toString", "constructor", "__proto__", "", "x")),
  ...Object.fromEntries([...fields].map((field) => [field, fc.option(nonsense, { nil: undefined, freq: 2 })])),
});

test(`L01 L08 LI1 nonsense in any field is refused or harmless, never thrown and never kept (seed ${seed})`, () => {
  let refused = 0;
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("A", "B", "V"), command, fc.nat(3_000)), { maxLength: 30, size: "max" }), (said) => {
      const table = started({ playerCount: 3, initialTime: 20_000 });
      for (const [who, wild, wait] of said) {
        // A field that is left out is left out, not undefined.
        const clean = Object.fromEntries(Object.entries(wild).filter(([, value]) => value !== undefined));
        table.goto(table.now - 1_700_000_000_000 + wait);
        // Invariants and codec are checked by the table after every change.
        if (table.say(who, clean as unknown as Command).ok) accepted += 1;
        else refused += 1;
      }
    }),
    { numRuns: Number(process.env["RUNS"] ?? 300), seed },
  );
  expect(refused).toBeGreaterThan(1_000);
  expect(accepted).toBeGreaterThan(100);
});
