// A game that the server does not know, hosted by it: private hands and bids, rounds that end by alarm, seats left and taken. What anybody
// receives through any door is searched for what is not his.
import request from "supertest";
import { describe, expect, test } from "vitest";
import { sentMessages } from "../../lib/gateway/asyncapi.ts";
import { type HostedGame, hosted, shellMessages } from "../../lib/gateway/hosted-game.ts";
import { sessionSchemas } from "../../lib/protocol/session-schemas.ts";
import { virtualEdge, type VirtualClient } from "../support/virtual-edge.ts";
import { virtualHttp } from "../support/virtual-http.ts";
import type { Event, State } from "./auction.ts";
import { auction } from "./auction-game.ts";
import { wholeNumber } from "./whole-number.ts";

async function openAuction({ updates = ["states", "changes", "changes"] as readonly string[], settings = {} } = {}) {
  const house = virtualEdge({ games: [auction] });
  const host = house.connect();
  await host.ask("create", { game: "auction", settings });
  const gameId = host.last("claimed")?.data.gameId as string;
  const bidders: VirtualClient[] = [];
  for (const [at, how] of updates.entries()) {
    const client = house.connect(`198.51.100.${at + 1}`);
    await client.ask("join", { gameId, updates: how });
    await client.ask("sitDown", { seat: at + 1 });
    bidders.push(client);
  }
  const watcher = house.connect("198.51.100.99");
  await watcher.ask("join", { gameId, updates: "changes" });
  return { ...house, host, gameId, bidders: bidders as [VirtualClient, VirtualClient, VirtualClient], watcher };
}

const heardBy = (client: VirtualClient): string => JSON.stringify(client.heard);
const handOf = (client: VirtualClient): readonly number[] => client.last("claimed")?.data.state.own.hand;

describe("a third game", () => {
  test("is played: a lot is sold when all have bid, and by its alarm when not", async () => {
    const { host, bidders, watcher, ambient, gameId, rooms } = await openAuction({ settings: { lots: 2, bidMs: 5_000 } });
    const [ann, bob, cy] = bidders;
    expect((await ann.ask("openAuction")).data.code).toBe("not-host");
    await host.ask("openAuction");
    for (const [client, amount] of [
      [ann, 510_001],
      [bob, 720_002],
      [cy, 630_003],
    ] as const)
      expect((await client.ask("bid", { lot: 1, amount })).type).toBe("ack");
    expect(host.last("state")?.data.sold).toEqual([{ id: 1, seat: 2, price: 720_002 }]);
    expect((await ann.ask("bid", { lot: 1, amount: 1 })).data).toMatchObject({ code: "wrong-round", field: "lot" });
    await ann.ask("bid", { lot: 2, amount: 440_004 });
    await ambient.advance(5_000);
    expect(host.last("state")?.data).toMatchObject({ status: "finished", sold: [{ id: 1 }, { id: 2, seat: 1, price: 440_004 }] });
    // Bids that lost are nobody's business, then or later.
    await watcher.ask("sync", { v: 0 });
    for (const [client, secrets] of [
      [host, [510_001, 630_003]],
      [watcher, [510_001, 630_003]],
      [ann, [630_003]],
      [bob, [510_001, 630_003]],
    ] as const)
      for (const secret of secrets) expect(heardBy(client)).not.toMatch(wholeNumber(secret));
    expect("room" in (await rooms.find(gameId))).toBe(true);
  });

  test("nobody receives another's hand or open bid, whether he takes states or changes", async () => {
    const { host, bidders, watcher, gameId } = await openAuction();
    await host.ask("openAuction");
    const bids = [111_111, 222_222];
    for (const [at, amount] of bids.entries()) await bidders[at]?.ask("bid", { lot: 1, amount });
    for (const client of [...bidders, watcher, host]) await client.ask("sync", { v: 0 });
    for (const [at, client] of bidders.entries()) {
      const others = bidders.flatMap((one, other) => (other === at ? [] : [...handOf(one), bids[other] ?? []].flat()));
      for (const secret of others) expect(heardBy(client), `${gameId}: seat ${at + 1}`).not.toMatch(wholeNumber(secret));
      if (bids[at] !== undefined) expect(heardBy(client)).toContain(`"amount":${bids[at]}`);
    }
    for (const client of [host, watcher])
      for (const secret of [...bidders.flatMap(handOf), ...bids]) expect(heardBy(client)).not.toMatch(wholeNumber(secret));
  });

  test("who takes a seat that was left learns nothing of what was told to whom was there before, and that one learns no more", async () => {
    const { host, bidders, watcher } = await openAuction();
    const [ann] = bidders;
    await host.ask("openAuction");
    await ann.ask("bid", { lot: 1, amount: 333_333 });
    const before = handOf(ann);
    await ann.ask("standUp");
    await watcher.ask("sitDown", { seat: 1 });
    await watcher.ask("sync", { v: 0 });
    for (const secret of [...before, 333_333]) expect(heardBy(watcher)).not.toMatch(wholeNumber(secret));
    await watcher.ask("bid", { lot: 1, amount: 444_444 });
    await ann.ask("sync", { v: 0 });
    for (const secret of [...handOf(watcher), 444_444]) expect(heardBy(ann)).not.toMatch(wholeNumber(secret));
  });
});

