// What is said of games that ran when the server went: they stand still, the list does not wait until somebody asks for one, and the log
// says since when.
import request from "supertest";
import { expect, test } from "vitest";
import type { Store } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { bound } from "../support/bound.ts";
import { heldAmbient } from "../support/held-ambient.ts";
import { virtualEdge } from "../support/virtual-edge.ts";
import { virtualHttp } from "../support/virtual-http.ts";

/** The same store, and which games are read from it. */
function counted(store: Store) {
  const loads: string[] = [];
  const load: Store["load"] = (gameId) => {
    loads.push(gameId);
    return store.load(gameId);
  };
  return { loads, store: new Proxy(store, { get: (target, name) => (name === "load" ? load : bound(target, name)) }) };
}

test("SE9 after an outage the list shows a game that stands still as paused, and looks at each such game once", async () => {
  const first = virtualEdge({ store: memoryStore() });
  const tables = [];
  for (const listed of [true, true, false]) {
    const host = first.connect();
    await host.ask("create", { settings: { playerCount: 2, listed } });
    await host.ask("claim", { playerId: 1 });
    tables.push({ host, gameId: host.last("claimed")?.data.gameId as string });
  }
  const [running, waiting, unlisted] = tables;
  for (const table of [running, unlisted]) expect((await table?.host.ask("start"))?.type).toBe("ack");
  await first.ambient.advance(60_000);
  const now = first.ambient.now();
  first.store.outages.stoodStill(now - 30_000, now);
  const again = counted(first.store);
  const second = virtualEdge({ store: again.store, ambient: first.ambient });
  const app = virtualHttp(second);
  const statuses = async () => {
    const { body } = await request(app).get("/api/games");
    return Object.fromEntries((body.games as { id: string; status: string }[]).map(({ id, status }) => [id, status]));
  };
  const wanted = { [running?.gameId ?? ""]: "paused", [waiting?.gameId ?? ""]: "waiting" };
  expect(await statuses()).toEqual(wanted);
  expect(new Set(again.loads)).toEqual(new Set([running?.gameId]));
  const { length } = again.loads;
  expect(await statuses()).toEqual(wanted);
  expect(again.loads).toHaveLength(length);
  expect((await second.store.listed(null, 10)).items.map(({ index }) => index.status).sort()).toEqual(["paused", "waiting"]);
});

test("a game that cannot be read after an outage is listed as it was, and the others with it", async () => {
  const first = virtualEdge({ store: memoryStore() });
  const ids: string[] = [];
  for (let i = 0; i < 2; i += 1) {
    const host = first.connect();
    await host.ask("create", { settings: { playerCount: 2, listed: true } });
    await host.ask("start");
    ids.push(host.last("claimed")?.data.gameId as string);
  }
  await first.ambient.advance(60_000);
  first.store.outages.stoodStill(first.ambient.now() - 30_000, first.ambient.now());
  const load: Store["load"] = async (gameId) => (gameId === ids[0] ? { kind: "damaged", reason: "planted" } : first.store.load(gameId));
  const store = new Proxy(first.store, { get: (target, name) => (name === "load" ? load : bound(target, name)) });
  const { body } = await request(virtualHttp(virtualEdge({ store, ambient: first.ambient }))).get("/api/games");
  const statuses = (body.games as { id: string; status: string }[]).map(({ id, status }) => [id, status]);
  expect(Object.fromEntries(statuses)).toEqual({ [ids[0] ?? ""]: "running", [ids[1] ?? ""]: "paused" });
});

test("the log says since when nobody lived, which an outage kept long ago does, too", async () => {
  const first = virtualEdge({ store: memoryStore() });
  const { gameId, host } = await first.seated();
  await host.ask("start");
  await first.ambient.advance(60_000);
  const from = first.ambient.now() - 30_000;
  first.store.outages.stoodStill(from, first.ambient.now());
  const app = virtualHttp(virtualEdge({ store: first.store, ambient: first.ambient }));
  // The look that finds the outage writes it; the next one reads it.
  await request(app).get(`/api/games/${gameId}`);
  const { body } = await request(app).get(`/api/games/${gameId}/log`);
  const outage = {
    at: from + 30_000,
    by: null,
    command: "outage",
    fromAt: from,
    events: [{ type: "gamePaused", data: { by: "restart" }, at: from }],
  };
  expect(body.changes.at(-1)).toEqual({ v: body.changes.length, ...outage });
  expect(body.changes.filter((change: object) => "fromAt" in change)).toHaveLength(1);
  const { text } = await request(app).get(`/api/games/${gameId}/log?format=csv&after=${body.changes.length - 1}`);
  expect(text).toContain(`,outage,gamePaused,"{""by"":""restart"",""fromAt"":${from}}"`);
});

test("CK10 the log says when a flag fell that nobody saw fall, also as lines for a spreadsheet", async () => {
  const first = virtualEdge({ store: memoryStore() });
  const host = first.connect();
  await host.ask("create", { settings: { playerCount: 3, initialTime: 20_000, onTimeout: "game-loss" } });
  const gameId = host.last("claimed")?.data.gameId as string;
  await host.ask("start");
  const startAt = first.ambient.now();
  first.store.outages.stoodStill(startAt + 30_000, startAt + 90_000);
  const app = virtualHttp(virtualEdge({ store: first.store, ambient: heldAmbient(startAt + 90_000) }));
  await request(app).get(`/api/games/${gameId}`);
  const log = `/api/games/${gameId}/log`;
  const { body } = await request(app).get(log);
  const { v, events } = body.changes.at(-1) as { v: number; events: { type: string; at?: number }[] };
  expect(events.map(({ type, at }) => [type, at && at - startAt])).toEqual([
    ["timeout", 20_000],
    ["eliminated", 20_000],
    ["turnPassed", 20_000],
    ["gamePaused", 30_000],
  ]);
  const { text } = await request(app).get(`${log}?format=csv&after=${v - 1}`);
  const times = text
    .split("\r\n")
    .slice(1, -1)
    .map((line) => Date.parse(line.split(",")[1] ?? "") - startAt);
  expect(times).toEqual([20_000, 20_000, 20_000, 30_000]);
});
