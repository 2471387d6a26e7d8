// A line that lives, one that was replaced, and what of the commands that were given is sent through it.
import { describe, expect, test } from "vitest";
import { memoryShelf } from "../../public/app/device/env.ts";
import { noSamples, type ServerClock, withPong } from "../../public/app/model/server-clock.ts";
import { createSession } from "../../public/app/net/session.ts";
import { type FakeEnv, type FakeSocket, fakeEnv } from "./support/fake-env.ts";
import { table } from "./support/tables.ts";

const gameId = "K7QX2M";
const refusal = { code: "not-your-turn", message: "", retry: false };

/** A page in its seat. */
function seated(env: FakeEnv = fakeEnv()) {
  const session = createSession(env);
  session.enter(gameId);
  env.socket().opens();
  env.socket().says("reconnected", { playerId: 2, gameId, token: "a".repeat(43), state: table({ v: 11 }) });
  const taps = () => env.socket().told.filter(({ type }) => type === "passTurn");
  return { env, session, taps };
}

/** Lets time pass on a line whose pings are answered at once. */
function live(env: FakeEnv, ms: number): void {
  let answered = env.socket().sent.filter(({ type }) => type === "ping").length;
  for (let at = 0; at < ms; at += 50) {
    env.pass(50);
    const pings = env.socket().sent.filter(({ type }) => type === "ping");
    for (const { data } of pings.slice(answered)) env.socket().says("pong", { ...data, serverTime: env.wallMs() });
    answered = pings.length;
  }
}

/** The line is lost and comes back; gives how long that took, ms. */
function comeBack(env: FakeEnv): number {
  const [before, from] = [env.sockets.length, env.nowMs()];
  env.socket().dies(1006);
  while (env.sockets.length === before && env.nowMs() - from < 20_000) env.pass(10);
  return env.nowMs() - from;
}

