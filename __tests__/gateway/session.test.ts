import { describe, expect, test } from "vitest";
import type { Room } from "../../lib/room/room.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { heldAmbient } from "../support/held-ambient.ts";
import type { Heard } from "../support/table-client.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const hourMs = 3_600_000;

describe("PRODUCT 4: seats and tokens, in virtual time", () => {
  test.each([
    [hourMs - 1_000, "ack"],
    [hourMs + 1_000, "token-expired"],
  ])("L14 a token shown %i ms after the drop: %s", async (awayMs, outcome) => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host, token } = await seated();
    await host.gone();
    await ambient.advance(awayMs);
    const answer = await connect().ask("reconnect", { gameId, playerId: 1, token });
    expect(answer.data.code ?? answer.type).toBe(outcome);
  });

  test("L14 a token never expires while its holder is there", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, token } = await seated();
    await ambient.advance(5 * hourMs);
    expect((await connect().ask("reconnect", { gameId, playerId: 1, token })).type).toBe("ack");
  });

  test("L14 a drop keeps the seat, shown as away; after an hour it is free for others", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host } = await seated();
    const other = connect();
    await other.ask("join", { gameId });
    await host.gone();
    expect(other.last("state")?.data.players[0]).toMatchObject({ claimed: true, connected: false });
    expect((await other.ask("claim", { playerId: 1 })).data.code).toBe("seat-taken");
    await ambient.advance(hourMs + 1_000);
    expect((await other.ask("claim", { playerId: 1 })).type).toBe("ack");
  });

  test("L15 a host gone for 5 minutes is followed by the longest-seated; his token brings back his seat, not the chair", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host, token, hostToken } = await seated();
    const [second, third] = [connect(), connect()];
    for (const [client, seat] of [
      [second, 2],
      [third, 3],
    ] as const) {
      await client.ask("join", { gameId });
      await client.ask("claim", { playerId: seat });
      await ambient.advance(1_000);
    }
    await host.gone();
    await ambient.advance(299_000);
    expect(second.last("state")?.data.hostPlayer).toBe(1);
    await ambient.advance(2_000);
    expect(second.last("state")?.data.hostPlayer).toBe(2);
    const back = connect();
    expect((await back.ask("reconnect", { gameId, playerId: 1, token })).type).toBe("ack");
    expect((await back.ask("renameGame", { name: "Mine" })).data.code).toBe("not-host");
    expect((await connect().ask("reconnect", { gameId, host: true, token: hostToken })).data.code).toBe("not-host");
  });

  test("L16 a newer connection displaces the old one, whose late close touches nothing", async () => {
    const { connect, seated } = virtualEdge();
    const { gameId, host, token } = await seated();
    const back = connect();
    await back.ask("reconnect", { gameId, playerId: 1, token });
    expect(host.socket.closedWith).toBe(4001);
    await host.gone();
    expect((await back.ask("start")).type).toBe("ack");
    expect(back.last("state")?.data.players[0]).toMatchObject({ claimed: true, connected: true });
  });

  test("a connection that goes while it is entering leaves the seat away, not present", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host, token } = await seated();
    const watcher = connect();
    await watcher.ask("join", { gameId });
    await host.gone();
    const hasty = connect();
    hasty.tell("reconnect", { gameId, playerId: 1, token });
    await hasty.gone();
    await ambient.advance(300);
    expect(watcher.last("state")?.data.players[0]).toMatchObject({ claimed: true, connected: false });
    expect(watcher.last("viewers")?.data.viewers).toBe(1);
  });
});

describe("SE2 leaving, and coming in again through the same connection", () => {
  test("whoever plays on is not away: no free time for the absent, and no seat that falls free under its player", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host } = await seated();
    const watcher = connect();
    await watcher.ask("join", { gameId });
    await host.ask("updateSettings", { dropPolicy: "grace" });
    await host.ask("start");
    await host.ask("leave");
    expect(watcher.last("state")?.data.players[0]).toMatchObject({ claimed: true, connected: false });
    await host.ask("join", { gameId });
    expect((await host.ask("updatePlayer", { playerId: 1, life: 19 })).type).toBe("ack");
    expect(watcher.last("state")?.data.players[0]).toMatchObject({ claimed: true, connected: true });
    await ambient.advance(20_000);
    await watcher.ask("sync");
    expect(watcher.last("state")?.data.players[0].timeRemaining).toBe(580_000);
  });
});

