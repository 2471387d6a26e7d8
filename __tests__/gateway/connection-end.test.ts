// What a connection may send beside commands, its last word, and what ends with it.
import { describe, expect, test } from "vitest";
import { replyFrame } from "../../lib/room/frame.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { openScene } from "../protocol/scene.ts";
import { heldLines } from "../support/held-line.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

describe("what a connection may send", () => {
  test("F06 bytes count as frames do: few large messages are refused like many small ones", async () => {
    const { connect, edge } = virtualEdge({ limits: { bytesPerSecondMax: 200, frameBytesMax: 1_000 } });
    const client = connect();
    const large = { text: "x".repeat(600) };
    expect((await client.ask("ping", large)).data.code).not.toBe("rate-limited");
    expect((await client.ask("ping", large)).data.code).toBe("rate-limited");
    const counted = await edge.metrics.text();
    expect(counted).toMatch(/rate_limited_total\{kind="bytes"\} 1$/m);
    expect(counted).toMatch(/rate_limited_total\{kind="frames"\} 0$/m);
  });

  test("F46 who is refused for his pace and never cut off is in the audit log with his address, once a minute", async () => {
    const { ambient, connect, notes, seated } = virtualEdge({
      limits: { bytesPerSecondMax: 200, frameBytesMax: 1_000, commandsPerSessionPerSecondMax: 1 },
    });
    const client = connect();
    const large = { text: "x".repeat(600) };
    for (let n = 0; n < 3; n += 1) await client.ask("ping", large);
    expect(notes).toEqual([{ event: "rate-limited", detail: { kind: "bytes" } }]);
    await ambient.advance(60_000);
    for (let n = 0; n < 3; n += 1) await client.ask("ping", large);
    expect(notes).toHaveLength(2);
    const { host } = await seated();
    for (let n = 0; n < 9; n += 1) await host.ask("pause");
    expect(notes.slice(2)).toEqual([{ event: "rate-limited", detail: { kind: "session" } }]);
  });

  test("F06 a message as large as messages may be is no flood, however few bytes a second are free", async () => {
    const { connect } = virtualEdge({ limits: { bytesPerSecondMax: 1_024, frameBytesMax: 65_536 } });
    const client = connect();
    expect((await client.ask("ping", { text: "x".repeat(65_000) })).data.code).not.toBe("rate-limited");
    expect((await client.ask("ping", { text: "x".repeat(65_000) })).data.code).toBe("rate-limited");
    expect(client.socket.closedWith).toBeNull();
  });

  test("F06 pongs that nobody asked for count like anything else: a flood of them ends the connection", () => {
    const { connect } = virtualEdge();
    const { socket } = connect();
    for (let n = 0; n < 1_000; n += 1) socket.emit("pong", Buffer.alloc(0));
    expect(socket.closedWith).toBe(1008);
  });
});

test("CK8 an answer that a stall of 20 s held up does not make the line slow for minutes", async () => {
  const { ambient, connect } = virtualEdge();
  const { connection, socket } = connect();
  for (const tookMs of [50, 20_000]) {
    connection.beatAnew();
    await ambient.advance(tookMs);
    socket.emit("pong", Buffer.alloc(0));
  }
  expect(connection.rttMs).toBeLessThan(400);
});

test("CK8 SAFETY 18 a connection is not asked while nothing it says is read: its answer would look as late as it was read", async () => {
  const { ambient, connect } = virtualEdge();
  const { connection, socket } = connect();
  connection.pause();
  for (let i = 0; i < 4; i += 1) connection.beat();
  connection.beatAnew();
  await ambient.advance(2_000);
  expect(socket.terminated).toBe(false);
  connection.resume();
  socket.emit("pong", Buffer.alloc(0));
  expect(connection.rttMs).toBe(0);
});

describe("the end of a connection", () => {
  test("what was said before it is still handed over; then it is cut, should the other side not close", async () => {
    const { ambient, connect, edge } = virtualEdge();
    const { connection, heard, socket } = connect();
    connection.send(replyFrame("ack", { id: "last", v: 1 }));
    expect(connection.isGone).toBe(false);
    connection.close("restart");
    expect(connection.isGone).toBe(true);
    expect(heard.at(-1)?.data).toEqual({ id: "last", v: 1 });
    await ambient.advance(edge.limits.outboxTerminateMs - 1);
    expect(socket.terminated).toBe(false);
    await ambient.advance(1);
    expect(socket.terminated).toBe(true);
  });

  test("ticks that were asked for in a game end with the stay in it, and are not told of the next one", async () => {
    const { ambient, connect, seated } = virtualEdge();
    const { gameId } = await seated();
    const client = connect();
    await client.ask("join", { gameId });
    await client.ask("subscribeTicks", { intervalMs: 1_000 });
    await ambient.advance(1_500);
    const ticks = () => client.heard.filter(({ type }) => type === "tick").length;
    const before = ticks();
    expect(before).toBeGreaterThan(0);
    await client.ask("leave");
    await client.ask("join", { gameId });
    await ambient.advance(5_000);
    expect(ticks()).toBe(before);
  });

  test("F52 whoever hangs up while his event stream waits for his turn to watch is not watched for ever", async () => {
    const store = memoryStore();
    const commit = store.commit.bind(store);
    let goOn = (): void => {};
    const all = virtualEdge({ store });
    const { gameId, host } = await all.seated();
    const found = await all.rooms.find(gameId);
    if (!("room" in found)) throw new Error("The game is gone.");
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    store.commit = async (order) => held.then(() => commit(order));
    host.tell("renameGame", { name: "Slow" });
    const line = heldLines(all)();
    line.get(`/api/games/${gameId}/events`);
    await all.ambient.advance(0);
    expect(all.edge.eventStreams.size).toBe(1);
    line.destroy();
    await all.ambient.advance(0);
    goOn();
    await all.ambient.advance(1_000);
    expect([all.edge.eventStreams.size, found.room.viewers]).toEqual([0, 1]);
  });
});

test("SAFETY 22 on the way out whoever has a command under way hears what came of it, and is sent away then", async () => {
  const store = memoryStore();
  const scene = await openScene(store);
  const host = await scene.enter("ann");
  await host.say("create");
  const commit = store.commit.bind(store);
  const held = Promise.withResolvers<void>();
  store.commit = async (change) => {
    await held.promise;
    return commit(change);
  };
  host.tell('{"type":"start","id":"last"}', "start");
  await scene.pass(0);
  const leaving = scene.drain();
  await scene.pass(1_000);
  held.resolve();
  await scene.pass(25);
  await leaving;
  const last = scene.lines.filter(({ type }) => ["shutdown_warning", "ack", "close"].includes(type)).slice(-3);
  expect(last.map(({ text }) => text)).toEqual([
    expect.stringContaining("shutdown_warning"),
    expect.stringContaining('"id":"last"'),
    "ann x 1012 restart",
  ]);
  await scene.close();
});