describe("a line", () => {
  test("L36 that answers is kept, however long nothing happens at the table", () => {
    const { env, session } = seated();
    live(env, 120_000);
    expect(env.sockets).toHaveLength(1);
    expect(session.model.value.link).toBe("open");
  });

  test("L36 that died unnoticed is given up 6 s after a tap on it, however far off the next ping is", () => {
    const { env, session } = seated();
    live(env, 32_000);
    const { length } = env.sockets;
    session.give({ type: "passTurn", data: {} });
    env.pass(6_500);
    expect(env.sockets).toHaveLength(length + 1);
    env.socket().opens();
    env.socket().says("reconnected", { playerId: 2, gameId, token: "b".repeat(43), state: table({ v: 11 }) });
    expect(env.socket().told.map(({ type }) => type)).toEqual(["reconnect", "passTurn"]);
  });

  test("that does not come about in some seconds is given up for another", () => {
    const env = fakeEnv();
    createSession(env).enter(gameId);
    env.pass(10_000);
    expect(env.sockets).toHaveLength(2);
  });

  test.each([4_000, 5_000, 7_000])("whose every answer takes %i ms comes about, and is kept when the page is looked at again", (rttMs) => {
    const env = fakeEnv();
    const session = createSession(env);
    session.enter(gameId);
    const end = 60_000;
    // The way there and back: once for the line itself, once for its upgrade, once for every answer.
    const serve = (socket: FakeSocket): void => {
      env.after(2 * rttMs, () => socket.readyState === 0 && socket.opens());
      const { send } = socket;
      socket.send = (text) => {
        send.call(socket, text);
        const { type, data } = JSON.parse(text);
        env.after(rttMs, () => {
          if (socket.readyState !== 1) return;
          if (type === "join") socket.says("state", table({ v: 11 }));
          if (type === "ping") socket.says("pong", { ...data, serverTime: env.wallMs() - rttMs / 2 });
        });
      };
    };
    for (let served = 0; env.nowMs() < end; env.pass(100)) {
      for (const socket of env.sockets.slice(served)) serve(socket);
      served = env.sockets.length;
    }
    expect(session.model.value.link).toBe("open");
    const { length } = env.sockets;
    expect(length).toBeLessThanOrEqual(2);
    session.comeBackNow();
    env.pass(10_000);
    expect(env.sockets).toHaveLength(length);
  });

  describe("that was being opened when the device slept or lost its network", () => {
    const connecting = (env: FakeEnv = fakeEnv()) => {
      const session = createSession(env);
      session.enter(gameId);
      return { env, session };
    };

    test.each([
      ["", 3_000, 0],
      [", which stopped the page's clock", 500, 3_600_000],
    ])("L36 is given up when the page is looked at again%s", (_, passedMs, stoodMs) => {
      const plain = fakeEnv();
      let sleptMs = 0;
      const { env, session } = connecting({ ...plain, wallMs: () => plain.wallMs() + sleptMs });
      env.pass(passedMs);
      sleptMs = stoodMs;
      session.comeBackNow();
      expect(env.sockets).toHaveLength(2);
      env.socket().opens();
      expect(env.socket().told.map(({ type }) => type)).toEqual(["join"]);
    });

    test("L36 has 1.5 s in all if it is young, and is soon followed by another, however late in a row of tries", () => {
      const { env, session } = connecting();
      for (let tries = 0; tries < 6; tries += 1) {
        env.socket().dies(1006);
        env.pass(2_000);
      }
      const { length } = env.sockets;
      env.socket().dies(1006);
      while (env.sockets.length === length) env.pass(10);
      env.pass(500);
      session.comeBackNow();
      env.pass(950);
      session.comeBackNow();
      expect(env.sockets).toHaveLength(length + 1);
      env.pass(300);
      expect(env.sockets).toHaveLength(length + 2);
    });

    test("L37 is not begun anew again and again by a network that flutters, nor by taps", () => {
      const { env, session } = connecting();
      for (let at = 0; at < 30_000; at += 100) {
        env.pass(100);
        session.comeBackNow();
      }
      expect(env.sockets.length).toBeLessThanOrEqual(30_000 / 1_500 + 1);
      const tapped = connecting();
      for (let at = 0; at < 7_000; at += 100) {
        tapped.env.pass(100);
        tapped.session.enter(gameId);
      }
      expect(tapped.env.sockets).toHaveLength(1);
    });

    test("on a line that is known to be slow has the time that it takes there", () => {
      const { env, session } = seated();
      const sent = env.nowMs();
      env.pass(1_000);
      env.socket().says("pong", { t: sent, serverTime: env.wallMs() });
      env.socket().dies(1006);
      env.pass(300);
      const { length } = env.sockets;
      env.pass(2_500);
      session.comeBackNow();
      env.pass(1_000);
      expect(env.sockets).toHaveLength(length);
      env.pass(1_000);
      expect(env.sockets).toHaveLength(length + 1);
    });
  });

  describe("that is open and has not said a word", () => {
    /** Opens after so long, and then is silent. */
    const silent = (tookMs: number) => {
      const env = fakeEnv();
      const session = createSession(env);
      session.enter(gameId);
      env.pass(tookMs);
      env.socket().opens();
      return { env, session };
    };

    test("has the time of its step as long as nobody looks", () => {
      const { env } = silent(1_000);
      env.pass(7_500);
      expect(env.sockets).toHaveLength(1);
    });

    test.each([
      [50, 1_500],
      [3_000, 3_000],
      [7_000, 7_000],
    ])(
      "L36 and came about in %i ms is asked at once when the page is looked at, and given up %i ms after the first look",
      (tookMs, leftMs) => {
        const { env, session } = silent(tookMs);
        env.pass(400);
        const pings = () => env.socket().sent.filter(({ type }) => type === "ping").length;
        const before = pings();
        session.comeBackNow();
        expect(pings()).toBe(before + 1);
        env.pass(leftMs - 100);
        session.comeBackNow();
        expect(env.sockets).toHaveLength(1);
        env.pass(600);
        expect(env.sockets).toHaveLength(2);
      },
    );

    test("L36 whose line died in that moment is in sync 2 s after the page is looked at, however often that is", () => {
      const { env, session } = silent(80);
      const died = env.socket();
      env.pass(1_000);
      let served = 1;
      for (let at = 0; at < 2_000; at += 50) {
        if (at % 200 === 0) session.comeBackNow();
        env.pass(50);
        // Every other line lives.
        for (const socket of env.sockets.slice(served)) env.after(80, () => socket.opens());
        served = env.sockets.length;
        if (env.socket() !== died && env.socket().told.length > 0) env.socket().says("state", table({ v: 11 }));
      }
      expect(session.model.value.link).toBe("open");
      expect(env.sockets).toHaveLength(2);
    });

    test("and then answers has the rest of its step for what it was asked", () => {
      const { env, session } = silent(1_000);
      session.comeBackNow();
      env.pass(1_400);
      env.socket().says("clientId", { serverTime: env.wallMs() });
      env.pass(4_000);
      env.socket().says("state", table({ v: 11 }));
      expect([env.sockets.length, session.model.value.link]).toEqual([1, "open"]);
    });
  });

  test("L36 that was opened before a sleep in which the page's clock stood, and has not said a word, is given up", () => {
    const plain = fakeEnv();
    let sleptMs = 0;
    const env: FakeEnv = { ...plain, wallMs: () => plain.wallMs() + sleptMs };
    const session = createSession(env);
    session.enter(gameId);
    env.socket().opens();
    sleptMs = 3_600_000;
    session.comeBackNow();
    expect(env.sockets).toHaveLength(2);
  });

  test("that was replaced says nothing any more: its late end does not end the one that took its place", () => {
    const { env, session } = seated();
    const [old] = env.sockets;
    env.pass(30_000);
    const { length } = env.sockets;
    expect(length).toBeGreaterThan(1);
    env.socket().opens();
    env.socket().says("state", table({ v: 11 }));
    old?.dies(1006);
    env.pass(1_000);
    expect(session.model.value.link).toBe("open");
    expect(env.sockets).toHaveLength(length);
  });

  test("L37 that came back is soon sought again when it is lost anew: only tries in a row make the wait longer", () => {
    const { env } = seated();
    const first = comeBack(env);
    for (let tries = 0; tries < 4; tries += 1) comeBack(env);
    env.socket().opens();
    env.socket().says("state", table({ v: 11 }));
    expect(comeBack(env)).toBe(first);
  });

  test("on which the page is asked to wait before it comes in is kept for as long as that, and asked again then", () => {
    const env = fakeEnv();
    createSession(env).enter(gameId);
    env.socket().opens();
    env.socket().says("error", { code: "game-full", message: "", retry: true, retryAfterMs: 20_000 });
    const joins = () => env.sockets.map(({ told }) => told.filter(({ type }) => type === "join").length);
    live(env, 29_000);
    expect(joins()).toEqual([1]);
    live(env, 2_000);
    expect(joins()).toEqual([2]);
    // Nobody is waited for without end.
    live(env, 8_000);
    expect(joins()).toEqual([2, 0]);
  });

  test("into another game is open when that game is there", () => {
    const { env, session } = seated();
    session.enter("ZZZZZZ");
    expect(session.model.value.link).toBe("connecting");
    env.socket().opens();
    env.socket().says("state", table({ id: "ZZZZZZ", v: 3 }));
    expect(session.model.value).toMatchObject({ link: "open", table: { v: 3 } });
  });

  test("into another game hears nothing of what the one that was left answers late: neither that it is not there, nor a seat in it", () => {
    const { env, session } = seated();
    for (const [type, data] of [
      ["error", { code: "no-such-game", message: "", retry: false }],
      ["claimed", { playerId: 3, gameId: "ZZZZZZ", token: "z".repeat(43), state: table({ id: "ZZZZZZ" }) }],
    ] as const) {
      session.enter("ZZZZZZ");
      env.socket().opens();
      const left = env.socket();
      session.enter(gameId);
      left.says(type, data);
      expect(session.keys.best(gameId)?.token).toBe("a".repeat(43));
      expect(session.model.value.gameId).toBe(gameId);
    }
  });
});