describe("TU3 the host taps twice", () => {
  test("a pass that names its seat passes that seat's turn only; without a name the host passes whoever's turn it is", async () => {
    const { connect, seated } = virtualEdge();
    const { gameId, host } = await seated();
    const second = connect();
    await second.ask("join", { gameId });
    await second.ask("claim", { playerId: 2 });
    await host.ask("start");
    expect((await host.ask("passTurn", { playerId: 1 })).type).toBe("ack");
    expect((await host.ask("passTurn", { playerId: 1 })).data).toMatchObject({ code: "not-your-turn", retry: false });
    expect(host.last("state")?.data.activePlayer).toBe(2);
    expect((await host.ask("passTurn")).type).toBe("ack");
    expect(host.last("state")?.data.activePlayer).not.toBe(2);
    expect((await second.ask("passTurn")).data.code).toBe("not-your-turn");
  });
});

describe("what a viewer is told", () => {
  test("who leaves with a claim under way hears of the claim first and then that he has left, and nothing after it", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host } = await seated();
    const guest = connect();
    await guest.ask("join", { gameId });
    const before = guest.heard.length;
    guest.tell("claim", { playerId: 2 }, "c");
    guest.tell("leave", {}, "l");
    await ambient.advance(1_000);
    await host.ask("start");
    const told = guest.heard.slice(before).filter(({ type }) => type === "claimed" || type === "ack" || type === "change");
    expect(told.map(({ type, data }) => data.id ?? type)).toEqual(["claimed", "c", "l"]);
    expect(guest.heard.at(-1)).toMatchObject({ type: "ack", data: { id: "l" } });
  });

  test("L33 the events missed since any version, 0 included, with the time of each, beside the state", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host } = await seated();
    await host.ask("start");
    const startedAt = ambient.now();
    await ambient.advance(3_000);
    await host.ask("pause");
    for (const v of [0, 1, 3]) {
      const late = connect();
      await late.ask("join", { gameId, v });
      await late.ask("sync");
      const missed = late.last("missed")?.data;
      expect([missed.from, missed.changes.map((change: { v: number }) => change.v)]).toEqual([v, [1, 2, 3, 4].slice(v)]);
      expect(missed.changes.map((change: { at: number }) => change.at - startedAt)).toEqual([0, 0, 0, 3_000].slice(v));
      expect(late.last("state")?.data.v).toBe(4);
    }
  });

  test("how many watch, once per 200 ms and only when somebody knows another number", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId, host } = await seated();
    await ambient.advance(1_000);
    const guests = Array.from({ length: 5 }, () => connect());
    for (const guest of guests) await guest.ask("join", { gameId });
    await ambient.advance(200);
    for (const guest of guests.slice(0, 2)) await guest.gone();
    await connect().ask("join", { gameId });
    await connect().ask("join", { gameId });
    await ambient.advance(1_000);
    expect(host.heard.filter(({ type }) => type === "viewers").map(({ data }) => data.viewers)).toEqual([1, 6, 6]);
  });
});

