import request from "supertest";
import { expect, test } from "vitest";
import { StoreFault } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { heldLines } from "../support/held-line.ts";
import { virtualEdge } from "../support/virtual-edge.ts";
import { virtualHttp } from "../support/virtual-http.ts";

test("the log of a game that cannot be read is refused, not empty", async () => {
  const store = memoryStore();
  const { gameId, host } = await virtualEdge({ store }).seated();
  await host.ask("rollDice", { sides: 6 });
  const load = store.load.bind(store);
  let isDamaged = true;
  store.load = async (asked) => {
    const found = await load(asked);
    return isDamaged && found.kind === "found" ? { ...found, game: { ...found.game, state: "{}" } } : found;
  };
  // Another instance, which has the game from the store alone.
  const there = virtualEdge({ store });
  const lineOf = heldLines(there);
  const ask = async (query: string) => {
    const line = lineOf();
    line.get(`/api/games/${gameId}/log${query}`);
    await there.ambient.advance(0);
    return line;
  };
  for (const query of ["", "?format=csv", "?after=1"]) {
    const { statuses, heard } = await ask(query);
    expect(statuses).toEqual([410]);
    expect(heard).toContain('"code":"game-damaged"');
  }
  isDamaged = false;
  const { statuses, heard } = await ask("");
  expect(statuses).toEqual([200]);
  expect(heard).toContain('"command":"rollDice"');
});

test("where one old change is damaged, the table plays on; an undo and the log are refused for good, not until the store is well", async () => {
  const store = memoryStore();
  const edge = virtualEdge({ store });
  const { gameId, host } = await edge.seated();
  await host.ask("rollDice", { sides: 6 });
  store.changes = async () => {
    throw new StoreFault("damaged", "planted");
  };
  expect(await host.ask("undo")).toMatchObject({ type: "error", data: { code: "game-damaged", retry: false } });
  expect(await host.ask("rollDice", { sides: 6 })).toMatchObject({ type: "ack" });
  const { status, body, headers } = await request(virtualHttp(edge)).get(`/api/games/${gameId}/log`);
  expect([status, body.code, headers["retry-after"]]).toEqual([410, "game-damaged", undefined]);
});

test("what may be asked for is what the document says: every version that there can be, and a cursor that is not empty", async () => {
  const edge = virtualEdge();
  const { gameId } = await edge.seated();
  const lineOf = heldLines(edge);
  const most = Number.MAX_SAFE_INTEGER;
  for (const [path, status] of [
    [`/api/games/${gameId}/log?after=${most}`, 200],
    [`/api/games/${gameId}/log?after=${most + 1}`, 400],
    [`/api/games/${gameId}/log?after=-1`, 400],
    [`/api/games/${gameId}/log?after=1e3`, 400],
    [`/api/games/${gameId}/log?after=`, 400],
    ["/api/games?cursor=x", 200],
    ["/api/games?cursor=", 400],
  ] as const) {
    const line = lineOf();
    line.get(path);
    await edge.ambient.advance(0);
    expect([path, line.statuses]).toEqual([path, [status]]);
  }
});

test("the log for a spreadsheet has a line for each event, with what its change was", async () => {
  const edge = virtualEdge();
  const { gameId } = await edge.seated();
  const { text } = await request(virtualHttp(edge)).get(`/api/games/${gameId}/log?format=csv`);
  const at = new Date(edge.ambient.now()).toISOString();
  expect(text.split("\r\n")).toEqual([
    "version,time,seat,command,event,details",
    `1,${at},,create,gameCreated,"{""playerCount"":3}"`,
    `2,${at},,claim,seatClaimed,"{""playerId"":1}"`,
    `2,${at},,claim,hostChanged,"{""playerId"":1}"`,
    "",
  ]);
});