test("whoever typed a wrong code and then the right one has the whole time of a step again, on the same line", () => {
  const env = fakeEnv();
  const session = createSession(env);
  session.enter("ZZZZZZ");
  env.socket().opens();
  env.pass(6_000);
  env.socket().says("error", { code: "no-such-game", message: "", retry: false });
  env.pass(1_000);
  session.enter(gameId);
  env.pass(5_000);
  expect(env.sockets).toHaveLength(1);
  env.socket().says("state", table({ v: 11 }));
  expect(session.model.value.link).toBe("open");
});

describe("what was given", () => {
  test.each([
    ["done", "ack", { v: 12 }],
    ["refused for good", "error", refusal],
  ])("L38 and was %s is not sent again by a page that is loaded anew", (_how, type, answer) => {
    const { env, session, taps } = seated();
    session.give({ type: "passTurn", data: {} });
    env.socket().says(type, { ...answer, id: taps()[0]?.id });
    const again = seated(fakeEnv(env.shelf));
    expect(again.taps()).toEqual([]);
  });

  test("L38 is sent once on a line that lives, whatever whole states come meanwhile", () => {
    const { env, session, taps } = seated();
    session.give({ type: "passTurn", data: {} });
    for (const v of [12, 13]) env.socket().says("state", table({ v }));
    expect(taps()).toHaveLength(1);
  });
});

