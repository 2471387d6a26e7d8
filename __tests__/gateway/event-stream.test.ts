import { describe, expect, test } from "vitest";
import type { Limits } from "../../lib/ops/config.ts";
import type { EventStream } from "../../lib/gateway/event-stream.ts";
import { Frame } from "../../lib/room/frame.ts";
import { heldLines } from "../support/held-line.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

async function watched(limits: Partial<Limits> = {}) {
  const all = virtualEdge({ limits });
  const { gameId, host } = await all.seated();
  const found = await all.rooms.find(gameId);
  if (!("room" in found)) throw new Error("The game is gone.");
  const lineOf = heldLines(all);
  const line = lineOf();
  line.get(`/api/games/${gameId}/events`);
  await all.ambient.advance(0);
  expect(line.heard).toContain('"status":"waiting"');
  /** One more that asks to watch, from an address of its own or from the same. */
  const ask = async (address?: string) => {
    const asked = lineOf(address);
    asked.get(`/api/games/${gameId}/events`);
    await all.ambient.advance(0);
    return asked;
  };
  return { ...all, gameId, host, room: found.room, line, lineOf, ask };
}

test("F52 nothing on the way keeps events or holds them back until there are more", async () => {
  const { line } = await watched();
  for (const header of ["Content-Type: text/event-stream", "Cache-Control: no-store", "X-Accel-Buffering: no"])
    expect(line.heard).toContain(`\r\n${header}`);
});

describe("F52 the end of an event stream", () => {
  test("a reader who stopped reading before the game was closed is told nothing more, counts no more, and is cut in time", async () => {
    const { ambient, edge, host, room, line, notes } = await watched();
    expect([room.viewers, edge.eventStreams.size]).toEqual([2, 1]);
    line.open = false;
    await host.ask("renameGame", { name: "x" });
    await host.ask("endGame");
    expect(room.viewers).toBe(1);
    const waiting = () => [...edge.eventStreams].map(({ bufferedBytes }) => bufferedBytes);
    const atTheEnd = waiting();
    await ambient.advance(edge.limits.outboxStuckMs - 1);
    expect([waiting(), line.destroyed]).toEqual([atTheEnd, false]);
    await ambient.advance(1);
    expect([waiting(), line.destroyed]).toEqual([[], true]);
    expect(notes.map(({ event }) => event)).toContain("slow-reader-closed");
  });

  test("what was said in the same turn is told before the last word", async () => {
    const { ambient, edge, line } = await watched();
    const [stream] = edge.eventStreams as Set<EventStream>;
    stream?.send(new Frame("event", 7, '{"type":"kicked"}'));
    stream?.dismiss("closed");
    await ambient.advance(0);
    const [told, end] = line.heard.split("event: end");
    expect(told).toContain('data: {"type":"kicked"}');
    expect(end).toContain('"reason":"closed"');
  });

  test("a reader who has gone at the very moment at which he would be cut is no slow one", async () => {
    const { ambient, edge, line, notes } = await watched();
    const [stream] = edge.eventStreams as Set<EventStream>;
    const slow = { waitingBytes: 1, behindMs: edge.limits.outboxStuckMs };
    line.destroy();
    stream?.tooSlow(slow);
    await ambient.advance(0);
    expect([notes, edge.eventStreams.size]).toEqual([[], 0]);
  });

  test("a reader whose place went to somebody from another address hears why, by the code of a refusal", async () => {
    const { ambient, connect, gameId, line, lineOf } = await watched({ viewersPerGameMax: 3 });
    const second = lineOf();
    second.get(`/api/games/${gameId}/events`);
    await ambient.advance(0);
    const friend = connect("198.51.100.1");
    expect(await friend.ask("join", { gameId })).toMatchObject({ type: "ack" });
    await ambient.advance(0);
    expect([line, second].map(({ heard }) => /"reason":"([^"]*)"/.exec(heard)?.[1])).toEqual([undefined, "game-full"]);
  });

  test("a reader who reads gets the last word, and the line is his to ask on", async () => {
    const { ambient, edge, host, gameId, line, notes } = await watched();
    await host.ask("endGame");
    expect(line.heard).toContain('event: end\ndata: {"reason":"closed"}');
    expect(edge.eventStreams.size).toBe(0);
    await ambient.advance(60_000);
    line.get(`/api/games/${gameId}`);
    await ambient.advance(0);
    expect(line.statuses).toEqual([200, 200]);
    expect(notes).toEqual([]);
  });

  test("whoever comes to a game that is closed sees how it ended and hears at once that nothing more will come, and takes no place", async () => {
    const { ambient, edge, host, gameId, room, lineOf } = await watched();
    await host.ask("endGame");
    const late = lineOf();
    late.get(`/api/games/${gameId}/events`);
    await ambient.advance(0);
    const [told, end] = late.heard.split("event: end");
    expect(told).toContain('"status":"finished"');
    expect(told).toMatch(/retry: 60000\r?\n/);
    expect(end).toContain('"reason":"closed"');
    expect([edge.eventStreams.size, room.viewers]).toEqual([0, 1]);
    late.get(`/api/games/${gameId}`);
    await ambient.advance(0);
    expect(late.statuses).toEqual([200, 200]);
  });

  test("whoever waits behind another answer on the same line when his game is closed harms nobody", async () => {
    const { ambient, connect, host, gameId, lineOf } = await watched();
    const other = connect();
    await other.ask("create", { settings: { playerCount: 2 } });
    const otherId = other.last("claimed")?.data.gameId;
    const line = lineOf();
    line.get(`/api/games/${otherId}/events`, `/api/games/${gameId}/events`);
    await ambient.advance(1_000);
    await host.ask("endGame");
    await ambient.advance(1_000);
    expect(line.statuses).toEqual([200]);
  });
});

