// Taps that name their turn, as the page gives them.
import { expect, test } from "vitest";
import { confirmCommand, pauseCommand } from "../../public/app/model/offer.ts";
import { createSession } from "../../public/app/net/session.ts";
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

test("TU8 a pause that went out on a line which was dead already names its turn when it is sent again, and so it does after a reload", () => {
  const { env, session } = seated();
  session.give(pauseCommand(table()));
  const first = env.socket().told.at(-1);
  const again = (enter: () => void) => {
    enter();
    env.socket().opens();
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 20, turn: 14 }) });
    return env.socket().told.slice(1);
  };
  const named = { type: "pause", id: first?.id, data: { to: "paused", turn: 9, heardAt: first?.data["heardAt"] } };
  // Nothing is heard, then the line is taken for lost.
  expect(again(() => env.pass(20_000))).toEqual([named]);
  expect(again(() => createSession(env).enter("K7QX2M"))).toEqual([named]);
});

test("TU8 a pause that the server could not take yet names its turn when it is given again", () => {
  const { env, session } = seated();
  session.give(pauseCommand(table()));
  const { id } = env.socket().told.at(-1) ?? {};
  env.socket().says("error", { id, code: "busy", message: "Too much at once.", retry: true, retryAfterMs: 1_000 });
  env.pass(3_000);
  const given = env.socket().told.filter(({ type }) => type === "pause");
  expect(given.map((sent) => [sent.id, sent.data["turn"]])).toEqual([
    [id, undefined],
    [id, 9],
  ]);
});