describe("SAFETY 15, 19: limits and overload at a session", () => {
  test("F43 a session in a hurry is told how long to wait; its pace follows the seat", async () => {
    const { ambient, connect, metrics, seated } = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 2 } });
    const { gameId, host, token } = await seated();
    const codes: string[] = [];
    for (let i = 0; i < 12; i += 1) codes.push((await host.ask("pause")).data.code);
    const refused = (await host.ask("pause")).data;
    expect(refused).toMatchObject({ code: "rate-limited", retry: true, retryAfterMs: 500 });
    const back = connect();
    await back.ask("reconnect", { gameId, playerId: 1, token });
    expect((await back.ask("pause")).data.code).toBe("rate-limited");
    await ambient.advance(600);
    expect((await back.ask("start")).type).toBe("ack");
    expect(codes).toContain("wrong-status");
    expect(await metrics.text()).toMatch(/^tapotarp_rate_limited_total\{kind="session"\} [1-9]/m);
  });

  test("SAFETY 15 the commands of one game are limited over all who give them, and another game does not notice", async () => {
    const { ambient, connect, metrics, seated } = virtualEdge({ limits: { commandsPerGamePerSecondMax: 2 } });
    const { gameId, host } = await seated();
    const guest = connect();
    await guest.ask("join", { gameId });
    const codes: string[] = [];
    for (let i = 0; i < 6; i += 1) for (const who of [host, guest]) codes.push((await who.ask("pause")).data.code);
    expect(codes.slice(0, 2)).toEqual(["wrong-status", "no-seat"]);
    expect((await host.ask("pause")).data).toMatchObject({ code: "rate-limited", retry: true, retryAfterMs: 500 });
    expect((await (await seated()).host.ask("start")).type).toBe("ack");
    await ambient.advance(600);
    expect((await host.ask("start")).type).toBe("ack");
    expect(await metrics.text()).toMatch(/^tapotarp_rate_limited_total\{kind="game"\} [1-9]/m);
  });

  test("a limited refusal is not stored: the same id goes through later", async () => {
    const { ambient, seated } = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 1 } });
    const { host } = await seated();
    for (let i = 0; i < 6; i += 1) await host.ask("pause");
    expect((await host.ask("start", {}, "tap-1")).data.code).toBe("rate-limited");
    await ambient.advance(1_000);
    expect((await host.ask("start", {}, "tap-1")).type).toBe("ack");
  });

  test("SAFETY 15 strangers who use up what they may do at a game leave the players enough", async () => {
    const { ambient, connect, seated } = virtualEdge({ limits: { commandsPerGamePerSecondMax: 4 } });
    const { gameId, host } = await seated();
    const strangers = [connect(), connect(), connect()];
    for (const stranger of strangers) await stranger.ask("join", { gameId });
    const waits: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      for (const stranger of strangers) {
        for (let i = 0; i < 4; i += 1) {
          const { code, retryAfterMs } = (await stranger.ask("sync")).data;
          if (code === "rate-limited") waits.push(retryAfterMs);
        }
      }
      expect((await host.ask("rollDice", { sides: 6 })).type).toBe("ack");
      await ambient.advance(500);
    }
    expect(waits).not.toEqual([]);
    // And each is told how long: by what strangers may do, which is used up, and not by what is left for the players.
    expect(Math.min(...waits)).toBeGreaterThan(0);
  });

  test("SAFETY 15 who gave his seat back is a stranger again, at the pace he had as one", async () => {
    const { ambient, edge, connect, seated } = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 2 } });
    const { gameId, host } = await seated();
    const stranger = connect();
    await stranger.ask("join", { gameId });
    for (let i = 0; i < 9; i += 1) await stranger.ask("pause");
    await stranger.ask("claim", { playerId: 2 });
    await stranger.ask("unclaim");
    expect((await stranger.ask("pause")).data.code).toBe("no-seat");
    await ambient.advance(0);
    expect((await stranger.ask("pause")).data.code).toBe("rate-limited");
    const { room } = host.session;
    const left = () => (room === null ? 0 : edge.pace.ofSpectators(room).left(ambient.monotonicMs()));
    await ambient.advance(60_000);
    const before = left();
    await stranger.ask("pause");
    await host.ask("pause");
    expect(before - left()).toBe(1);
    await stranger.ask("leave");
    await stranger.ask("join", { gameId });
    for (let i = 0; i < 9; i += 1) await stranger.ask("pause");
    expect((await stranger.ask("pause")).data.code).toBe("rate-limited");
  });

  test("SAFETY 15 whoever goes on from the table at which he has a seat to another is a stranger there", async () => {
    const { ambient, edge, seated } = virtualEdge();
    const [{ host }, { gameId, host: other }] = [await seated(), await seated()];
    const strangers = edge.pace.ofSpectators(other.session.room as Room);
    await host.ask("join", { gameId });
    const before = strangers.left(ambient.monotonicMs());
    await host.ask("sync");
    expect(before - strangers.left(ambient.monotonicMs())).toBe(1);
  });

  test("SAFETY 19 however many strangers speak to a game, a player's tap stands behind a few of them", async () => {
    const ambient = heldAmbient();
    const store = memoryStore();
    const turnMs = 10;
    const resolve = store.resolve.bind(store);
    store.resolve = async (...how) => {
      await new Promise<void>((done) => void ambient.after(turnMs, done));
      return resolve(...how);
    };
    const { connect, seated } = virtualEdge({ ambient, store });
    const { gameId, host } = await seated();
    const strangers = Array.from({ length: 50 }, () => connect());
    for (const stranger of strangers) await stranger.ask("join", { gameId });
    // What is refused is remembered under its id, and each takes its time in the game's queue for that.
    for (const stranger of strangers) for (let i = 0; i < 4; i += 1) stranger.tell("start", {}, `no-${i}`);
    host.tell("rollDice", { sides: 6 }, "tap");
    const answered = (client: { readonly heard: readonly Heard[] }, id: string) => client.heard.some(({ data }) => data.id === id);
    await ambient.advance(6 * turnMs);
    expect(answered(host, "tap")).toBe(true);
    // Who is gone before his turn says nothing any more, and all others are answered, each in order.
    await strangers[49]?.gone();
    await ambient.advance(250 * turnMs);
    for (const { heard } of strangers.slice(0, 49)) {
      expect(heard.flatMap(({ type, data }) => (type === "error" ? [data.id] : []))).toEqual(["no-0", "no-1", "no-2", "no-3"]);
    }
  });

  test("PRODUCT 4 whoever comes in again and again is let in, and told only so often what he missed", async () => {
    const { ambient, connect, seated } = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 4 } });
    const { gameId } = await seated();
    const guest = connect();
    for (let i = 0; i < 20; i += 1) expect((await guest.ask("join", { gameId, v: 1 })).type).toBe("ack");
    const told = () => guest.heard.filter(({ type }) => type === "missed").length;
    expect(told()).toBe(5);
    await ambient.advance(1_000);
    await guest.ask("join", { gameId, v: 1 });
    await ambient.advance(0);
    expect(told()).toBe(6);
  });

  test("SAFETY 15 whoever fills a table's places from one address does not keep out a friend from another", async () => {
    const { ambient, connect, seated } = virtualEdge({ limits: { viewersPerGameMax: 6 } });
    const { gameId, host } = await seated();
    const from = async (address: string) => {
      const client = connect(address);
      return { client, told: (await client.ask("join", { gameId })).data.code ?? "in" };
    };
    const crowd = [];
    for (let i = 0; i < 6; i += 1) crowd.push(await from(`2001:db8::${i + 1}`));
    expect(crowd.map(({ told }) => told)).toEqual(["in", "in", "in", "in", "in", "game-full"]);
    const friends = [await from("198.51.100.1"), await from("198.51.100.1"), await from("198.51.100.1")];
    // Three are left of the crowd, the friends are two, and with the third they would be as many as those they sent away.
    expect(friends.map(({ told }) => told)).toEqual(["in", "in", "game-full"]);
    expect(crowd.map(({ client }) => client.socket.closedWith)).toEqual([null, null, null, 1013, 1013, null]);
    expect(host.socket.closedWith).toBeNull();
    for (const { client } of crowd.slice(3, 5)) await client.gone();
    await ambient.advance(0);
    expect(host.session.room?.viewers).toBe(6);
  });

  test("L23 spectators fill the room, and a seated player still comes back", async () => {
    const { connect, seated } = virtualEdge({ limits: { viewersPerGameMax: 3 } });
    const { gameId, host, token } = await seated();
    expect((await connect().ask("join", { gameId })).type).toBe("ack");
    expect((await connect().ask("join", { gameId })).type).toBe("ack");
    const late = (await connect().ask("join", { gameId })).data;
    expect(late).toMatchObject({ code: "game-full", retry: true });
    expect((await connect().ask("reconnect", { gameId, playerId: 1, token })).type).toBe("ack");
    expect(host.socket.closedWith).toBe(4001);
  });

  test("spectators who come at the same moment are counted one by one", async () => {
    const { connect, seated } = virtualEdge({ limits: { viewersPerGameMax: 3 } });
    const { gameId } = await seated();
    const answers = await Promise.all(Array.from({ length: 10 }, () => connect().ask("join", { gameId })));
    expect(answers.filter(({ type }) => type === "ack")).toHaveLength(2);
    expect(answers.filter(({ data }) => data.code === "game-full")).toHaveLength(8);
  });

  test("whoever guesses codes or tokens has to wait, and nobody else", async () => {
    const { connect, seated, notes } = virtualEdge({ limits: { joinFailuresPerAddressPerMinuteMax: 5 } });
    const { gameId, token } = await seated();
    const guesser = connect("198.51.100.66");
    for (const code of ["AAAAAA", "BBBBBB", "CCCCCC"]) expect((await guesser.ask("join", { gameId: code })).data.code).toBe("no-such-game");
    for (const letter of ["a", "b"]) {
      expect((await guesser.ask("reconnect", { gameId, playerId: 1, token: letter.repeat(43) })).data.code).toBe("bad-token");
    }
    expect((await guesser.ask("join", { gameId })).data).toMatchObject({ code: "rate-limited", retry: true, retryAfterMs: 12_000 });
    expect((await connect("198.51.100.67").ask("reconnect", { gameId, playerId: 1, token })).type).toBe("ack");
    expect(notes.map(({ event }) => event)).toEqual(["token-refused", "token-refused", "rate-limited", "seat-displaced"]);
  });

  test("creates are refused first, then joins, then spectators, taps last; who is seated comes back even then", async () => {
    const { connect, seated, setQueueDepth, edge } = virtualEdge({ limits: { storeQueueChangesMax: 8_000 } });
    const { gameId, host, token } = await seated();
    const spectator = connect();
    await spectator.ask("join", { gameId });
    const outcomes = async () => [
      (await connect().ask("create")).data.code ?? "ok",
      (await connect().ask("join", { gameId })).data.code ?? "ok",
      (await spectator.ask("sync")).data.code ?? "ok",
      (await host.ask("rollDice", { sides: 6 })).data.code ?? "ok",
    ];
    expect(await outcomes()).toEqual(["ok", "ok", "ok", "ok"]);
    setQueueDepth(1_000);
    expect(await outcomes()).toEqual(["busy", "ok", "ok", "ok"]);
    setQueueDepth(2_000);
    expect(await outcomes()).toEqual(["busy", "busy", "ok", "ok"]);
    setQueueDepth(4_000);
    expect(await outcomes()).toEqual(["busy", "busy", "busy", "ok"]);
    const back = connect();
    expect((await back.ask("reconnect", { gameId, playerId: 1, token })).type).toBe("ack");
    setQueueDepth(8_000);
    expect((await back.ask("rollDice", { sides: 6 })).data).toMatchObject({ code: "busy", retry: true });
    setQueueDepth(0);
    edge.draining = true;
    expect((await connect().ask("create")).data).toMatchObject({ code: "draining", retry: true });
    expect((await back.ask("rollDice", { sides: 6 })).type).toBe("ack");
  });

  test("reading waits while 4 commands of one connection are under way; what was read already waits its turn", async () => {
    const { ambient, seated } = virtualEdge();
    const { host } = await seated();
    for (let i = 0; i < 3; i += 1) host.tell("rollDice", { sides: 6 }, `dice-${i}`);
    expect(host.socket.isPaused).toBe(false);
    for (let i = 3; i < 12; i += 1) host.tell("rollDice", { sides: 6 }, `dice-${i}`);
    expect(host.socket.isPaused).toBe(true);
    await ambient.advance(10);
    expect(host.socket.isPaused).toBe(false);
    const acknowledged = host.heard.filter(({ type }) => type === "ack").map(({ data }) => data.id);
    expect(acknowledged.slice(-12)).toEqual(Array.from({ length: 12 }, (_, i) => `dice-${i}`));
  });

  test("SAFETY 22 on the way out what is under way is answered, and what was not looked at is left for the next connection", async () => {
    const { ambient, seated } = virtualEdge();
    const { host } = await seated();
    for (let i = 0; i < 12; i += 1) host.tell("rollDice", { sides: 6 }, `dice-${i}`);
    host.session.stopListening();
    host.tell("rollDice", { sides: 6 }, "dice-late");
    expect(host.session.isBusy).toBe(true);
    // Or the other side's farewell would not be read.
    expect(host.socket.isPaused).toBe(false);
    await ambient.advance(10);
    expect(host.session.isBusy).toBe(false);
    expect(host.heard.filter(({ data }) => String(data.id).startsWith("dice-")).length).toBe(4);
  });

  test("what is refused at once, because the game's queue is full, is looked at once, and so is what was said behind it", async () => {
    const { ambient, rooms, seated } = virtualEdge();
    const { gameId, host } = await seated();
    const found = await rooms.find(gameId);
    if (!("room" in found)) throw new Error(found.refused);
    for (let i = 0; i < 201; i += 1) void found.room.read(ambient.now, ambient.now);
    for (let i = 0; i < 6; i += 1) host.tell("rollDice", { sides: 6 }, `dice-${i}`);
    await ambient.advance(10);
    const answered = host.heard.filter(({ data }) => String(data.id).startsWith("dice-"));
    expect(answered.map(({ data }) => [data.id, data.code])).toEqual(Array.from({ length: 6 }, (_, i) => [`dice-${i}`, "busy"]));
  });

  test("F14 F46 refused actions are noted for the operator", async () => {
    const { connect, seated, notes } = virtualEdge();
    const { gameId } = await seated();
    const guest = connect();
    await guest.ask("join", { gameId });
    expect((await guest.ask("endGame")).data.code).toBe("not-host");
    expect(notes).toEqual([{ event: "action-refused", detail: { type: "endGame", code: "not-host" } }]);
  });
});