test("who left and comes in again through the same connection is back with the first thing he says, a bidder and the host", async () => {
  const { host, bidders, watcher, gameId } = await openAuction();
  for (const client of [bidders[0], host]) await client.ask("leave");
  const here = async () => {
    await watcher.ask("sync");
    const { seats, hostHere } = watcher.last("state")?.data ?? {};
    return [seats[0].presence, hostHere];
  };
  expect(await here()).toEqual(["away", false]);
  for (const client of [bidders[0], host]) await client.ask("join", { gameId });
  await host.ask("openAuction");
  await bidders[0].ask("bid", { lot: 1, amount: 111_111 });
  expect(await here()).toEqual(["here", true]);
});

test("the search finds a secret wherever it stands, and takes no piece of a time or a key for one", () => {
  for (const told of ['{"amount":510001}', '{"hand":[3,510001,4]}', "bid-510001"]) expect(told).toMatch(wholeNumber(510_001));
  for (const told of ['{"serverTime":1795510001054}', '{"token":"Zk6510001aQ"}']) expect(told).not.toMatch(wholeNumber(510_001));
});

describe("the contract with the shell", () => {
  const named = (changes: Partial<HostedGame>): string => {
    try {
      hosted({ ...auction, ...changes } as Parameters<typeof hosted>[0]);
      return "hosted";
    } catch (error) {
      return String(error);
    }
  };

  test("a game whose names are the shell's own is not hosted: its commands would not arrive, or be taken for something else", () => {
    expect(named({})).toBe("hosted");
    const schema = auction.commands["standUp"] as HostedGame["commands"][string];
    for (const type of [...Object.keys(sessionSchemas), "drop", "outage", "close", "wake"]) {
      expect(named({ commands: { ...auction.commands, [type]: schema } })).toContain(`the command "${type}"`);
    }
    expect([...shellMessages].sort()).toEqual(Object.keys(sentMessages).sort());
    for (const type of shellMessages) {
      expect(named({ rules: { ...auction.rules, announced: new Set([type]) } })).toContain(`the event "${type}"`);
    }
    expect(named({ rules: { ...auction.rules, kind: "k".repeat(33) } })).toContain("the kind");
  });

  test("a server that does not host it yet, or no more, does not say that the game is gone: pages would forget their keys", async () => {
    const { gameId, bidders, store, ambient } = await openAuction();
    const { playerId, token } = bidders[0].last("claimed")?.data ?? {};
    const older = virtualEdge({ store, ambient });
    const back = older.connect();
    expect((await back.ask("reconnect", { gameId, playerId, token })).data).toMatchObject({ code: "version-unsupported", retry: false });
    expect((await back.ask("join", { gameId })).data.code).toBe("version-unsupported");
    const { status, body } = await request(virtualHttp(older)).get(`/api/games/${gameId}`);
    expect([status, body.code]).toEqual([501, "version-unsupported"]);
  });

  test("rules are never asked what may be told of a change by a state that is older than it", async () => {
    const asked: string[] = [];
    const eventsFor: HostedGame["rules"]["eventsFor"] = (state, events, audience) => {
      const sitting = (state as State).seats.filter(({ holder }) => holder !== null).map(({ id }) => id);
      for (const event of events as readonly Event[])
        if (event.type === "seatTaken" && !sitting.includes(event.data.seat)) asked.push(`seat ${event.data.seat} of ${sitting.join()}`);
      return auction.rules.eventsFor(state, events, audience);
    };
    const games = [{ ...auction, rules: { ...auction.rules, eventsFor } }];
    const here = virtualEdge({ games });
    const host = here.connect();
    await host.ask("create", { game: "auction" });
    const { gameId } = host.last("claimed")?.data ?? {};
    // Word of what another instance does is late.
    const there = virtualEdge({ games, store: here.store, ambient: here.ambient });
    const bidder = there.connect();
    await bidder.ask("join", { gameId });
    await bidder.ask("sitDown", { seat: 2 });
    const { body } = await request(virtualHttp(here)).get(`/api/games/${gameId}/log`);
    expect(asked).toEqual([]);
    expect(body).toMatchObject({ changes: [{ v: 1 }], next: null });
  });
});
