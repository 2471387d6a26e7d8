// F53: what the operator does reaches the games themselves, and what came of it is told as it was.
import express from "express";
import request from "supertest";
import { expect, test, vi } from "vitest";
import { addressKey } from "../../lib/gateway/address.ts";
import { noAudit } from "../../lib/ops/audit.ts";
import { readConfig } from "../../lib/ops/config.ts";
import { createHealth } from "../../lib/ops/health.ts";
import { createLiveGames } from "../../lib/ops/live-games.ts";
import { type OperationsParts, openOperations } from "../../lib/ops/operations.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { createMetrics } from "../../lib/ops/metrics.ts";
import { type ListedGame, type Page, type Store, StoreFault } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import type { HeldAmbient } from "../support/held-ambient.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const adminToken = "the-operator-of-the-tests";

function opened(over: Partial<OperationsParts> = {}, here: { readonly store?: Store; readonly ambient?: HeldAmbient } = {}) {
  const { store = memoryStore() } = here;
  const all = virtualEdge({ ...here, store });
  const { ambient, edge, rooms, metrics } = all;
  const operations = openOperations({
    ...{ store, ambient, rooms, metrics, config: edge.config, log: silentLog(), audit: noAudit(), health: createHealth({}) },
    live: createLiveGames(ambient),
    secrets: { current: () => ({ ...edge.config.secrets, adminToken }), reload: () => [] },
    connections: () => 0,
    loopLagMs: () => 0,
    addressOf: () => "10.0.0.9",
    countedAs: addressKey,
    ...over,
  } as unknown as OperationsParts);
  const app = express().use("/admin/api", operations.routes);
  const bearer = `Bearer ${adminToken}`;
  const games = async (query = "") => {
    const { body } = await request(app).get(`/admin/api/games${query}`).set("Authorization", bearer);
    return body as Page<ListedGame>;
  };
  const told = async (path: string, body?: object) => {
    const asked = body === undefined ? request(app).get(path) : request(app).post(path).send(body);
    const { status, body: answer } = await asked.set("Authorization", bearer);
    return [status, answer.code ?? answer.closed ?? answer.id];
  };
  return {
    ...all,
    store,
    operations,
    games,
    show: (gameId: string) => told(`/admin/api/games/${gameId}`),
    close: (gameId: string) => told(`/admin/api/games/${gameId}/close`, { reason: "abuse" }),
  };
}

test("a game is closed once; that it is closed already, or not there, is told apart", async () => {
  const { seated, show, close } = opened();
  const { gameId } = await seated();
  expect(await close(gameId)).toEqual([200, gameId]);
  expect(await close(gameId)).toEqual([409, "wrong-status"]);
  expect(await show(gameId)).toEqual([200, gameId]);
  expect(await close("ZZZZZZ")).toEqual([404, "no-such-game"]);
  expect(await show("ZZZZZZ")).toEqual([404, "no-such-game"]);
});

test("a game that cannot be reached now is not told as one that is not there", async () => {
  const { seated, store, show, close } = opened();
  const { gameId } = await seated();
  const gone = new StoreFault("unavailable", "no");
  vi.spyOn(store, "commit").mockRejectedValue(gone);
  vi.spyOn(store, "load").mockRejectedValue(gone);
  expect(await close(gameId)).toEqual([503, "store-unavailable"]);
  expect(await show("ZZZZZZ")).toEqual([503, "store-unavailable"]);
  expect(await close("ZZZZZZ")).toEqual([503, "store-unavailable"]);
});

test("metrics that cannot be made on their own port are an error of the log, too", async () => {
  const lines: object[] = [];
  const planted = new TypeError("planted");
  const text = async (): Promise<never> => {
    throw planted;
  };
  const { operations } = opened({
    config: { ...readConfig({ NODE_ENV: "test" }), host: "127.0.0.1", metricsPort: 0 },
    metrics: { ...createMetrics(), text },
    log: { ...silentLog(), error: (fields) => void lines.push(fields), level: () => "info", setLevel() {}, flush() {} },
  });
  const port = await operations.listen();
  try {
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(500);
  } finally {
    await operations.close();
  }
  expect(lines).toEqual([{ err: planted }]);
});

test("F46 who is refused the metrics on their own port is noted by the address that the edge knows him by, as everywhere else", async () => {
  const notes: unknown[] = [];
  const { operations } = opened({
    config: { ...readConfig({ NODE_ENV: "test" }), host: "127.0.0.1", metricsPort: 0 },
    secrets: {
      current: () => ({ ...readConfig({ NODE_ENV: "test" }).secrets, metricsToken: "the-metrics-of-the-tests" }),
      reload: () => [],
    },
    audit: { ...noAudit(), note: (event, actor) => void notes.push([event, actor]) },
  });
  const port = await operations.listen();
  try {
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
  } finally {
    await operations.close();
  }
  expect(notes).toEqual([["metrics-denied", "10.0.0.9"]]);
});

test("F35 a secret that only a start uses is named when it has changed: it is not in force yet", async () => {
  const lines: unknown[] = [];
  const note = (fields: object, message: string) => void lines.push([message, fields]);
  const config = { ...readConfig({ NODE_ENV: "test", REDIS_URL: "redis://:old@host" }) };
  let secrets = config.secrets;
  const { operations } = opened({
    config,
    secrets: { current: () => secrets, reload: () => [] },
    log: { ...silentLog(), info: note, warn: note, level: () => "info", setLevel() {}, flush() {} },
  });
  secrets = { ...secrets, adminToken };
  operations.reloadSecrets();
  secrets = { ...secrets, redisUrl: "redis://:new@host" };
  operations.reloadSecrets();
  await operations.close();
  expect(lines).toEqual([
    ["the secrets were read again", {}],
    ["the secrets were read again", {}],
    ["these secrets have changed, and are in force after a restart only", { variables: ["REDIS_URL"] }],
  ]);
});

test("SE9 after an outage the list shows each game as it stands, on whatever page, and looks at it once", async () => {
  const first = virtualEdge({ store: memoryStore() });
  const { store, ambient } = first;
  const ran: string[] = [];
  for (let table = 0; table < 3; table += 1) {
    const { gameId, host } = await first.seated();
    if (table < 2) ran.push(gameId);
    if (table < 2) expect((await host.ask("start")).type).toBe("ack");
  }
  const from = ambient.now() + 1;
  await ambient.advance(60_000);
  store.outages.stoodStill(from, ambient.now());
  const load = vi.spyOn(store, "load");
  const { games } = opened({}, { store, ambient });
  const page = await games("?limit=2");
  const rows = [...page.items, ...(await games(`?limit=2&cursor=${page.next}`)).items];
  expect(rows.map(({ gameId, index }) => [ran.includes(gameId), index.status]).sort()).toEqual([
    [false, "waiting"],
    [true, "paused"],
    [true, "paused"],
  ]);
  const { length } = load.mock.calls;
  expect(length).toBeGreaterThan(0);
  const inOrder = (all: readonly ListedGame[]) => all.toSorted((a, b) => a.gameId.localeCompare(b.gameId));
  expect(inOrder((await games()).items)).toEqual(inOrder(rows));
  expect(load.mock.calls).toHaveLength(length);
});
