// A page that has missed a change asks for the whole state.
import { expect, test } from "vitest";
import { seated, token } from "./support/seated-page.ts";
import { table } from "./support/tables.ts";

test("F27 a gap in v makes the page ask for the whole state", () => {
  const { env } = seated();
  env.socket().says("change", { v: 14, serverTime: 1, events: [], turn: 3 });
  expect(env.socket().told.at(-1)).toMatchObject({ type: "sync", data: {} });
});

test("the whole state is asked for once until that is answered, again when it is refused for now, and anew on a new socket", () => {
  const { env } = seated();
  const asked = () => env.socket().told.filter(({ type }) => type === "sync");
  const gap = (v: number): void => env.socket().says("change", { v, serverTime: 1, events: [], turn: 3 });
  for (const v of [14, 15, 16]) gap(v);
  expect(asked()).toHaveLength(1);
  env.socket().says("error", { code: "busy", message: "", retry: true, retryAfterMs: 400, id: asked()[0]?.id });
  gap(17);
  expect(asked()).toHaveLength(1);
  env.pass(600);
  expect(asked()).toHaveLength(2);
  env.socket().says("state", table({ v: 17 }));
  gap(19);
  env.socket().says("ack", { id: asked()[1]?.id, v: 17 });
  gap(20);
  expect(asked()).toHaveLength(3);
  env.socket().dies(1006);
  env.pass(1_000);
  env.socket().opens();
  env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 20 }) });
  gap(23);
  expect(asked()).toHaveLength(1);
});