test.each([
  ["reset", "finished", "running", "the next game has begun", []],
  ["reset", "finished", "finished", "it is still over", ["reset"]],
  ["start", "waiting", "paused", "others have begun and stopped it", []],
  ["start", "waiting", "waiting", "nobody has begun", ["start"]],
] as const)("a wish to play again, or to begin, that waited for the line is sent only while it is meant: %s while %s, now %s", (...row) => {
  const [type, then, now, _, sent] = row;
  const shelf = memoryShelf();
  const { env, session } = seated(fakeEnv(shelf));
  env.socket().says("change", { v: 12, serverTime: 0, status: then, running: [], winner: 1, events: [] });
  env.socket().dies(1006);
  session.give({ type, data: {} });
  const loadedAnew = createSession(fakeEnv(shelf));
  for (const [one, where] of [
    [session, env],
    [loadedAnew, loadedAnew.env as FakeEnv],
  ] as const) {
    one.enter(gameId);
    one.comeBackNow();
    where.socket().opens();
    where.socket().says("reconnected", { playerId: 2, gameId, token: "b".repeat(43), state: table({ v: 15, status: now }) });
    expect([
      where
        .socket()
        .told.slice(1)
        .map(({ type }) => type),
      one.model.value.outbox.map(({ type }) => type),
    ]).toEqual([sent, sent]);
  }
});

test("a wish to begin that is refused for a moment is not sent again to a game that others have begun meanwhile", () => {
  const { env, session } = seated();
  const socket = env.socket();
  socket.says("change", { v: 12, serverTime: 0, status: "waiting", running: [], events: [] });
  session.give({ type: "start", data: {} });
  const id = socket.told.at(-1)?.id;
  socket.says("error", { id, code: "store-unavailable", message: "", retry: true, retryAfterMs: 1_000 });
  for (const [v, status] of [
    [13, "running"],
    [14, "paused"],
  ] as const)
    socket.says("change", { v, serverTime: 0, status, events: [] });
  env.pass(3_000);
  expect([socket.told.filter(({ type }) => type === "start").length, session.model.value.outbox]).toEqual([1, []]);
});

