import { describe, expect, test } from "vitest";
import { apart, chartScale, linePath } from "../../public/app/model/chart.ts";
import { changedBlow, damageCommand } from "../../public/app/model/damage.ts";
import type { LoggedChange } from "../../public/app/model/logged.ts";
import { recapCsv, recapOf } from "../../public/app/model/recap.ts";
import { type Place, tableLayout } from "../../public/app/model/table-layout.ts";
import { player, table } from "./support/tables.ts";

/** A log from lines of [seconds, event type, data]. */
function log(...lines: readonly (readonly [number, string, object?])[]): LoggedChange[] {
  return lines.map(([s, type, data], at) => ({ v: at + 1, at: s * 1000, by: 1, command: "x", events: [{ type, data: data ?? {} }] }));
}
const four = { seats: [1, 2, 3, 4], startingLife: 40, order: [1, 2, 3, 4] };

describe("the recap", () => {
  test("time is counted for whoever was on the clock, by turn, priority and answers", () => {
    const recap = recapOf(
      log(
        [0, "gameStarted"],
        [10, "interrupted", { playerId: 3 }],
        [14, "priorityPassed", { playerId: 3 }],
        [20, "targetsConfirmed", { players: [2, 4] }],
        [23, "targetAnswered", { playerId: 2 }],
        [28, "targetAnswered", { playerId: 4 }],
        [30, "turnPassed", { from: 1, to: 2, turn: 2 }],
        [45, "turnPassed", { from: 2, to: 3, turn: 3 }],
      ),
      four,
    );
    expect(recap.seats.map((s) => s.used)).toEqual([
      { turn: 18_000, priority: 0, target: 0 },
      { turn: 15_000, priority: 0, target: 3_000 },
      { turn: 0, priority: 4_000, target: 0 },
      { turn: 0, priority: 0, target: 8_000 },
    ]);
    expect(recap.turns).toEqual([
      { turn: 1, seat: 1, ms: 18_000 },
      { turn: 2, seat: 2, ms: 15_000 },
    ]);
    expect(recap.longest).toEqual({ turn: 2, seat: 2, ms: 15_000 });
    expect(recap.playedMs).toBe(45_000);
  });

  test("pauses and the time without a server are nobody's", () => {
    const recap = recapOf(
      [
        ...log(
          [0, "gameStarted"],
          [5, "gamePaused", { by: "player" }],
          [100, "gameResumed"],
          [103, "turnPassed", { from: 1, to: 2, turn: 2 }],
        ),
        { v: 9, at: 900_000, by: null, command: "outage", events: [{ type: "gamePaused", data: { by: "restart" } }] },
      ],
      four,
    );
    expect(recap.seats[0]?.usedMs).toBe(8_000);
    expect(recap.seats[1]?.usedMs).toBe(0);
  });

  test.for([
    ["of which a log of earlier does not say when it began", {}],
    ["that began before the last change", { fromAt: 3_000 }],
  ] as const)("UN4 what is taken back behind an outage %s: everybody lived until that change", ([, began]) => {
    const [start, damage, undo, pass] = log(
      [0, "gameStarted"],
      [5, "lifeChanged", { playerId: 2, from: 40, to: 33, source: 1 }],
      [901, "undone", { v: 2 }],
      [903, "turnPassed", { from: 1, to: 2, turn: 2 }],
    ) as [LoggedChange, LoggedChange, LoggedChange, LoggedChange];
    const outage = { v: 3, at: 900_000, by: null, command: "outage", ...began, events: [{ type: "gamePaused", data: { by: "restart" } }] };
    const back = { ...undo, v: 4, events: [...undo.events, { type: "gameResumed", data: {} }] };
    expect(recapOf([start, damage, outage, back, { ...pass, v: 5 }], four).playedMs).toBe(7_000);
  });

  test.for([
    ["the host gave it the turn", ["turnPassed", { from: null, to: 3, turn: 0 }]],
    ["the turn was given to another one before", ["turnPassed", { from: 1, to: 3, turn: 0 }]],
    ["chance chose it", ["randomPlayerSelected", { playerId: 3 }]],
    ["it rolled highest", ["playOrderRolled", { order: [3, 1, 2, 4] }]],
  ] as const)("the first turn is the starting seat's, and its only one, when %s while waiting", ([, [type, data]]) => {
    const chosen = log([0, type, data], [100, "gameStarted"], [110, "gamePaused", { by: "player" }]);
    const passed = log([0, type, data], [100, "gameStarted"], [110, "turnPassed", { from: 3, to: 4, turn: 2 }]);
    expect(recapOf(chosen, four).seats.map((s) => [s.turns, s.usedMs])).toEqual([
      [0, 0],
      [0, 0],
      [1, 10_000],
      [0, 0],
    ]);
    const recap = recapOf(passed, four);
    expect(recap.seats.map((s) => s.turns)).toEqual([0, 0, 1, 1]);
    expect(recap.turns).toEqual([{ turn: 1, seat: 3, ms: 10_000 }]);
  });

  test("UN4 what was undone with the time since, and games before a reset, are left out", () => {
    const recap = recapOf(
      log(
        [0, "gameStarted"],
        [50, "gameReset"],
        [60, "gameStarted"],
        [70, "lifeChanged", { playerId: 2, from: 40, to: 33, source: 1 }],
        [71, "lifeChanged", { playerId: 2, from: 33, to: 3, source: 1 }],
        [72, "undone", { v: 5 }],
      ),
      four,
    );
    expect(recap.seats[0]?.dealt).toBe(7);
    expect(recap.playedMs).toBe(11_000);
  });

  test("paying one's own life deals no damage; eliminations keep their order", () => {
    const recap = recapOf(
      log(
        [0, "gameStarted"],
        [1, "lifeChanged", { playerId: 1, from: 40, to: 30, source: 1 }],
        [2, "eliminated", { playerId: 3, reason: "host" }],
        [3, "eliminated", { playerId: 2, reason: "life" }],
      ),
      four,
    );
    expect(recap.seats.map((s) => s.dealt)).toEqual([0, 0, 0, 0]);
    expect(recap.out.map((o) => o.seat)).toEqual([3, 2]);
  });

  test("a seat that came back is not in the order of elimination, or only where it went out for good", () => {
    const lines = [
      [0, "gameStarted"],
      [1, "eliminated", { playerId: 3, reason: "host" }],
      [2, "eliminated", { playerId: 2, reason: "host" }],
      [3, "revived", { playerId: 3 }],
    ] as const;
    expect(recapOf(log(...lines), four).out.map((o) => o.seat)).toEqual([2]);
    expect(recapOf(log(...lines, [4, "eliminated", { playerId: 3, reason: "life" }]), four).out.map((o) => o.seat)).toEqual([2, 3]);
  });

  test("F18 a spreadsheet runs no formula from a name, and quotes are doubled", () => {
    const recap = recapOf(log([0, "gameStarted"], [10, "turnPassed", { from: 1, to: 2, turn: 2 }]), four);
    expect(recapCsv(recap, () => '=HYPERLINK("x")')).toBe('turn,seat,name,seconds\r\n1,1,"\'=HYPERLINK(""x"")",10.0\r\n');
  });
});

