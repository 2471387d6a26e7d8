import { expect, test } from "vitest";
import { diceCommand } from "../../public/app/model/dice.ts";
import type { Standing } from "../../public/app/model/table-questions.ts";
import { player, table } from "./support/tables.ts";

const host: Standing = { seat: null, host: true, local: false };
const rollerAt = (free: readonly number[], active: number | null, dead: readonly number[] = []): unknown => {
  const players = [1, 2, 3, 4].map((id) => player(id, { claimed: !free.includes(id), isEliminated: dead.includes(id) }));
  return diceCommand(table({ players, activePlayer: active }), host, 20)?.data;
};

test("a host without a seat rolls for the seat on turn if nobody holds it, else for the first free one that lives", () => {
  expect(rollerAt([2, 3], 3)).toEqual({ sides: 20, playerId: 3 });
  expect(rollerAt([2, 3], 1)).toEqual({ sides: 20, playerId: 2 });
  expect(rollerAt([2, 3], 1, [2])).toEqual({ sides: 20, playerId: 3 });
  expect(rollerAt([2, 3], null)).toEqual({ sides: 20, playerId: 2 });
  expect(rollerAt([], 1)).toBeUndefined();
});

test("a holder rolls for himself, a device that is the whole table for the table, and a watcher for nobody", () => {
  expect(diceCommand(table(), { seat: 2, host: false, local: false }, 6)?.data).toEqual({ sides: 6 });
  expect(diceCommand(table(), { seat: 1, host: true, local: false }, 6)?.data).toEqual({ sides: 6 });
  expect(diceCommand(table(), { seat: null, host: true, local: true }, 6)?.data).toEqual({ sides: 6 });
  expect(diceCommand(table(), { seat: null, host: false, local: false }, 6)).toBeNull();
});
