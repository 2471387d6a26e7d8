// What the load testers themselves count: a tester that takes the wrong message for an answer, or a farewell for a good end, would
// pass what it is there to find.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClosedLoop } from "../../load/bench/closed-loop.ts";
import { clockServer, jsonReader, type OpenTable } from "../../load/bench/contestant.ts";
import { openLoop } from "../../load/bench/open-loop.ts";
import type { RawSocket } from "../../load/bench/raw-socket.ts";
import { startRedis } from "../../load/bench/redis-process.ts";
import { watchStreams } from "../../load/stream-watchers.ts";
import { eventually } from "../support/eventually.ts";

/** A server of one table that takes `serviceMs` for each tap. The seat that tapped hears of it first, the others a moment later. */
function slowTable(serviceMs: number): OpenTable {
  let [v, active] = [1, 1];
  const told = (seat: RawSocket, text: string): void => seat.onFrame(Buffer.from(text), 0, text.length);
  const seats: RawSocket[] = [1, 2, 3, 4].map((id) => {
    const taps = (): void => {
      const seat = seats[id - 1] as RawSocket;
      setTimeout(() => {
        if (id !== active) return told(seat, '{"type":"error","data":{"code":"not-your-turn"}}');
        v += 1;
        active = (active % seats.length) + 1;
        const change = `{"type":"change","data":{"v":${v},"activePlayer":${active}}}`;
        told(seat, change);
        setTimeout(() => seats.filter((other) => other !== seat).forEach((other) => void told(other, change)), serviceMs / 10);
      }, serviceMs);
    };
    return { send: taps, onFrame: () => {}, onClose: () => {} } as unknown as RawSocket;
  });
  return { seats, tap: Buffer.alloc(0), readers: seats.map(() => jsonReader()) };
}

test("L46 in an open loop that is behind, word of the change before is not taken for the answer to the tap that waits", async () => {
  const figures = await openLoop({ pids: [], tables: [slowTable(20)], perSecond: 100, warmMs: 0, measureMs: 200 });
  expect(figures).toMatchObject({ errors: 0, gaps: 0, offeredPerSecond: 100 });
  // Twenty taps in 0.2 s of which each takes 20 ms: the last waits for all the others.
  expect(figures.maxMs).toBeGreaterThan(180);
});

test("L46 an open loop whose tester stood still at the end offers what fell due meanwhile, as promised", async () => {
  setTimeout(() => {
    for (const until = performance.now() + 100; performance.now() < until; );
  }, 60);
  const figures = await openLoop({ pids: [], tables: [slowTable(1)], perSecond: 100, warmMs: 0, measureMs: 100 });
  expect(figures.offeredPerSecond).toBe(100);
});

test("L46 a closed loop in which a connection was lost says so, though its table is quiet: nobody taps there any more", async () => {
  const table = slowTable(5);
  const on = { server: { pid: process.pid, port: 0, beside: [], stop: async () => {} }, openTable: async () => table };
  const loop = await ClosedLoop.open(on, { games: 1, updates: "changes" });
  setTimeout(() => {
    const seat = table.seats[2] as RawSocket;
    seat.onFrame = () => {};
    seat.onClose();
  }, 30);
  await expect(loop.run(0, 100)).rejects.toThrow("1 connections were lost");
});

describe("watchers of event streams", () => {
  const twoStates = "id: 1\ndata: {}\n\nid: 2\ndata: {}\n\n";

  /** Five games that have come to version 2. What is told of them at the end, when `stream` has said something to each of the 50 who watch. */
  async function watched(stream: (game: string, response: ServerResponse, nth: number) => void) {
    const games = ["A", "B", "C", "D", "E"].map((id) => ({ id }));
    let begun = 0;
    const server = createServer(({ url = "" }, response) => {
      const game = /^\/api\/games\/(\w)\/events$/.exec(url)?.[1];
      if (game === undefined) return void response.end(url === "/api/games" ? JSON.stringify({ games }) : '{"v":2}');
      begun += 1;
      stream(game, response, begun);
    });
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
    try {
      const watching = watchStreams(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await eventually("all streams are asked for", async () => (begun === 50 ? true : null));
      await new Promise((done) => setTimeout(done, 300));
      return await watching.stop();
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test("L46 that hear all their games have come to have passed", async () => {
    const figures = await watched((_, response) => void response.write(twoStates));
    expect(figures).toMatchObject({ streams: 50, states: 100, gaps: 0, broken: 0, silent: 0, passed: true });
  });

  test("L46 one that ends in good order before it is let go, or is refused, is counted as broken off", async () => {
    const figures = await watched((game, response) => {
      if (game === "A") response.end(`${twoStates}event: end\ndata: {}\n\n`);
      else if (game === "B") response.writeHead(503).end("{}");
      else response.write(twoStates);
    });
    expect(figures).toMatchObject({ streams: 50, gaps: 0, broken: 20, silent: 0, passed: false });
  });

  test("L46 one that falls silent half-way, and stays open, is told of: it passed, for it missed nothing and broke nothing off", async () => {
    const figures = await watched((_, response, nth) => void response.write(nth === 7 ? "id: 1\ndata: {}\n\n" : twoStates));
    expect(figures).toMatchObject({ streams: 50, gaps: 0, broken: 0, silent: 1, passed: false });
  });
});

describe("the redis-server of a run", () => {
  const path = process.env["PATH"];
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tapotarp-tester-"));
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
  });
  const inItsPlace = (script: string) => writeFileSync(join(folder, "redis-server"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  test("L46 one that ends before it answers is no server to measure", async () => {
    inItsPlace("exit 1");
    await expect(startRedis("no")).rejects.toThrow("ended before it answered");
  });

  test("L46 it is not left behind when the server that was to use it does not start", async () => {
    const listens = 'require("net").createServer().listen(process.argv[2], "127.0.0.1")';
    inItsPlace(`echo $$ > ${folder}/pid\nexec ${process.execPath} -e '${listens}' -- "$@"`);
    await expect(clockServer({ redis: "no", nodeArgs: ["--no-such-flag"] }).start()).rejects.toThrow("left with code 9");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