describe("feedback", () => {
  test("is kept clean, bounded in characters as people count them, and not too often", async () => {
    const { connect, store } = virtualEdge({ limits: { feedbackPerAddressPerMinuteMax: 3 } });
    const client = connect();
    const flag = "👩‍👩‍👧‍👦";
    expect((await client.ask("feedback", { text: flag.repeat(255) })).type).toBe("ack");
    expect((await client.ask("feedback", { text: `a${"b".repeat(255)}` })).data).toMatchObject({ code: "bad-message", field: "data.text" });
    expect((await client.ask("feedback", { text: "\u202e \u0007" })).data.code).toBe("bad-message");
    expect((await client.ask("feedback", { text: "evil\u202egnp.\u0000 <b>" })).type).toBe("ack");
    await client.ask("feedback", { text: "3" });
    expect((await client.ask("feedback", { text: "fourth" })).data.code).toBe("rate-limited");
    const { items } = await store.feedback(null, 10);
    expect(items.map(({ text }) => text)).toContain("evilgnp. <b>");
  });

  test("sent again under its id, because its answer was lost, is answered again and kept once", async () => {
    const { connect, store } = virtualEdge();
    for (const client of [connect(), connect()]) expect((await client.ask("feedback", { text: "Thanks" }, "word-1")).type).toBe("ack");
    expect((await store.feedback(null, 10)).items).toHaveLength(1);
  });
});

