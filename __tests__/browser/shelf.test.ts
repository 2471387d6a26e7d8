import { describe, expect, test } from "vitest";
import { browserShelf, memoryShelf } from "../../public/app/device/env.ts";
import { createPrefs } from "../../public/app/device/prefs.ts";
import { SeatKeys } from "../../public/app/net/seat-keys.ts";
import { createSession } from "../../public/app/net/session.ts";
import { fakeEnv } from "./support/fake-env.ts";
import { seated } from "./support/seated-page.ts";
import { table } from "./support/tables.ts";

/** Keeps what it is given until it is full; its keys are its own, as the browser's are. */
class FakeStorage {
  constructor(isFull: () => boolean) {
    Object.defineProperty(this, "isFull", { value: isFull });
  }
  getItem(key: string): string | null {
    return (this as unknown as Record<string, string>)[key] ?? null;
  }
  setItem(key: string, value: string): void {
    if ((this as unknown as { isFull: () => boolean }).isFull()) throw new Error("full");
    Object.assign(this, { [key]: value });
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

const forbidden = (): Storage => {
  throw new Error("forbidden");
};

describe("what lies on the device", () => {
  test.each([
    ["forbidden", forbidden],
    ["full", () => new FakeStorage(() => true) as unknown as Storage],
  ])("F20 a page whose storage is %s comes back to its seat after a lost line", (_, storage) => {
    const env = fakeEnv(browserShelf(storage));
    const session = createSession(env);
    session.enter("K7QX2M");
    env.socket().opens();
    env.socket().says("state", table());
    session.give({ type: "claim", data: { playerId: 2 } });
    env.socket().says("claimed", { playerId: 2, gameId: "K7QX2M", token: "a".repeat(43), state: table({ v: 11 }) });
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    expect(env.socket().told[0]).toMatchObject({ type: "reconnect", data: { playerId: 2, token: "a".repeat(43) } });
  });

  test("F20 a host whose claim was answered while the line was down asks for it again, and is told his seat and its key", () => {
    const shelf = memoryShelf();
    const env = fakeEnv(shelf);
    const session = createSession(env);
    session.create({ playerCount: 2 }, "Duel");
    env.socket().opens();
    env.socket().says("claimed", { playerId: null, gameId: "K7QX2M", token: "h".repeat(43), state: table({ v: 10, hostPlayer: null }) });
    session.give({ type: "claim", data: { playerId: 2 } });
    const asked = env.socket().told.at(-1);
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("reconnected", { playerId: null, gameId: "K7QX2M", token: "i".repeat(43), state: table({ v: 12 }) });
    expect(env.socket().told.at(-1)).toEqual(asked);
    // And once more when the page was loaded anew meanwhile.
    const again = fakeEnv(shelf);
    const loaded = createSession(again);
    loaded.enter("K7QX2M");
    again.socket().opens();
    again.socket().says("reconnected", { playerId: null, gameId: "K7QX2M", token: "j".repeat(43), state: table({ v: 13 }) });
    expect(again.socket().told.at(-1)).toEqual(asked);
    again.socket().says("claimed", { playerId: 2, gameId: "K7QX2M", token: "a".repeat(43), state: table({ v: 14 }) });
    expect(loaded.model.value).toMatchObject({ seat: 2, outbox: [] });
  });

  test("what a storage takes lies there alone, and what it refuses is read back, listed and removed as if it had not", () => {
    let isFull = false;
    const storage = new FakeStorage(() => isFull);
    const shelf = browserShelf(() => storage as unknown as Storage);
    shelf.set("old", "1");
    isFull = true;
    shelf.set("old", "2");
    shelf.set("new", "3");
    expect([shelf.get("old"), shelf.get("new"), shelf.keys()]).toEqual(["2", "3", ["old", "new"]]);
    expect(storage.getItem("old")).toBe("1");
    shelf.remove("new");
    expect([shelf.get("new"), shelf.keys()]).toEqual([null, ["old"]]);
    isFull = false;
    shelf.set("old", "4");
    storage.setItem("old", "5");
    expect(shelf.get("old")).toBe("5");
    shelf.remove("old");
    expect([shelf.get("old"), shelf.keys()]).toEqual([null, []]);
  });

  test("a key is kept though the device's clock is behind all games that it remembers: it is not the oldest, but the newest", () => {
    const shelf = memoryShelf();
    const before = new SeatKeys(shelf, () => 1_700_000_000_000);
    for (let game = 0; game < 30; game += 1) before.keep(`GAME${game}`, { playerId: 1, token: "a".repeat(43) });
    expect(before.all()).toHaveLength(20);
    const now = new SeatKeys(shelf, () => 0);
    now.keep("K7QX2M", { playerId: 2, token: "b".repeat(43) });
    expect(now.best("K7QX2M")?.token).toBe("b".repeat(43));
    expect(now.all()).toHaveLength(20);
  });

  test("L38 what an earlier page left unanswered too long ago, and what cannot be read, is thrown away without a word", () => {
    const shelf = memoryShelf();
    const enter = (passedMs: number) => {
      const env = fakeEnv(shelf);
      env.pass(passedMs);
      const session = createSession(env);
      session.enter("K7QX2M");
      env.socket().opens();
      env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: "a".repeat(43), state: table({ serverTime: passedMs }) });
      return { env, session };
    };
    enter(0).session.give({ type: "passTurn", data: {} });
    shelf.set("tapotarp:out:torn", "{");
    const waiting = () => shelf.keys().filter((key) => key.startsWith("tapotarp:out:")).length;
    expect(waiting()).toBe(2);
    expect(
      enter(60_000)
        .env.socket()
        .told.map(({ type }) => type),
    ).toEqual(["reconnect", "passTurn"]);
    expect(waiting()).toBe(1);
    const { env, session } = enter(11 * 60_000);
    expect(env.socket().told.map(({ type }) => type)).toEqual(["reconnect"]);
    expect([waiting(), session.model.value.notices]).toEqual([0, []]);
  });

  test("what another build let this person choose is taken as not chosen where this one does not know it", () => {
    const shelf = memoryShelf();
    shelf.set("tapotarp:prefs", JSON.stringify({ theme: "sepia", language: "de", sounds: false, counters: "poison" }));
    expect(createPrefs(shelf).prefs.value).toMatchObject({ theme: "auto", language: "auto", sounds: false, counters: ["poison", "drunk"] });
    shelf.set("tapotarp:prefs", JSON.stringify({ theme: "light", language: "tr" }));
    expect(createPrefs(shelf).prefs.value).toMatchObject({ theme: "light", language: "tr", sounds: true });
  });

  test("two pages of one browser like the same: what is chosen on one holds on the other, and nothing of it is written over", () => {
    const shelf = memoryShelf();
    const [one, other] = [createPrefs(shelf), createPrefs(shelf)];
    one.set({ sounds: false });
    const before = other.prefs.value;
    other.heard("tapotarp:out:1");
    expect(other.prefs.value).toBe(before);
    other.heard("tapotarp:prefs");
    expect(other.prefs.value).toMatchObject({ sounds: false, theme: "auto" });
    // A page that was put aside is told nothing of what was chosen meanwhile.
    other.set({ theme: "light" });
    one.set({ calm: true });
    expect(createPrefs(shelf).prefs.value).toMatchObject({ sounds: false, theme: "light", calm: true });
    // All that was kept was cleared at once.
    shelf.remove("tapotarp:prefs");
    other.heard(null);
    expect(other.prefs.value).toMatchObject({ sounds: true, theme: "auto", calm: false });
  });

  test("a page whose key was cleared from the device while it played says that it only watches", () => {
    const env = fakeEnv();
    const session = createSession(env);
    session.enter("K7QX2M");
    env.socket().opens();
    env.socket().says("claimed", { playerId: 2, gameId: "K7QX2M", token: "a".repeat(43), state: table() });
    for (const key of env.shelf.keys()) env.shelf.remove(key);
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("state", table());
    expect(env.socket().told[0]).toMatchObject({ type: "join" });
    expect(session.model.value).toMatchObject({ link: "open", seat: null, chair: false });
  });
});

test("F20 what a player gave before he was kicked goes with his seat: whoever then watches gives nothing, nor does a page loaded anew", () => {
  const { env, session } = seated();
  for (const type of ["passTurn", "interrupt"]) session.give({ type, data: {} });
  env.socket().dies(4003);
  const typesAfter = (enter: () => void) => {
    enter();
    env.socket().opens();
    env.socket().says("state", table({ v: 13 }));
    return env.socket().told.map(({ type }) => type);
  };
  expect(typesAfter(() => session.enter("K7QX2M"))).toEqual(["join"]);
  expect(session.model.value.outbox).toEqual([]);
  expect(typesAfter(() => createSession(env).enter("K7QX2M"))).toEqual(["join"]);
});

test("F20 a word to the operator is not of the seat: whoever is kicked before it was heard sends it when he comes to watch, and only it", () => {
  const { env, session } = seated();
  session.give({ type: "feedback", data: { text: "Thanks" } });
  session.give({ type: "passTurn", data: {} });
  const word = env.socket().told.find(({ type }) => type === "feedback");
  env.socket().dies(4003);
  session.enter("K7QX2M");
  env.socket().opens();
  env.socket().says("state", table({ v: 13 }));
  expect(env.socket().told.slice(1)).toEqual([word]);
});