test("damage lowers life and names its source; a commander's is counted beside it", () => {
  const seats = [player(1), player(2, { life: 20, commanderDamage: { 1: [5, 0] } })];
  const duel = table({ players: seats });
  expect(damageCommand(duel, { to: 2, from: 1, amount: 7, kind: "first" }).data).toEqual({
    playerId: 2,
    life: 13,
    source: 1,
    commanderDamage: { 1: [12, 0] },
  });
  expect(damageCommand(duel, { to: 2, from: null, amount: 2, kind: "plain" }).data).toEqual({ playerId: 2, life: 18, source: 2 });
  // As far down as the rules let a life go, or the whole blow would be refused.
  const low = table({ players: [player(1), player(2, { life: -990 })] });
  expect(damageCommand(low, { to: 2, from: 1, amount: 20, kind: "plain" }).data).toEqual({ playerId: 2, life: -999, source: 1 });
});

test("a blow whose dealer comes to be its taker is dealt by nobody, and by nobody's commander", () => {
  const blow = { to: 2, from: 1, amount: 7, kind: "first" } as const;
  expect(changedBlow(blow, { to: 1 })).toEqual({ to: 1, from: null, amount: 7, kind: "plain" });
  expect(changedBlow(blow, { from: null })).toMatchObject({ from: null, kind: "plain" });
  expect(changedBlow(blow, { to: 3 })).toMatchObject({ to: 3, from: 1, kind: "first" });
});

