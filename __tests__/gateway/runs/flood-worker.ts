// Floods one server over one socket, in a thread of its own so that what others feel can be measured beside it. Told: port, kind.
// Tells: the close code and how long the flood lasted.
import { parentPort, workerData } from "node:worker_threads";
import { continuation, frame, openRaw, pinging, ponging } from "../../support/raw-peer.ts";

export type FloodKind = "messages" | "nonsense" | "pings" | "pongs" | "empty fragments" | "one-byte fragments" | "bytes" | "commands";

export interface FloodOrder {
  readonly port: number;
  readonly kind: FloodKind;
}

export interface FloodEnd {
  readonly code: number | null;
  readonly tookMs: number;
  readonly frames: number;
}

const fragments = (payload: string) => ({
  first: frame({ fin: false, payload }),
  next: frame({ opcode: continuation, fin: false, payload }),
});

const makers: Readonly<Record<FloodKind, { readonly first: Buffer; readonly next: Buffer }>> = {
  messages: { first: frame({ payload: '{"type":"ping"}' }), next: frame({ payload: '{"type":"ping"}' }) },
  nonsense: { first: frame({ payload: "{" }), next: frame({ payload: "[[[[[[[[[[" }) },
  pings: { first: frame({ opcode: pinging, payload: "x" }), next: frame({ opcode: pinging }) },
  pongs: { first: frame({ opcode: ponging }), next: frame({ opcode: ponging, payload: "x" }) },
  "empty fragments": fragments(""),
  "one-byte fragments": fragments("x"),
  commands: {
    first: Buffer.concat(
      ['"create","data":{"settings":{"playerCount":2}}', '"claim","data":{"playerId":1}', '"start"'].map((message) =>
        frame({ payload: `{"type":${message}}` }),
      ),
    ),
    next: frame({ payload: '{"type":"passTurn"}' }),
  },
  bytes: { first: frame({ payload: " ".repeat(65_000) }), next: frame({ payload: " ".repeat(65_000) }) },
};
const batchBytes = 65_536;

async function flood({ port, kind }: FloodOrder): Promise<FloodEnd> {
  const { first, next } = makers[kind];
  const peer = await openRaw(port);
  const perBatch = Math.max(1, Math.floor(batchBytes / next.length));
  const batch = Buffer.concat(Array.from({ length: perBatch }, () => next));
  const startedAt = performance.now();
  let frames = 1;
  let isOver = false;
  peer.write(first);
  const ended = peer.ended.then(({ code }) => {
    isOver = true;
    return code;
  });
  while (!isOver) {
    frames += perBatch;
    // Floods as fast as the line takes it, and no faster: what the server does not read waits with the sender.
    if (!peer.socket.write(batch)) await Promise.race([new Promise((resolve) => peer.socket.once("drain", resolve)), ended]);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  return { code: await ended, tookMs: performance.now() - startedAt, frames };
}

if (parentPort !== null) parentPort.postMessage(await flood(workerData as FloodOrder));
