// A page that has missed a change asks for the whole state.
import { expect, test } from "vitest";
import { eachNews } from "../../public/app/net/news.ts";
import { seated, token } from "./support/seated-page.ts";
import { table } from "./support/tables.ts";

test("F27 a gap in v makes the page ask for the whole state", () => {
  const { env } = seated();
  env.socket().says("change", { v: 14, serverTime: 1, events: [], turn: 3 });
  expect(env.socket().told.at(-1)).toMatchObject({ type: "sync", data: {} });
});

test("F27 it says what it has seen, so that the log is told what happened in the gap; of that nothing is heard as if it were new", () => {
  const { env, session } = seated();
  const heard: number[] = [];
  eachNews(session.model, (fresh) => heard.push(...fresh.map(({ v }) => v)));
  const life = { type: "lifeChanged", data: { playerId: 1, from: 40, to: 39 } };
  env.socket().says("change", { v: 14, serverTime: 4, events: [life] });
  expect(env.socket().told.at(-1)?.data).toEqual({ v: 11 });
  env.socket().says("state", table({ v: 14 }));
  env.socket().says("missed", { from: 11, changes: [12, 13, 14].map((v) => ({ v, at: v, events: [life] })) });
  env.socket().says("change", { v: 15, serverTime: 5, events: [life] });
  expect(session.model.value.happenings.map(({ v }) => v)).toEqual([12, 13, 14, 15]);
  expect(heard).toEqual([15]);
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
