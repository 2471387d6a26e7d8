// PRODUCT 3: whoever is refused elsewhere stays where he is; whoever is let in has left, and hears nothing more of the old game.
import { describe, expect, test } from "vitest";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { virtualEdge, type VirtualClient } from "../support/virtual-edge.ts";

/** A store whose commits can be made to fail, and to wait. */
function heldStore() {
  const store = memoryStore();
  const commit = store.commit.bind(store);
  const held = { fails: false, waits: Promise.resolve() };
  store.commit = async (order) => {
    await held.waits;
    if (held.fails) throw new StoreFault("unavailable", "the disk is full");
    return commit(order);
  };
  /** Commits wait from now on, until what this gives back is called. */
  const hold = (): (() => void) => {
    let goOn = (): void => {};
    held.waits = new Promise((resolve) => {
      goOn = resolve;
    });
    return goOn;
  };
  return { store, held, hold };
}

/** Two games; the guest holds seat 2 of the first and follows its changes. */
async function twoGames() {
  const { store, held, hold } = heldStore();
  const all = virtualEdge({ store });
  const [here, elsewhere] = [await all.seated(), await all.seated()];
  const guest = all.connect();
  await guest.ask("join", { gameId: here.gameId, updates: "changes" });
  await guest.ask("claim", { playerId: 2 });
  return { ...all, held, hold, here, elsewhere, guest };
}

describe("PRODUCT 3 whole states or changes", () => {
  test.each(["create", "join", "reconnect"])(
    "a %s that does not say is for whole states, whatever was said for the game before",
    async (type) => {
      const { elsewhere, guest } = await twoGames();
      const { gameId, host, token } = elsewhere;
      await guest.ask(type, type === "create" ? {} : type === "join" ? { gameId } : { gameId, playerId: 1, token });
      const since = guest.heard.length;
      await (type === "join" ? host : guest).ask("renameGame", { name: "Another" });
      expect(guest.heard.slice(since).map((message) => message.type)).toContain("state");
      expect(guest.heard.slice(since).map((message) => message.type)).not.toContain("change");
    },
  );
});

const seatOf = (client: VirtualClient, seat: number) => client.last("state")?.data.players[seat - 1];

