// Taps that name their turn, as the page gives them.
import { expect, test } from "vitest";
import { confirmCommand, pauseCommand } from "../../public/app/model/offer.ts";
import { seated, token } from "./support/seated-page.ts";
import { table } from "./support/tables.ts";

test("TU8 what is given behind a pass that has no answer yet is meant for the turn after it", () => {
  const { env, session } = seated();
  env.socket().dies(1006);
  session.give({ type: "passTurn", data: { playerId: 2, turn: 9 } });
  session.give(pauseCommand(table()));
  env.pass(1_000);
  env.socket().opens();
  env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 12 }) });
  const given = env.socket().told.slice(1);
  expect(given.map(({ type, data }) => [type, data["turn"]])).toEqual([
    ["passTurn", 9],
    ["pause", 10],
  ]);
  // The change comes before the answer.
  session.give(confirmCommand(table({ turn: 10 })));
  expect(env.socket().told.at(-1)?.data["turn"]).toBe(10);
});

test("TU8 a pause that is tapped while the line is there stops the table, whoever passes at the same moment", () => {
  const { env, session } = seated();
  session.give(pauseCommand(table()));
  const { type, data } = env.socket().told.at(-1) ?? { type: "", data: {} };
  expect([type, data]).toEqual(["pause", { to: "paused", heardAt: expect.any(Number) }]);
});
