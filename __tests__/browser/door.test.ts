import { expect, test } from "vitest";
import { cleanTeamName } from "../../lib/chsh/names.ts";
import type { App } from "../../public/app/app-context.ts";
import { leftTeams } from "../../public/app/chsh/left-team.ts";
import { isOddName, mayHaveRoom } from "../../public/app/chsh/model/class-table.ts";
import { createSession } from "../../public/app/net/session.ts";
import { type FakeEnv, fakeEnv } from "./support/fake-env.ts";

const code = "K7QX2M";
const token = (letter: string): string => letter.repeat(43);
const common = { id: code, game: "chsh", name: "Physics", mode: "simplified", status: "running", createdAt: 0, hostConnected: true };
const team = { id: 2, name: "Bell", state: "playing", rounds: 0, success: null, partnerHere: true };
const player = (v: number) => ({
  ...common,
  v,
  serverTime: 0,
  viewers: 3,
  role: "player",
  seat: 3,
  slot: 1,
  team,
  round: null,
  last: null,
});
const watcher = (v: number) => ({
  ...common,
  v,
  serverTime: 0,
  viewers: 3,
  role: "watcher",
  teams: [{ id: 2, name: "Bell", state: "waiting" }],
});

/** A page in its team, on this device; `says` is told to it as the screen would be: what the server says, and then what follows from it. */
function page(env: FakeEnv) {
  const session = createSession(env);
  const left = leftTeams({ session } as App);
  const says = (type: string, data: object): void => {
    env.socket().says(type, data);
    const { link, other } = session.model.value;
    if (link === "open" && other !== null) left.told(code, (other as unknown as { role: string }).role === "player");
  };
  const isBack = (letter: string, v: number): void =>
    says("reconnected", { playerId: 3, gameId: code, token: token(letter), state: player(v) });
  return { session, left, says, isBack, told: (type: string) => env.socket().told.filter((message) => message.type === type) };
}

function inTeam() {
  const env = fakeEnv();
  const one = page(env);
  one.session.keys.keep(code, { playerId: 3, token: token("a") });
  one.session.enter(code);
  env.socket().opens();
  one.isBack("b", 4);
  return { env, ...one };
}

function backOnLine(env: FakeEnv): void {
  env.pass(1_000);
  env.socket().opens();
}

test("who leaves his team hears from the server that he is out; only then is the seat's key put aside, to come back with", () => {
  const { left, session, says, told } = inTeam();
  left.leave(code, "Bell");
  left.leave(code, "Bell");
  expect([told("leaveTeam").length, session.keys.best(code)?.token, left.of(code)]).toEqual([1, token("b"), null]);
  says("state", watcher(5));
  expect([session.keys.best(code), left.of(code)]).toEqual([null, { name: "Bell", key: { playerId: 3, token: token("b"), v: 4 } }]);
  left.comeBack(code);
  expect([session.keys.best(code)?.token, left.of(code)]).toEqual([token("b"), null]);
});

test("of classes that were left long ago no key is kept: that one was closed is told to nobody who had gone", () => {
  const env = fakeEnv();
  const { left } = page(env);
  const key = { playerId: 3, token: token("a") };
  env.shelf.set("tapotarp:left:EARLER", JSON.stringify({ name: "Bell", key }));
  for (let n = 10; n < 40; n += 1) {
    env.pass(1_000);
    left.leave(`CLAS${n}`, "Bell");
  }
  const kept = env.shelf.keys().filter((name) => name.startsWith("tapotarp:left:"));
  expect(kept.sort()).toEqual(Array.from({ length: 20 }, (_, n) => `tapotarp:left:CLAS${20 + n}`));
});

test("who leaves while the line is down comes back into the seat to leave it: a watcher could not, and it would be held for an hour", () => {
  const { env, left, session, says, isBack, told } = inTeam();
  env.socket().dies(1006);
  left.leave(code, "Bell");
  backOnLine(env);
  expect([told("join"), told("reconnect")[0]?.data["token"]]).toEqual([[], token("b")]);
  isBack("c", 5);
  expect(told("leaveTeam")).toHaveLength(1);
  says("state", watcher(6));
  expect([session.keys.best(code), left.of(code)?.key.token]).toEqual([null, token("c")]);
});