describe("on the way from one game into another", () => {
  test.each(["create", "reconnect"])("a %s that is refused leaves everything as it was", async (type) => {
    const { held, here, elsewhere, guest } = await twoGames();
    held.fails = type === "create";
    const wrong = { gameId: elsewhere.gameId, playerId: 1, token: "x".repeat(43), updates: "states" };
    const answer = await guest.ask(type, type === "create" ? {} : wrong);
    expect(answer.data.code).toBe(type === "create" ? "store-unavailable" : "bad-token");
    held.fails = false;
    await here.host.ask("rollDice", { sides: 6 });
    expect(seatOf(here.host, 2)).toMatchObject({ claimed: true, connected: true });
    expect(guest.heard.at(-1)).toMatchObject({ type: "change" });
    expect((await guest.ask("rollDice", { sides: 6 })).type).toBe("ack");
  });

  test.each(["create", "join", "reconnect"])(
    "a %s that is accepted is the end of the old game: no frame of it, and the seat shows away",
    async (type) => {
      const { ambient, hold, here, elsewhere, guest } = await twoGames();
      const goOn = hold();
      const { gameId, token } = elsewhere;
      guest.tell(type, type === "create" ? {} : type === "join" ? { gameId } : { gameId, playerId: 1, token }, "in");
      here.host.tell("rollDice", { sides: 6 });
      await ambient.advance(0);
      goOn();
      await ambient.advance(0);
      await here.host.ask("start");
      await ambient.advance(1_000);
      expect(seatOf(here.host, 2)).toMatchObject({ claimed: true, connected: false });
      expect(here.host.last("viewers")?.data.viewers).toBe(1);
      const arrived = guest.heard.findIndex(({ data }) => data.id === "in");
      expect(guest.heard[arrived]?.type).toBe("ack");
      expect(guest.heard.slice(arrived + 1).filter((message) => message.type !== "viewers")).toEqual([]);
    },
  );

  test.each(["join", "reconnect"])("what is said right behind a %s is meant for the game it leads to, and is done there", async (type) => {
    const { ambient, hold, here, elsewhere, guest } = await twoGames();
    const goOn = hold();
    const { gameId, token } = elsewhere;
    guest.tell(type, type === "join" ? { gameId } : { gameId, playerId: 1, token }, "in");
    guest.tell(type === "join" ? "claim" : "start", type === "join" ? { playerId: 3 } : {}, "next");
    // Or a server on its way out would not wait for it.
    expect(guest.session.isBusy).toBe(true);
    await ambient.advance(0);
    goOn();
    await ambient.advance(1_000);
    expect(
      guest.heard.filter(({ type: kind, data }) => kind === "ack" && ["in", "next"].includes(data.id)).map(({ data }) => data.id),
    ).toEqual(["in", "next"]);
    if (type === "join") expect(seatOf(elsewhere.host, 3)).toMatchObject({ claimed: true });
    else expect(guest.last("state")?.data.status).toBe("running");
    expect(here.host.last("state")?.data).toMatchObject({ status: "waiting" });
    expect(guest.session.isBusy).toBe(false);
  });

  test.each([
    ["claim", { playerId: 3 }],
    ["sync", { v: 1 }],
  ])(
    "a %s that the old game answers late is answered before the new one is shown, and nothing of the old one comes behind it",
    async (type, data) => {
      const { ambient, connect, hold, here, elsewhere } = await twoGames();
      const guest = connect();
      await guest.ask("join", { gameId: here.gameId });
      const goOn = hold();
      here.host.tell("rollDice", { sides: 6 });
      guest.tell(type, data, "old");
      guest.tell("join", { gameId: elsewhere.gameId }, "in");
      guest.tell("sync", {}, "new");
      await ambient.advance(0);
      goOn();
      await ambient.advance(1_000);
      const isNew = ({ type: kind, data: told }: (typeof guest.heard)[number]) => kind === "state" && told.id === elsewhere.gameId;
      const arrived = guest.heard.findIndex(isNew);
      const old = guest.heard.slice(0, arrived).filter((message) => message.data.id === "old");
      expect(old.map((message) => message.type)).toEqual(["ack"]);
      const since = guest.heard.slice(arrived).filter((message) => message.type !== "viewers");
      expect(since.map((message) => (isNew(message) ? "new state" : (message.data.id ?? message.type)))).toEqual([
        "new state",
        "in",
        "new state",
        "new",
      ]);
    },
  );

  test("a whole state of the old game that was owed to a slow reader is not sent to one who has gone on", async () => {
    const { ambient, hold, here, elsewhere, guest } = await twoGames();
    const goOn = hold();
    here.host.tell("rollDice", { sides: 6 });
    guest.session.resync();
    await guest.ask("join", { gameId: elsewhere.gameId });
    goOn();
    await ambient.advance(1_000);
    expect(guest.last("state")?.data.id).toBe(elsewhere.gameId);
  });

  test("coming into the game where he is already costs nobody his seat", async () => {
    const { here, guest } = await twoGames();
    const { token } = guest.last("claimed")?.data ?? {};
    await guest.ask("join", { gameId: here.gameId });
    await guest.ask("reconnect", { gameId: here.gameId, playerId: 2, token });
    expect(seatOf(here.host, 2)).toMatchObject({ claimed: true, connected: true });
    expect(here.host.heard.filter(({ type, data }) => type === "state" && data.players[1].claimed && !data.players[1].connected)).toEqual(
      [],
    );
  });

  test.each([
    ["while its way in is written", "is in neither game", true],
    ["before its way in is looked at", "is in neither game, and shows nobody out", false],
  ])("a line that is cut %s %s", async (_when, _what, isWritten) => {
    const { ambient, connect, hold, here, elsewhere, guest } = await twoGames();
    const goOn = hold();
    guest.tell("reconnect", { gameId: elsewhere.gameId, playerId: 1, token: elsewhere.token }, "in");
    if (isWritten) await ambient.advance(0);
    await guest.gone();
    goOn();
    await ambient.advance(1_000);
    expect(seatOf(here.host, 2)).toMatchObject({ claimed: true, connected: false });
    const watcher = connect();
    await watcher.ask("join", { gameId: elsewhere.gameId });
    expect(seatOf(watcher, 1)).toMatchObject({ claimed: true, connected: !isWritten });
  });
});
