// SAFETY 17 over HTTP: an answer waits for a slow reader, and not for one who reads nothing at all.
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import express from "express";
import { afterEach, describe, expect, test } from "vitest";
import { virtualHttp } from "../support/virtual-http.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

const stuckMs = 500;
/** A slow reader's rest between pieces: far from stuck, on a busy machine too. */
const restMs = stuckMs / 10;
/** More than the system keeps for a reader who does not read. */
const answer = Buffer.alloc(24 * 1024 * 1024, "x");

const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

async function served() {
  const edge = virtualEdge({ limits: { outboxStuckMs: stuckMs } });
  const { notes } = edge;
  const routes = express.Router();
  routes.get("/large", (_request, response) => void response.send(answer));
  routes.get("/late", (_request, response) => void setTimeout(() => response.send("late"), 2 * stuckMs));
  const app = virtualHttp(edge, { operatorRoutes: routes });
  const server = createServer(app);
  const lines: Socket[] = [];
  server.on("connection", (line: Socket) => void lines.push(line));
  closes.push(
    () => void server.close(),
    () => server.closeAllConnections(),
  );
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { notes, lines, url: `http://127.0.0.1:${port}/admin/api`, port };
}

describe("SAFETY 17 readers over HTTP", () => {
  test("one who takes nothing of his answer is cut, and it is noted", async () => {
    const { notes, lines, port } = await served();
    const reader = connect(port, "127.0.0.1", () => reader.write("GET /admin/api/large HTTP/1.1\r\nHost: x\r\n\r\n"));
    closes.push(() => reader.destroy());
    reader.on("error", () => undefined);
    reader.pause();
    await expect.poll(() => lines[0]?.destroyed, { timeout: 5_000 }).toBe(true);
    expect(notes.map(({ event }) => event)).toEqual(["slow-reader-closed"]);
  });

  test("one whose answer is long in the making, and one who reads in pieces, get theirs", async () => {
    const { notes, url } = await served();
    expect(await (await fetch(`${url}/late`)).text()).toBe("late");
    let bytes = 0;
    for await (const piece of (await fetch(`${url}/large`)).body ?? []) {
      const before = bytes;
      bytes += piece.length;
      if (Math.floor(bytes / 4_000_000) > Math.floor(before / 4_000_000)) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
    expect([bytes, notes]).toEqual([answer.length, []]);
  });
});