describe("feedback that cannot be kept", () => {
  test.for([
    ["a store that does not answer is told as such", new StoreFault("unavailable", "not now"), "store-unavailable", 0],
    ["a bug is told, and counted, as a bug", new TypeError("x is not a function"), "internal", 1],
  ] as const)("%s", async ([, fault, code, count]) => {
    const saveFeedback = async (): Promise<never> => {
      throw fault;
    };
    const { connect, reports } = virtualEdge({ store: Object.assign(memoryStore(), { saveFeedback }) });
    expect((await connect().ask("feedback", { text: "hello" })).data.code).toBe(code);
    expect(reports).toHaveLength(count);
  });
});

describe("heartbeat of a connection", () => {
  test("two missed answers end it, pongs nobody asked for change nothing, and no verdict is passed when it may not be judged", async () => {
    const { ambient, connect } = virtualEdge();
    const { connection, socket } = connect();
    connection.beat();
    await ambient.advance(40);
    socket.emit("pong", Buffer.alloc(0));
    expect(connection.rttMs).toBe(40);
    await ambient.advance(500);
    socket.emit("pong", Buffer.alloc(0));
    expect(connection.rttMs).toBe(40);
    // CK8: one slow answer moves the estimate by an eighth of what it differs.
    connection.beat();
    await ambient.advance(200);
    socket.emit("pong", Buffer.alloc(0));
    expect(connection.rttMs).toBe(60);
    for (let i = 0; i < 5; i += 1) connection.beatAnew();
    expect(socket.terminated).toBe(false);
    connection.beat();
    connection.beat();
    expect(socket.terminated).toBe(true);
  });
});