describe("a seat's numbers that were given while the line was down", () => {
  const given = { playerId: 2, life: 36, counters: { poison: 2 }, commanderDamage: { 1: [3, 0] } } as const;
  const was = { life: 40, counters: { poison: 0 }, commanderDamage: { 1: [0, 0] } };
  const named = { playerId: 2, life: 35, name: "Marek" };
  /** What is sent to a server that takes steps, or to one of a version before. */
  const back = (takes: "steps" | "totals", [life, poison, dealt]: readonly [number, number, number]) => {
    const shelf = memoryShelf();
    const { env, session } = seated(fakeEnv(shelf));
    env.socket().dies(1006);
    for (const data of [given, named]) session.give({ type: "updatePlayer", data });
    const loadedAnew = createSession(fakeEnv(shelf));
    return [session, loadedAnew].map((one) => {
      const where = one === session ? env : (loadedAnew.env as FakeEnv);
      one.enter(gameId);
      one.comeBackNow();
      where.socket().opens();
      const players = table().players.map((p) =>
        p.id === 2 ? { ...p, life, counters: { poison }, commanderDamage: { 1: [dealt, 0] as const } } : p,
      );
      where.socket().says("reconnected", { playerId: 2, gameId, token: "b".repeat(43), state: table({ v: 15, players }) });
      const told = () => where.socket().told.filter(({ type }) => type === "updatePlayer");
      for (const { id, data } of takes === "totals" ? told() : [])
        if ("was" in data) where.socket().says("error", { id, code: "bad-message", message: "", retry: false, field: "data.was" });
      return told()
        .slice(-2)
        .map(({ data }) => data);
    });
  };
  const steps = [
    { ...given, was },
    { ...named, was: { life: 36 } },
  ];

  test.each([
    [30, 1, 7],
    [40, 0, 0],
    [36, 2, 3],
  ])("L38 are sent as the steps that they are, whatever somebody else has made of them meanwhile", (...now) => {
    expect(back("steps", now)).toEqual([steps, steps]);
  });

  test("L38 count, where the server takes totals alone, from what somebody else has made of them meanwhile", () => {
    const totals = [
      { playerId: 2, life: 26, counters: { poison: 3 }, commanderDamage: { 1: [10, 0] } },
      { playerId: 2, life: 25, name: "Marek" },
    ];
    expect(back("totals", [30, 1, 7])).toEqual([totals, totals]);
  });

  test.each([
    [40, 0, 0],
    [36, 2, 3],
  ])("L38 are the totals that were given where nobody has changed them, and where they had come through", (...now) => {
    const totals = [given, named];
    expect(back("totals", now)).toEqual([totals, totals]);
  });
});

test("TU8 a pass that waited for the line names what had been heard when it was given: turns are counted anew after a reset", () => {
  const { env, session, taps } = seated();
  env.socket().says("change", { v: 12, serverTime: 2_000_000, events: [] });
  env.socket().dies(1006);
  session.giveAnswer({ type: "passTurn", data: { playerId: 2, turn: 9 } });
  env.pass(1_000);
  env.socket().opens();
  env.socket().says("reconnected", { playerId: 2, gameId, token: "b".repeat(43), state: table({ v: 40, serverTime: 5_000_000 }) });
  session.giveAnswer({ type: "passTurn", data: { playerId: 2, turn: 9 } });
  expect(taps().map(({ data }) => data)).toEqual([{ playerId: 2, turn: 9, heardAt: 2_000_000 }]);
});

test("a wish to begin anew that was given in a running game is sent to it", () => {
  const { env, session } = seated();
  env.socket().dies(1006);
  session.give({ type: "reset", data: {} });
  env.pass(1_000);
  env.socket().opens();
  env.socket().says("reconnected", { playerId: 2, gameId, token: "b".repeat(43), state: table({ v: 11 }) });
  expect(
    env
      .socket()
      .told.slice(1)
      .map(({ type }) => type),
  ).toEqual(["reset"]);
});

test("F27 a whole state that was asked for because of a gap is taken, also when the server came back with fewer changes", () => {
  const { env, session } = seated();
  env.socket().says("change", { v: 20, serverTime: 0, viewers: 1, events: [] });
  expect(session.model.value.stale).toBe(true);
  env.socket().says("state", table({ v: 9 }));
  expect(session.model.value).toMatchObject({ stale: false, table: { v: 9 } });
});

test("the server's time is taken from pings of the last two minutes only: the two clocks drift apart", () => {
  const ping = (clock: ServerClock, receivedMs: number, [rttMs, offsetMs]: readonly [number, number]): ServerClock =>
    withPong(clock, { sentMs: receivedMs - rttMs, receivedMs, serverTime: receivedMs - rttMs / 2 + offsetMs });
  const quick = ping(noSamples, 1_000, [10, 500]);
  // What both allow is 500 to 505.
  expect(ping(quick, 60_000, [80, 540]).offsetMs).toBe(502.5);
  expect(ping(quick, 122_000, [80, 540]).offsetMs).toBe(540);
});