describe("SAFETY 17 what waits for event streams", () => {
  const life = async ({ ambient, host }: Pick<Awaited<ReturnType<typeof watched>>, "ambient" | "host">, to: number) => {
    expect((await host.ask("updatePlayer", { playerId: 1, life: to })).type).toBe("ack");
    await ambient.advance(1_000);
  };

  test("all who watch get the very same bytes: none is made for each of them", async () => {
    const all = await watched();
    const lines = [all.line, all.lineOf()];
    lines[1]?.get(`/api/games/${all.gameId}/events`);
    await all.ambient.advance(0);
    await life(all, 101);
    const [one, other] = lines.map(({ pieces }) => pieces.find((piece) => piece.includes('"life":101')));
    expect(one).toBeDefined();
    expect([other?.buffer === one?.buffer, other?.byteOffset]).toEqual([true, one?.byteOffset]);
  });

  test("for one who does not read the state under way and the newest wait, and reading again brings him the newest", async () => {
    const all = await watched({ outboxStuckMs: 60_000 });
    const { edge, line, notes } = all;
    line.open = false;
    const states = line.heard.length;
    const waiting = () => [...edge.eventStreams].reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
    for (let to = 101; to <= 120; to += 1) await life(all, to);
    expect(waiting()).toBeLessThan(2 * states);
    line.readOn();
    await all.ambient.advance(0);
    expect(line.heard.slice(states).match(/"life":1\d\d/g)).toEqual(['"life":101', '"life":120']);
    expect(waiting()).toBe(0);
    await life(all, 121);
    expect(line.heard).toContain('"life":121');
    expect(notes).toEqual([]);
  });

  test("one who takes a little now and then stays; one who takes nothing is cut, and it is noted and counted once", async () => {
    const all = await watched();
    const { ambient, edge, line, metrics, notes } = all;
    line.open = false;
    await life(all, 101);
    for (let piece = 0; piece < 3; piece += 1) {
      line.takeOne();
      await ambient.advance(edge.limits.outboxStuckMs * 0.8);
    }
    expect([line.destroyed, notes]).toEqual([false, []]);
    await ambient.advance(edge.limits.outboxStuckMs);
    expect([line.destroyed, edge.eventStreams.size]).toEqual([true, 0]);
    expect(notes.map(({ event }) => event)).toEqual(["slow-reader-closed"]);
    expect(await metrics.text()).toMatch(/^tapotarp_outbox_overflows_total 1$/m);
  });
});

