// A page at a table, and one that has seat 2 there.
import { createSession } from "../../../public/app/net/session.ts";
import { type FakeEnv, fakeEnv } from "./fake-env.ts";
import { table } from "./tables.ts";

export const token = (letter: string): string => letter.repeat(43);

export function page(env: FakeEnv = fakeEnv()) {
  return { env, session: createSession(env) };
}

export function seated(env: FakeEnv = fakeEnv()) {
  const { session } = page(env);
  session.enter("K7QX2M");
  env.socket().opens();
  env.socket().says("state", table());
  session.give({ type: "claim", data: { playerId: 2 } });
  env.socket().says("claimed", { playerId: 2, gameId: "K7QX2M", token: token("a"), state: table({ v: 11 }) });
  return { env, session };
}
