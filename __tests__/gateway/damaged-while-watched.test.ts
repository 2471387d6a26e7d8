// A game whose record is found damaged while people are in it: on a new look into the store, because its copy here was in doubt.
import { expect, test } from "vitest";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { heldLines } from "../support/held-line.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

/** A host with a seat, a watcher at a socket and one at an event stream; `look` has the game read anew. */
async function watched() {
  const store = memoryStore();
  const load = store.load.bind(store);
  const record = { isDamaged: false };
  store.load = async (gameId) => (record.isDamaged ? { kind: "damaged", reason: "planted" } : load(gameId));
  const edge = virtualEdge({ store });
  const { gameId, host } = await edge.seated();
  const watcher = edge.connect();
  await watcher.ask("join", { gameId, updates: "changes" });
  const line = heldLines(edge)();
  line.get(`/api/games/${gameId}/events`);
  await edge.ambient.advance(0);
  const found = await edge.rooms.find(gameId);
  if ("refused" in found) throw new Error(found.refused);
  const look = async () => {
    found.room.onGap();
    await edge.ambient.advance(0);
  };
  return { edge, gameId, host, watcher, line, record, look };
}

const damage = { code: "game-damaged", message: "This game's record is damaged. The operator has been told.", retry: false };

test("whoever is in a game whose record is found damaged hears so as whoever comes then does, seated or not, and once", async () => {
  const { edge, gameId, host, watcher, line, record, look } = await watched();
  record.isDamaged = true;
  await look();
  await look();
  const comer = edge.connect();
  await comer.ask("join", { gameId });
  expect(comer.last("error")?.data).toMatchObject(damage);
  for (const { heard, socket } of [host, watcher]) {
    expect(heard.filter(({ type }) => type === "error").map(({ data }) => data)).toEqual([damage]);
    expect(socket.closedWith).toBeNull();
  }
  expect(line.heard.split('event: end\ndata: {"reason":"game-damaged"}')).toHaveLength(2);
});

test("whoever comes when a record has been mended hears of it when it is damaged again, though nobody was there the first time", async () => {
  const { edge, gameId, host, watcher, record, look } = await watched();
  for (const { session } of [host, watcher]) await session.leaveRoom();
  record.isDamaged = true;
  await look();
  record.isDamaged = false;
  const comer = edge.connect();
  expect((await comer.ask("join", { gameId })).type).toBe("ack");
  record.isDamaged = true;
  await look();
  expect(comer.last("error")?.data).toEqual(damage);
});

test("whoever stays is shown the game when its record has been mended, and hears of it when it is damaged again", async () => {
  const { watcher, record, look } = await watched();
  record.isDamaged = true;
  await look();
  record.isDamaged = false;
  const since = watcher.heard.length;
  await look();
  expect(watcher.heard.slice(since).map(({ type }) => type)).toContain("state");
  record.isDamaged = true;
  await look();
  expect(watcher.heard.slice(since).filter(({ type }) => type === "error")).toHaveLength(1);
});