describe("table mode's geometry", () => {
  test.each([2, 3, 4, 5, 6, 7, 8])("%i seats: every panel has cells of its own, none on the strip, in both shapes", (count) => {
    for (const shape of ["wide", "tall"] as const) {
      const layout = tableLayout(count, shape);
      const cells = layout.places.flatMap((p) => Array.from({ length: p.span }, (_, i) => `${p.row}:${p.column + i}`));
      expect(layout.places).toHaveLength(count);
      expect(layout.places.filter((p) => p.column < 1 || p.column + p.span - 1 > layout.columns)).toEqual([]);
      expect(new Set(cells).size).toBe(cells.length);
      expect(cells).toHaveLength(layout.columns * layout.rows);
      expect(layout.places.some((p) => p.row === layout.strip)).toBe(false);
    }
  });

  test.each([2, 3, 4, 5, 6, 7, 8])(
    "%i seats: every panel is turned to the edge where its player sits, and play goes clockwise",
    (count) => {
      for (const shape of ["wide", "tall"] as const) {
        const { columns, rows, strip, places } = tableLayout(count, shape);
        const lines = rows + 1;
        expect(new Set([strip, ...places.map(({ row }) => row)])).toEqual(new Set(Array.from({ length: lines }, (_, i) => i + 1)));
        const atEdge = ({ turn, row, column, span }: Place) =>
          ({ 0: row === lines, 90: column === 1, 180: row === 1, 270: column + span - 1 === columns })[turn];
        expect(places.filter((place) => !atEdge(place))).toEqual([]);
        expect(places.filter(({ turn, span }) => turn % 180 !== 0 && span === columns)).toEqual([]);
        if (shape === "wide") expect(rows).toBe(2);
        // Round the middle of the device, from its near edge on.
        const angles = places.map(({ row, column, span }) => {
          const [right, down] = [(column - 1 + span / 2) / columns - 0.5, (row - 0.5) / lines - 0.5];
          return (Math.atan2(-right, down) * 180) / Math.PI;
        });
        const [first = Number.NaN] = angles;
        expect(first >= 0 && first < 90, "the first seat is the near left one").toBe(true);
        const round = angles.map((angle) => (angle - first + 360) % 360);
        expect(round).toEqual(round.toSorted((a, b) => a - b));
        expect(new Set(round).size).toBe(count);
      }
    },
  );
});

test("a chart's line stays in its box", () => {
  const points = [
    { at: 0, value: 40 },
    { at: 50, value: 10 },
    { at: 100, value: -2 },
  ];
  const scale = chartScale(points, { width: 100, height: 42 });
  expect(linePath(points, scale, "steps")).toBe("M0 0H50V30H100V42");
});

test("the shapes at the ends of a chart's lines lie beside each other, in the order of their values, in the box, and no further off than they must", () => {
  const inBox = { gap: 10, height: 150 };
  expect(apart([20, 90, 55.5], inBox)).toEqual([20, 90, 55.5]);
  expect(apart([70, 70], inBox)).toEqual([65, 75]);
  expect(apart([150, 40, 150, 148], inBox)).toEqual([140, 40, 150, 130]);
  expect(apart([0, 0, 3], inBox)).toEqual([0, 10, 20]);
  // Two that were moved away from each other meet a third.
  expect(apart([70, 70, 79], inBox)).toEqual([63, 73, 83]);
  const eight = apart([150, 150, 150, 150, 0, 150, 150, 150], inBox);
  expect(eight).toEqual([90, 100, 110, 120, 0, 130, 140, 150]);
  expect(apart([], inBox)).toEqual([]);
});
