import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { applyChange, viewChange } from "../../lib/protocol/change.ts";

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null));
const item = (id: number) =>
  fc.record({
    id: fc.constant(id),
    name: fc.string(),
    times: fc.array(fc.integer(), { maxLength: 3 }),
    more: fc.dictionary(fc.string(), leaf),
  });
const players = fc.integer({ min: 0, max: 5 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => item(i + 1))));
const view = fc.record({
  status: leaf,
  stack: fc.array(fc.integer({ min: 1, max: 8 })),
  settings: fc.dictionary(fc.string(), fc.oneof(leaf, fc.array(leaf))),
  players: fc.option(players),
});

describe("a change of a view", () => {
  test.prop([view, view])("CH1 a change applied to the view before gives the view after, whatever both say", (before, after) => {
    const change = viewChange(before, after);
    const wire = change === null ? {} : JSON.parse(JSON.stringify(change));
    expect(JSON.parse(JSON.stringify(applyChange(before, wire)))).toEqual(JSON.parse(JSON.stringify(after)));
  });

  test.prop([view])("CH2 equal views make no change at all", (before) => {
    expect(viewChange(before, structuredClone(before))).toBeNull();
  });

  test("CH3 of a list with ids only the items that changed travel, with their changed fields", () => {
    const before = {
      players: [
        { id: 1, life: 40, name: "Ayla" },
        { id: 2, life: 40, name: "Jun" },
      ],
    };
    const after = {
      players: [
        { id: 1, life: 40, name: "Ayla" },
        { id: 2, life: 37, name: "Jun" },
      ],
    };
    expect(viewChange(before, after)).toEqual({ players: [{ id: 2, life: 37 }] });
  });

  test("CH4 a list that lost or moved items travels whole", () => {
    const before = { players: [{ id: 1 }, { id: 2 }] };
    expect(viewChange(before, { players: [{ id: 2 }, { id: 1 }] })).toEqual({ players: { whole: [{ id: 2 }, { id: 1 }] } });
    expect(viewChange(before, { players: [{ id: 2 }] })).toEqual({ players: { whole: [{ id: 2 }] } });
    expect(viewChange(before, { players: [] })).toEqual({ players: [] });
  });
});