describe("F52 places for event streams", () => {
  test("one line takes one place, whatever else it asks for, and gives it back when it is closed", async () => {
    const { ambient, edge, gameId, host, room, line, lineOf } = await watched();
    const events = `/api/games/${gameId}/events`;
    const greedy = lineOf();
    greedy.get(...Array.from({ length: 9 }, () => events));
    await ambient.advance(0);
    expect([edge.eventStreams.size, room.viewers]).toEqual([2, 3]);
    greedy.push("GET / HTTP/1.1\r\nHost: held\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await ambient.advance(0);
    greedy.destroy();
    await ambient.advance(0);
    expect([edge.eventStreams.size, room.viewers]).toEqual([1, 2]);
    line.get(events);
    await ambient.advance(0);
    await host.ask("endGame");
    await ambient.advance(0);
    expect(line.statuses).toEqual([200, 503]);
    expect(edge.eventStreams.size).toBe(0);
  });

  test("whoever asks for the head alone gets it, takes no place, and the line is free for what comes next", async () => {
    const { ambient, edge, gameId, room, lineOf } = await watched();
    const line = lineOf();
    line.push(`HEAD /api/games/${gameId}/events HTTP/1.1\r\nHost: held\r\n\r\n`);
    await ambient.advance(0);
    expect(line.heard).toContain("Content-Type: text/event-stream");
    expect([edge.eventStreams.size, room.viewers]).toEqual([1, 2]);
    line.get(`/api/games/${gameId}`);
    await ambient.advance(0);
    expect(line.statuses).toEqual([200, 200]);
  });

  test("SAFETY 15 streams count among what one address may have open, and no more once they are gone", async () => {
    const { ambient, edge, line, notes, ask } = await watched({ connectionsPerAddressMax: 2 });
    const second = await ask();
    const third = await ask();
    expect([second.statuses, third.statuses, edge.eventStreams.size]).toEqual([[200], [429], 2]);
    expect(third.heard).toContain("Retry-After: 5");
    expect(notes.map(({ event }) => event)).toEqual(["rate-limited"]);
    expect((await ask("198.51.100.1")).statuses).toEqual([200]);
    for (const gone of [line, second]) gone.destroy();
    await ambient.advance(0);
    expect([(await ask()).statuses, (await ask()).statuses, (await ask()).statuses]).toEqual([[200], [200], [429]]);
  });

  test("two who come in the same turn of a full server never get the same place, and who makes it hears why, as whoever comes then", async () => {
    const { ambient, edge, gameId, host, room, line, lineOf } = await watched({ eventStreamsMax: 2 });
    const second = lineOf();
    const newcomers = ["198.51.100.1", "198.51.100.2"].map((address) => lineOf(address));
    second.get(`/api/games/${gameId}/events`);
    await ambient.advance(0);
    for (const newcomer of newcomers) newcomer.get(`/api/games/${gameId}/events`);
    await ambient.advance(0);
    expect(newcomers.map(({ statuses }) => statuses)).toEqual([[200], [503]]);
    expect([line, second].map(({ heard }) => /event: end\ndata: (.*)/.exec(heard)?.[1])).toEqual([undefined, '{"reason":"busy"}']);
    expect([edge.eventStreams.size, room.viewers]).toEqual([2, 3]);
    await host.ask("renameGame", { name: "Later" });
    expect([line, second].map(({ heard }) => heard.includes("Later"))).toEqual([true, false]);
    second.get(`/api/games/${gameId}`);
    await ambient.advance(0);
    expect(second.statuses).toEqual([200, 200]);
  });

  test("who makes place and does not take his last word counts at his address until he is cut; one who was behind is cut at once", async () => {
    const { ambient, edge, host, line, ask } = await watched({ eventStreamsMax: 2, connectionsPerAddressMax: 2 });
    const second = await ask();
    second.open = false;
    (await ask("198.51.100.1")).destroy();
    expect([second.destroyed, (await ask()).statuses]).toEqual([false, [429]]);
    await ambient.advance(edge.limits.outboxStuckMs);
    const third = await ask();
    expect([second.destroyed, third.statuses]).toEqual([true, [200]]);
    third.open = false;
    await host.ask("renameGame", { name: "x" });
    expect((await ask("198.51.100.1")).statuses).toEqual([200]);
    expect([line.destroyed, third.destroyed, edge.eventStreams.size]).toEqual([false, true, 2]);
  });

  test("SAFETY 22 on the way out nobody new is taken in to watch, and he hears that he may come again", async () => {
    const { ambient, edge, gameId, lineOf } = await watched();
    edge.draining = true;
    const asked = lineOf();
    asked.get(`/api/games/${gameId}/events`);
    await ambient.advance(0);
    expect([asked.statuses, edge.eventStreams.size]).toEqual([[503], 1]);
    expect(asked.heard).toContain('"code":"draining"');
  });
});