test("a page that is loaded again before the answer leaves the team that it came back into", () => {
  const { env, left } = inTeam();
  left.leave(code, "Bell");
  const again = page(env);
  again.session.enter(code);
  env.socket().opens();
  again.isBack("c", 6);
  const [first] = again.told("leaveTeam");
  expect(again.told("leaveTeam")).toHaveLength(1);
  // It had left already: the same id is answered as it was, and changes nothing.
  again.says("ack", { id: first?.id, v: 5 });
  expect(again.told("leaveTeam").map(({ id }) => id === first?.id)).toEqual([true, false]);
  again.says("state", watcher(7));
  expect(again.left.of(code)?.key.token).toBe(token("c"));
});

/** Out of his team, with the key put aside, and on his way back into it. */
function onTheWayBack() {
  const one = inTeam();
  one.left.leave(code, "Bell");
  one.says("state", watcher(5));
  one.says("ack", { id: one.told("leaveTeam")[0]?.id, v: 5 });
  one.left.comeBack(code);
  const refused = (reason: string): void => {
    one.says("error", { code: reason, message: "", retry: false });
    one.says("state", watcher(6));
  };
  return { ...one, refused };
}

test("a way back that is refused as the team's name is taken now is put aside again: no later line brings anybody in, and it can be tried again", () => {
  const { env, left, session, refused, isBack, told } = onTheWayBack();
  refused("name-taken");
  expect([session.keys.best(code), left.of(code)?.key.token]).toEqual([null, token("b")]);
  env.socket().dies(1006);
  backOnLine(env);
  expect([told("join").length, told("reconnect")]).toEqual([1, []]);
  env.socket().says("state", watcher(7));
  left.comeBack(code);
  isBack("c", 8);
  expect([session.keys.best(code)?.token, left.of(code), told("leaveTeam")]).toEqual([token("c"), null, []]);
});

test("a way back whose key opens nothing any more, or that led into the team, is not offered again", () => {
  const dead = onTheWayBack();
  dead.refused("bad-token");
  expect([dead.session.keys.best(code), dead.left.of(code)]).toEqual([null, null]);
  const open = onTheWayBack();
  open.isBack("c", 6);
  open.env.socket().dies(1006);
  open.session.keys.forget(code);
  backOnLine(open.env);
  open.says("state", watcher(7));
  expect(open.left.of(code)).toBeNull();
});

test("a way back on which the line was lost, or the page loaded again, is gone on", () => {
  const { env, isBack } = onTheWayBack();
  env.socket().dies(1006);
  backOnLine(env);
  expect(env.socket().told[0]).toMatchObject({ type: "reconnect", data: { token: token("b") } });
  const again = page(env);
  again.session.enter(code);
  env.socket().opens();
  isBack("c", 6);
  expect(again.left.of(code)).toBeNull();
});

test("the way back is offered while the team may have room, and not into a complete one", () => {
  const teams = [
    { id: 1, name: "Bell", state: "playing" },
    { id: 2, name: "Aspect", state: "waiting" },
    { id: 3, name: "Gone", state: "inactive" },
  ] as const;
  const offered = [1, 2, 3, 4, 5, 6, 7, null].filter((seat) => mayHaveRoom(teams, seat));
  expect(offered).toEqual([3, 4, 5, 6]);
});

test("CS5 the door says what a team's name may not have before the server refuses it, and nothing against one that the server takes", () => {
  const nothing = ["", "  "];
  const good = ["Bell", "-1 Bell", "Çağrı-2_b", "می\u200cروم", "٣ ४ 5", "हिन्दी", "Bell\ufe0f", "a\tb", "𞤀𞤣𞤤𞤢𞤥", "Bell\ufff9"];
  const odd = ["Bell!", "Bell's", "<b>", "½", "x²", "a+b", "😀", "a.b", "\u200d"];
  for (const name of [...good, ...odd]) expect([name, isOddName(name)]).toEqual([name, cleanTeamName(name) === null]);
  expect([...nothing, ...good, ...odd].filter(isOddName)).toEqual(odd);
});
