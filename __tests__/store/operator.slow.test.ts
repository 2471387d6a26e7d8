// What the operator of a running server is told and can do when rows rot, states cannot be read and changes cannot be written.
// SAFETY rules 6, 8 and 21.
import { existsSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GameRow, gameCrc } from "../../lib/store/checksum.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable, seatTable } from "../support/table-client.ts";
import { dropFolder, newFolder } from "./sqlite-folder.ts";

const env = { ADMIN_TOKEN: "a-token-for-the-operator" };
let dataDir = "";
let server: RunningServer;

beforeAll(async () => {
  dataDir = newFolder();
  server = await startRunningServer({ dataDir, env });
});
afterAll(async () => {
  await server.dispose();
  dropFolder(dataDir);
});

async function admin(path: string, method = "GET") {
  const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}`, "content-type": "application/json" };
  const response = await fetch(`${server.url}/admin/api${path}`, { method, headers, ...(method === "POST" ? { body: "{}" } : {}) });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  return (await response.json()) as any;
}

const records = async (event: string) => (await admin(`/audit?event=${event}&limit=50`)).records as { detail: { gameId?: string } }[];
const isReady = async () => ((await fetch(`${server.url}/ready`)).status === 200 ? true : null);

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^tapotarp_${name}(?:{[^}]*})? (\\S+)$`, "m").exec(text)?.[1]);
}

test("F57: a change that could not be written is told, recorded, and written by the operator while the server runs; who watches sees it", async () => {
  const { gameId, players } = await seatTable(server.port, 2);
  const [host] = players;
  if (host === undefined) throw new Error("nobody sits");
  const watcher = await connectTable(server.port);
  await watcher.request("join", { gameId });
  const lock = new Sqlite(join(dataDir, "games.db"));
  lock.exec("BEGIN IMMEDIATE");
  const refused = await host.request("updatePlayer", { playerId: 1, name: "Kept aside" }, "the-lost-one");
  expect(refused).toMatchObject({ type: "error", data: { code: "store-unavailable" } });
  const failedAt = performance.now();
  lock.exec("ROLLBACK");
  lock.close();
  await eventually("the store is ready again", isReady);
  const { letters } = await admin("/dead-letters");
  expect(letters).toMatchObject([
    { kind: "commit", gameId, v: expect.any(Number), reason: expect.stringContaining("could not be written") },
  ]);
  expect(await metric("dead_letters")).toBe(1);
  expect(await records("dead-letter")).toMatchObject([{ detail: { changes: 1 } }]);
  // Half a second after a failure the room looks by itself. What is written later is seen because the replay tells the rooms.
  await eventually("the room's own look is over", async () => (performance.now() - failedAt > 1_500 ? true : null));
  const since = watcher.heard.length;
  const seen = watcher.until((message) => JSON.stringify(message.data).includes("Kept aside"), since);
  expect(await admin("/dead-letters/replay", "POST")).toEqual({ replayed: 1, left: 0 });
  expect((await seen).data.v).toBe(letters[0].v);
  expect(existsSync(join(dataDir, "dead-letters.jsonl"))).toBe(false);
  expect(await metric("dead_letters")).toBe(0);
  expect(await records("admin-action")).toMatchObject([{ detail: { what: "replay-dead-letters", replayed: 1 } }]);
  const again = await host.request("updatePlayer", { playerId: 1, name: "Kept aside" }, "the-lost-one");
  expect(again).toMatchObject({ type: "ack", data: { v: letters[0].v } });
});

test("a flipped bit and a state that no program can read: their players are told, the operator has a record of each, others play on", async () => {
  const tables = await Promise.all([1, 2, 3].map(() => seatTable(server.port, 2)));
  const [rotten, unreadable, sound] = tables.map(({ gameId }) => gameId);
  await server.stop();
  const db = new Sqlite(join(dataDir, "games.db"));
  db.prepare("UPDATE stills SET still = replace(still, '\"id\"', '\"iD\"') WHERE num = (SELECT num FROM games WHERE game_id = ?)").run(
    rotten,
  );
  const row = db.prepare("SELECT * FROM games WHERE game_id = ?").get(unreadable) as GameRow;
  const state = `{"kind":"nothing we know"}`;
  db.prepare("DELETE FROM stills WHERE num = ?").run(row.num);
  db.prepare("UPDATE games SET state = ?, crc = ? WHERE game_id = ?").run(state, gameCrc({ ...row, state, still: null }), unreadable);
  db.close();
  server = await startRunningServer({ dataDir, env });
  const client = await connectTable(server.port);
  const join2 = async (gameId: string | undefined) => (await client.request("join", { gameId })).data.code ?? "joined";
  for (const _twice of [1, 2]) {
    expect(await join2(rotten)).toBe("game-damaged");
    expect(await join2(unreadable)).toBe("game-damaged");
  }
  expect(await join2(sound)).toBe("joined");
  const told = await records("game-quarantined");
  expect(told).toMatchObject([
    { detail: { gameId: unreadable, reason: expect.stringContaining("cannot read") } },
    { detail: { gameId: rotten, reason: expect.stringContaining("checksum") } },
  ]);
  expect(await metric("games_quarantined_total")).toBe(2);
  const left = new Sqlite(join(dataDir, "games.db"), { readonly: true });
  expect(left.prepare("SELECT game_id FROM quarantine").pluck().all()).toEqual([rotten]);
  expect(left.prepare("SELECT state FROM games WHERE game_id = ?").pluck().get(unreadable)).toBe(state);
  left.close();
});
