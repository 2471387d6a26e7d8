import { describe, expect, test } from "vitest";
import { memoryShelf } from "../../public/app/device/env.ts";
import { standing } from "../../public/app/model/table-questions.ts";
import { type FakeEnv, fakeEnv } from "./support/fake-env.ts";
import { page, seated, token } from "./support/seated-page.ts";
import { table } from "./support/tables.ts";

describe("the page's connection", () => {
  test("a new page joins the game of its address, asking for changes", () => {
    const { env, session } = page();
    session.enter("K7QX2M");
    env.socket().opens();
    expect(env.socket().told).toEqual([{ type: "join", data: { gameId: "K7QX2M", updates: "changes" } }]);
    env.socket().says("state", table());
    expect(session.model.value.link).toBe("open");
  });

  test("create carries an id, and the same id again when the answer was lost with its socket", () => {
    const { env, session } = page();
    session.create({ playerCount: 2 }, "Duel");
    env.socket().opens();
    const first = env.socket().told[0];
    expect(first).toMatchObject({ type: "create", data: { name: "Duel", settings: { playerCount: 2 }, updates: "changes" } });
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    expect(env.sockets).toHaveLength(2);
    expect(env.socket().told[0]?.id).toBe(first?.id);
    env.socket().says("claimed", { playerId: null, gameId: "K7QX2M", token: token("h"), state: table({ hostPlayer: null }) });
    expect(session.model.value).toMatchObject({ gameId: "K7QX2M", chair: true, link: "open" });
  });

  test("a second tap on the way to a new table means the same table; other settings mean another", () => {
    const { env, session } = page();
    const created = () => env.sockets.flatMap(({ told }) => told).flatMap(({ type, id }) => (type === "create" ? [id] : []));
    session.create({ playerCount: 2 }, "Duel");
    env.socket().opens();
    session.create({ playerCount: 2 }, "Duel");
    expect(created()).toHaveLength(1);
    session.create({ playerCount: 4 }, "Duel");
    env.socket().opens();
    expect(new Set(created()).size).toBe(2);
  });

  test("whoever goes from one game to another leaves the first one, and asks for the next through a socket of its own", () => {
    const { env, session } = seated();
    const first = env.socket();
    session.enter("ZZZZZZ");
    expect([first.told.at(-1)?.type, first.readyState]).toEqual(["leave", 3]);
    env.socket().opens();
    session.enter("ZZZZZZ");
    expect(env.socket().told.map(({ type }) => type)).toEqual(["join", "join"]);
    expect(env.sockets).toHaveLength(2);
  });

  test("F20 a page that comes back uses the newest key it was given", () => {
    const { env } = seated();
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    expect(env.socket().told[0]).toEqual({
      type: "reconnect",
      data: { gameId: "K7QX2M", playerId: 2, token: token("a"), updates: "changes", v: 11 },
    });
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    env.socket().dies(1012);
    env.pass(1_000);
    env.socket().opens();
    expect(env.socket().told[0]?.data).toMatchObject({ token: token("b") });
  });

  test("F20 a seat that is given up keeps its key until the server has said so, and no longer; a table that is closed leaves none", () => {
    const { env, session } = seated();
    session.give({ type: "unclaim", data: {} });
    const sent = env.socket().told.find(({ type }) => type === "unclaim");
    expect(session.keys.best("K7QX2M")?.token).toBe(token("a"));
    env.socket().says("ack", { id: sent?.id, v: 12 });
    expect(session.keys.best("K7QX2M")).toBeNull();
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    expect(env.socket().told.map(({ type }) => type)).toEqual(["join"]);

    const closed = seated();
    closed.env.socket().dies(4004);
    expect(closed.session.keys.all()).toEqual([]);
  });

  test("who stood up and sat down again, and heard of neither, keeps the seat that came last", () => {
    const { env, session } = seated();
    session.give({ type: "unclaim", data: {} });
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("reconnected", { playerId: 1, gameId: "K7QX2M", token: token("c"), state: table({ v: 20 }) });
    env.socket().says("ack", { id: env.socket().told.find(({ type }) => type === "unclaim")?.id, v: 12 });
    expect([session.keys.best("K7QX2M")?.token, session.model.value.seat]).toEqual([token("c"), 1]);
  });

  test.each([
    ["made the table", "h", true],
    ["did not make it", null, false],
  ])("HO5 a page that was loaded anew, whose person %s, knows whether he is host when he gives his seat back", (_, chair, host) => {
    const { env, session } = page();
    if (chair !== null) session.keys.keep("K7QX2M", { playerId: null, token: token(chair) });
    session.keys.keep("K7QX2M", { playerId: 1, token: token("a") });
    session.enter("K7QX2M");
    env.socket().opens();
    env.socket().says("reconnected", { playerId: 1, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    session.give({ type: "unclaim", data: {} });
    env.socket().says("change", { v: 12, serverTime: 0, hostPlayer: null, players: [{ id: 1, claimed: false }], events: [] });
    env.socket().says("ack", { id: env.socket().told.at(-1)?.id, v: 12 });
    expect(standing(session.model.value)).toEqual({ seat: null, host, local: false });
  });

  test("L17 a temporary refusal keeps the key and asks again", () => {
    const { env, session } = seated();
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("error", { code: "busy", message: "", retry: true });
    expect(session.keys.best("K7QX2M")?.token).toBe(token("a"));
    env.pass(2_000);
    expect(env.socket().told.map((m) => m.type)).toEqual(["reconnect", "reconnect"]);
  });

  test("a key that is refused for good is dropped, and the page comes in as a watcher", () => {
    const { env, session } = seated();
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("error", { code: "token-expired", message: "", retry: false });
    expect(env.socket().told.map((m) => m.type)).toEqual(["reconnect", "join"]);
    expect(session.keys.all()).toEqual([]);
  });

  test.for(["bad-token", "token-expired"])("%s: the page that comes in as a watcher does not show another's seat as its own", (code) => {
    const { env, session } = seated();
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("error", { code, message: "", retry: false });
    env.socket().says("state", table({ v: 12 }));
    expect(session.model.value).toMatchObject({ link: "open", seat: null, chair: false, table: { v: 12 } });
  });

  test("a seat's key that opens nothing any more leaves the host's chair, and nothing of the seat", () => {
    const shelf = memoryShelf();
    const { env, session } = seated(fakeEnv(shelf));
    session.keys.keep("K7QX2M", { playerId: null, token: token("h") });
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("error", { code: "bad-token", message: "", retry: false });
    expect(env.socket().told.at(-1)?.data).toMatchObject({ host: true, token: token("h") });
    env.socket().says("reconnected", { playerId: null, gameId: "K7QX2M", token: token("i"), state: table({ v: 12 }) });
    expect(session.model.value).toMatchObject({ seat: null, chair: true });
  });

  test.for(["not-host", "not-allowed", "internal", "version-unsupported"])(
    "L17 %s keeps the key: the page watches, and tries it again on its next socket",
    (code) => {
      const { env, session } = page();
      session.keys.keep("K7QX2M", { playerId: null, token: token("h") });
      session.enter("K7QX2M");
      env.socket().opens();
      env.socket().says("reconnected", { playerId: null, gameId: "K7QX2M", token: token("i"), state: table({ v: 11 }) });
      env.socket().dies(1006);
      env.pass(1_000);
      env.socket().opens();
      env.socket().says("error", { code, message: "", retry: false });
      env.socket().says("error", { code: "busy", message: "", retry: true });
      env.pass(2_000);
      expect(env.socket().told.map(({ type }) => type)).toEqual(["reconnect", "join", "join"]);
      env.socket().says("state", table({ v: 11 }));
      expect(session.model.value).toMatchObject({ link: "open", chair: false });
      expect(session.keys.best("K7QX2M")?.token).toBe(token("i"));
      env.socket().dies(1006);
      env.pass(1_000);
      env.socket().opens();
      expect(env.socket().told[0]).toMatchObject({ type: "reconnect", data: { token: token("i") } });
    },
  );

  test("L17 a damaged record may be restored: its keys are kept", () => {
    const { env, session } = seated();
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("error", { code: "game-damaged", message: "", retry: false });
    expect(session.model.value.gameId).toBeNull();
    expect(session.keys.best("K7QX2M")?.token).toBe(token("a"));
  });

  test("L38 a tap given while the line is down is sent when it is back, with its id, and once more if the answer is lost", () => {
    const { env, session } = seated();
    env.socket().dies(1006);
    session.give({ type: "passTurn", data: {} });
    env.pass(1_000);
    env.socket().opens();
    expect(env.socket().told.map((m) => m.type)).toEqual(["reconnect"]);
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    const sent = env.socket().told.find((m) => m.type === "passTurn");
    expect(sent?.id).toBeTruthy();
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("c"), state: table({ v: 11 }) });
    expect(env.socket().told.find((m) => m.type === "passTurn")?.id).toBe(sent?.id);
    env.socket().says("ack", { id: sent?.id, v: 12 });
    expect(session.model.value.outbox).toEqual([]);
  });

  test("L38 the outbox outlives the page: a reload sends what was not answered", () => {
    const shelf = memoryShelf();
    const { env, session } = seated(fakeEnv(shelf));
    session.give({ type: "passTurn", data: {} });
    const id = env.socket().told.find((m) => m.type === "passTurn")?.id;
    const reloaded = page(fakeEnv(shelf));
    reloaded.session.enter("K7QX2M");
    reloaded.env.socket().opens();
    reloaded.env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    expect(reloaded.env.socket().told.find((m) => m.type === "passTurn")?.id).toBe(id);
  });

  test("taps older than ten minutes are not meant any more", () => {
    const shelf = memoryShelf();
    const { env, session } = seated(fakeEnv(shelf));
    session.give({ type: "passTurn", data: {} });
    env.pass(0);
    const late = fakeEnv(shelf);
    late.pass(11 * 60_000);
    const reloaded = page(late);
    reloaded.session.enter("K7QX2M");
    late.socket().opens();
    late.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    expect(late.socket().told.map((m) => m.type)).toEqual(["reconnect"]);
  });

  test("taps older than ten minutes are not meant any more on a page that was off line for longer, either", () => {
    const { env, session } = seated();
    env.socket().dies(1006);
    session.give({ type: "passTurn", data: {} });
    env.pass(9 * 60_000);
    session.give({ type: "pause", data: {} });
    env.pass(2 * 60_000);
    session.comeBackNow();
    env.socket().opens();
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    expect(env.socket().told.map((m) => m.type)).toEqual(["reconnect", "pause"]);
    expect(session.model.value.outbox.map((sent) => sent.type)).toEqual(["pause"]);
    // Its button had said that it would be sent.
    expect(session.model.value.notices.map(({ key, tone }) => [key, tone])).toEqual([["link.tooLate", "error"]]);
  });

  test("a tap that waits is sent, and taps in their order, though the device's own clock jumps by days meanwhile", () => {
    const shelf = memoryShelf();
    const plain = fakeEnv(shelf);
    let jumpMs = 0;
    const env: FakeEnv = { ...plain, wallMs: () => plain.wallMs() + jumpMs };
    const { session } = seated(env);
    env.socket().dies(1006);
    session.give({ type: "passTurn", data: {} });
    jumpMs = -3_600_000;
    env.pass(1);
    session.give({ type: "pause", data: {} });
    jumpMs = 2 * 86_400_000;
    const reloaded = page({ ...plain, wallMs: env.wallMs });
    for (const { session: one } of [{ session }, reloaded]) {
      one.enter("K7QX2M");
      one.comeBackNow();
      env.socket().opens();
      env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
      expect(env.socket().told.map((m) => m.type)).toEqual(["reconnect", "passTurn", "pause"]);
    }
  });

  test("a tap given right after a sleep that stopped the page's clock is not taken for one from before it", () => {
    const plain = fakeEnv();
    let sleptMs = 0;
    const env: FakeEnv = { ...plain, wallMs: () => plain.wallMs() + sleptMs };
    const { session } = seated(env);
    env.socket().says("clientId", { serverTime: env.wallMs() });
    sleptMs = 3_600_000;
    env.socket().dies(1006);
    session.give({ type: "passTurn", data: {} });
    session.comeBackNow();
    env.socket().opens();
    env.socket().says("clientId", { serverTime: env.wallMs() });
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    expect(env.socket().told.map((m) => m.type)).toEqual(["reconnect", "passTurn"]);
  });

  test("pause, undo and interrupt given twice are given once: until the server has answered, and for a moment after a tap", () => {
    const { env, session } = seated();
    const answer = (): void => {
      env.socket().says("ack", { id: env.socket().told.at(-1)?.id, v: 11 });
    };
    for (const type of ["pause", "undo", "interrupt"]) {
      const sent = (): number => env.socket().told.filter((message) => message.type === type).length;
      const tap = (): void => session.giveOnce({ type, data: {} });
      tap();
      answer();
      expect(session.busy(type)).toBe(true);
      tap();
      expect(sent()).toBe(1);
      env.pass(350);
      expect(session.busy(type)).toBe(false);
      tap();
      env.pass(1_000);
      tap();
      expect(sent()).toBe(2);
      answer();
    }
    env.socket().dies(1006);
    for (let i = 0; i < 3; i += 1) {
      session.giveOnce({ type: "start", data: {} });
      session.giveOnce({ type: "pause", data: {} });
      env.pass(400);
    }
    expect(session.model.value.outbox.map(({ type }) => type)).toEqual(["start"]);
  });

  test("an answer or a seat tapped twice before the server has answered is given once, another one at once", () => {
    const { env, session } = seated();
    const told = () => env.socket().told.flatMap(({ type, data }) => (type === "timeoutChoice" ? [data] : []));
    session.giveAnswer({ type: "timeoutChoice", data: { choice: "loseLives" } });
    session.giveAnswer({ type: "timeoutChoice", data: { choice: "loseLives" } });
    session.giveAnswer({ type: "timeoutChoice", data: { playerId: 3, choice: "loseLives" } });
    expect(told()).toEqual([{ choice: "loseLives" }, { playerId: 3, choice: "loseLives" }]);
    env.socket().says("ack", { id: env.socket().told.at(-2)?.id ?? "", v: 12 });
    session.giveAnswer({ type: "timeoutChoice", data: { choice: "loseLives" } });
    expect(told()).toHaveLength(3);
  });

  test("a temporary refusal of a command sends it again with its id", () => {
    const { env, session } = seated();
    session.give({ type: "passTurn", data: {} });
    const id = env.socket().told.at(-1)?.id;
    env.socket().says("error", { id, code: "store-unavailable", message: "", retry: true, retryAfterMs: 200 });
    env.pass(1_000);
    expect(env.socket().told.filter((m) => m.id === id)).toHaveLength(2);
  });

  test("L37 coming back waits longer each time, with jitter, and L36 not at all when the page is looked at again", () => {
    const { env, session } = seated();
    env.socket().dies(1006);
    const waits: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const before = env.sockets.length;
      let waited = 0;
      while (env.sockets.length === before) {
        env.pass(25);
        waited += 25;
      }
      waits.push(waited);
      env.socket().dies(1006);
    }
    expect(waits).toEqual([200, 375, 750, 1_500, 1_500, 1_500]);
    const before = env.sockets.length;
    session.comeBackNow();
    expect(env.sockets.length).toBe(before + 1);
  });

  test("L37 back in its seat after a restart, the page no longer says that the server restarts", () => {
    const { env, session } = seated();
    env.socket().says("shutdown_warning", { inMs: 1_000 });
    expect(session.model.value.restarting).toBe(true);
    env.socket().dies(1012);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("reconnected", { playerId: 2, gameId: "K7QX2M", token: token("b"), state: table({ v: 11 }) });
    expect(session.model.value).toMatchObject({ link: "open", seat: 2, restarting: false });
  });

  test("L16 a page that only watches uses neither this device's key nor its unanswered taps, however often it comes back", () => {
    const shelf = memoryShelf();
    const player = seated(fakeEnv(shelf));
    player.session.give({ type: "passTurn", data: {} });
    const { env, session } = page(fakeEnv(shelf));
    session.watch("K7QX2M");
    for (const v of [11, 12]) {
      env.socket().opens();
      env.socket().says("state", table({ v }));
      expect(env.socket().told.map(({ type }) => type)).toEqual(["join"]);
      env.socket().dies(1006);
      env.pass(1_000);
    }
    expect(session.model.value).toMatchObject({ seat: null, outbox: [] });
    env.socket().opens();
    env.socket().dies(4004);
    expect(session.model.value.link).toBe("closed");
    expect(player.session.keys.best("K7QX2M")?.token).toBe(token("a"));
  });

  test("L36 a page that is looked at again on a socket that still lives measures the server's time anew, quickly", () => {
    const { env, session } = seated();
    const answered = (): number => {
      const pings = env.socket().sent.filter(({ type }) => type === "ping");
      env.socket().says("pong", { t: pings.at(-1)?.data["t"], serverTime: 0 });
      return pings.length;
    };
    for (let i = 0; i < 10; i += 1) {
      env.pass(200);
      answered();
    }
    const before = answered();
    session.comeBackNow();
    for (let i = 0; i < 5; i += 1) {
      env.pass(150);
      answered();
    }
    expect(answered() - before).toBe(5);
  });

  test("L36 a socket that has gone silent is given up and replaced", () => {
    const { env, session } = seated();
    env.pass(8_000);
    expect(session.model.value.link).toBe("lost");
    expect(env.sockets.length).toBeGreaterThan(1);
  });

  test("L36 a socket that died in the device's sleep is replaced soon enough to be in sync 2 s after the page is looked at again", () => {
    const { env, session } = seated();
    env.pass(1_000);
    env.socket().says("pong", { t: 0, serverTime: 0 });
    session.comeBackNow();
    env.pass(1_800);
    expect(env.sockets).toHaveLength(2);
    env.socket().opens();
    expect(env.socket().told[0]?.type).toBe("reconnect");
  });

  test("displaced (4001) does not fight: it waits until its one button takes the seat back", () => {
    const { env, session } = seated();
    env.socket().dies(4001);
    env.pass(60_000);
    session.comeBackNow();
    expect(env.sockets).toHaveLength(1);
    expect(session.model.value.link).toBe("displaced");
    session.takeBack();
    env.socket().opens();
    expect(env.socket().told[0]?.type).toBe("reconnect");
  });

  test("kicked (4003) and closed (4004) are final; kicked drops the seat's key", () => {
    const kicked = seated();
    kicked.env.socket().dies(4003);
    kicked.env.pass(60_000);
    expect(kicked.env.sockets).toHaveLength(1);
    expect(kicked.session.model.value).toMatchObject({ link: "kicked", seat: null });
    expect(kicked.session.keys.best("K7QX2M")).toBeNull();
    const closed = seated();
    closed.env.socket().dies(4004);
    closed.env.pass(60_000);
    expect(closed.env.sockets).toHaveLength(1);
    expect(closed.session.model.value.link).toBe("closed");
  });

  test("a watcher of a game that was restored from a backup sees it as it stands, though it had gone further", () => {
    const { env, session } = page();
    session.enter("K7QX2M");
    env.socket().opens();
    env.socket().says("state", table({ v: 30, turn: 12 }));
    env.socket().dies(1006);
    env.pass(1_000);
    env.socket().opens();
    env.socket().says("state", table({ v: 20, turn: 9 }));
    expect(session.model.value).toMatchObject({ link: "open", stale: false, table: { v: 20, turn: 9 } });
  });

  test("no such game: the page says so and forgets its keys", () => {
    const { env, session } = page();
    session.enter("K7QX2M");
    env.socket().opens();
    env.socket().says("error", { code: "no-such-game", message: "", retry: false });
    env.pass(60_000);
    expect(env.sockets).toHaveLength(1);
    expect(session.model.value.gameId).toBeNull();
    // The page itself says so: a message above it would say it twice.
    expect(session.model.value.notices).toEqual([]);
  });

  test("text that is not a message is ignored", () => {
    const { env, session } = seated();
    const before = session.model.value;
    env.socket().onmessage?.({ data: "{" });
    env.socket().onmessage?.({ data: new ArrayBuffer(2) });
    env.socket().onmessage?.({ data: `{"type":"state","data":null}` });
    expect(session.model.value).toBe(before);
  });
});
