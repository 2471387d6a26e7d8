import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { hearPongs } from "../../lib/gateway/pongs.ts";
import { continuation, frame, pinging, ponging } from "../support/raw-peer.ts";

/** What a client can send, one or more whole frames each. */
const emptyPong = frame({ opcode: ponging });
const sayings: readonly Buffer[] = [
  emptyPong,
  frame({ opcode: ponging, payload: "x" }),
  frame({ opcode: pinging }),
  frame({ payload: "a text" }),
  frame({ payload: "" }),
  frame({ payload: "a long text ".repeat(30) }),
  Buffer.concat([frame({ payload: "in ", fin: false }), emptyPong, frame({ opcode: continuation, payload: "parts" })]),
];

const request = {
  method: "GET",
  headers: { upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" },
} as unknown as IncomingMessage;

/** What is heard of these chunks, in order; `listen` says how pongs are listened to. */
async function heard(chunks: readonly Buffer[], listen: (socket: WebSocket, ponged: (bytes: number) => void) => void) {
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const events: string[] = [];
  const server = new WebSocketServer({ noServer: true, autoPong: false, perMessageDeflate: false });
  server.handleUpgrade(request, stream, Buffer.alloc(0), (socket) => {
    socket.on("message", (text) => events.push(`message ${text}`));
    socket.on("ping", () => events.push("ping"));
    socket.on("error", () => events.push("error"));
    listen(socket, (bytes) => events.push(`pong ${bytes}`));
  });
  for (const chunk of chunks) {
    stream.push(Buffer.from(chunk));
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.destroy();
  return events;
}

const plainly = (socket: WebSocket, ponged: (bytes: number) => void) => socket.on("pong", (payload) => ponged(payload.length));

function cut(bytes: Buffer, at: readonly number[]): readonly Buffer[] {
  const places = [...new Set([0, ...at.map((place) => place % bytes.length), bytes.length])].sort((a, b) => a - b);
  return places.slice(1).map((place, i) => bytes.subarray(places[i], place));
}

test("in whatever pieces frames come, what is heard is what ws hears, pongs among them", async () => {
  const pieces = fc.array(fc.constantFrom(...sayings), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), async (said, at, whole) => {
      const chunks = whole ? said : cut(Buffer.concat(said), at);
      expect(await heard(chunks, hearPongs)).toEqual(await heard(chunks, plainly));
    }),
    { numRuns: 150 },
  );
});

test("the end of a text that looks like a pong is text", async () => {
  // Masked with zeros, so that the payload is on the wire as it is.
  const head = Buffer.from([0x82, 0x80 | 8, 0, 0, 0, 0, 1, 2]);
  const tail = Buffer.from([0x8a, 0x80, 3, 4, 5, 6]);
  const events = await heard([head, tail, emptyPong], hearPongs);
  expect(events).toEqual([`message ${Buffer.concat([head.subarray(6), tail])}`, "pong 0"]);
});

test("an empty pong that comes alone does not pass through the parser", async () => {
  const parsed: string[] = [];
  const events = await heard([emptyPong, frame({ payload: "a text" })], (socket, ponged) => {
    const { _receiver } = socket as unknown as { readonly _receiver: { _write(chunk: Buffer, ...more: unknown[]): void } };
    const write = _receiver._write;
    _receiver._write = (chunk, ...more) => {
      parsed.push(chunk.toString("hex"));
      write.call(_receiver, chunk, ...more);
    };
    hearPongs(socket, ponged);
  });
  expect(events).toEqual(["pong 0", "message a text"]);
  expect(parsed).toHaveLength(1);
});
