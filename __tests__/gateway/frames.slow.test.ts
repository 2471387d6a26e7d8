import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { binary, closing, continuation, frame, openRaw, pinging, text } from "../support/raw-peer.ts";
import { residentBytes, type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startRunningServer();
});
afterAll(() => server.dispose());

const badText = Buffer.from([0x22, 0xc3, 0x28, 0x22]);
const closeWith = (code: number, reason: Buffer | string = "") => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame({ opcode: closing, payload: Buffer.concat([head, Buffer.from(reason)]) });
};
const many = (count: number, made: () => Buffer) => Array.from({ length: count }, made);

/** Bytes and the close code that answers them. */
const cases: readonly (readonly [string, number, readonly Buffer[]])[] = [
  ["reserved bit 1 without an extension", 1002, [frame({ rsv: 4, payload: "{}" })]],
  ["reserved bit 2", 1002, [frame({ rsv: 2, payload: "{}" })]],
  ["reserved bit 3", 1002, [frame({ rsv: 1, payload: "{}" })]],
  ["all reserved bits", 1002, [frame({ rsv: 7, payload: "{}" })]],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [`reserved opcode ${opcode}`, 1002, [frame({ opcode })]] as const),
  ["an unmasked text", 1002, [frame({ masked: false, payload: "{}" })]],
  ["an unmasked ping", 1002, [frame({ opcode: pinging, masked: false })]],
  ["a fragmented ping", 1002, [frame({ opcode: pinging, fin: false })]],
  ["a fragmented close", 1002, [frame({ opcode: closing, fin: false })]],
  ["a ping of 126 bytes", 1002, [frame({ opcode: pinging, payload: "x".repeat(126) })]],
  ["a close of 126 bytes", 1002, [frame({ opcode: closing, payload: Buffer.alloc(126, 3) })]],
  ["a continuation of nothing", 1002, [frame({ opcode: continuation, payload: "{}" })]],
  ["an empty continuation of nothing", 1002, [frame({ opcode: continuation })]],
  ["a new text inside a fragmented one", 1002, [frame({ fin: false, payload: "{" }), frame({ payload: "}" })]],
  ["a binary inside a fragmented text", 1002, [frame({ fin: false, payload: "{" }), frame({ opcode: binary })]],
  ["a reserved bit on a continuation", 1002, [frame({ fin: false }), frame({ opcode: continuation, rsv: 4 })]],
  ["a reserved bit on a ping", 1002, [frame({ opcode: pinging, rsv: 4 })]],
  ["a close of one byte", 1002, [frame({ opcode: closing, payload: "x" })]],
  ...[0, 999, 1004, 1005, 1006, 1016, 2999, 5000, 65535].map((code) => [`a close with code ${code}`, 1002, [closeWith(code)]] as const),
  ["a close whose reason is no UTF-8", 1007, [closeWith(1000, badText)]],
  ["text that is no UTF-8", 1007, [frame({ payload: badText })]],
  [
    "text that is no UTF-8, across fragments",
    1007,
    [frame({ fin: false, payload: '"' }), frame({ opcode: continuation, payload: Buffer.from([0xc3]) })],
  ],
  ["an overlong UTF-8 form", 1007, [frame({ payload: Buffer.from([0xc0, 0xaf]) })]],
  ["a surrogate in UTF-8", 1007, [frame({ payload: Buffer.from([0xed, 0xa0, 0x80]) })]],
  ["a binary message", 1003, [frame({ opcode: binary, payload: "{}" })]],
  ["an empty binary message", 1003, [frame({ opcode: binary })]],
  [
    "a fragmented binary message",
    1003,
    [frame({ opcode: binary, fin: false, payload: "{" }), frame({ opcode: continuation, payload: "}" })],
  ],
  ["65,537 bytes", 1009, [frame({ payload: "x".repeat(65_537) })]],
  [
    "65,537 bytes in two fragments",
    1009,
    [frame({ fin: false, payload: "x".repeat(65_536) }), frame({ opcode: continuation, payload: "x" })],
  ],
  ["a header that claims 65,537 bytes", 1009, [frame({ claims: 65_537n })]],
  ["a header that claims 2^40 bytes", 1009, [frame({ claims: 2n ** 40n })]],
  ["a header that claims 2^62 bytes", 1009, [frame({ claims: 2n ** 62n })]],
  ["a header with the highest bit set", 1009, [frame({ claims: 2n ** 63n + 1n })]],
  [
    "65 fragments of one byte",
    1008,
    [frame({ fin: false, payload: "x" }), ...many(64, () => frame({ opcode: continuation, fin: false, payload: "x" }))],
  ],
  ["65 empty fragments", 1008, [frame({ fin: false }), ...many(64, () => frame({ opcode: continuation, fin: false }))]],
];

describe("F21 SAFETY 13: frames", () => {
  test(`there are at least 40 malformed cases: ${cases.length}`, () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
  });

  test.each(cases)("%s is answered with close code %i", async (_name, code, bytes) => {
    const peer = await openRaw(server.port);
    peer.write(...bytes);
    expect((await peer.ended).code).toBe(code);
  });

  test("F21 a message of 65,536 bytes is taken", async () => {
    const client = await connectTable(server.port);
    const message = '{"type":"ping","data":{"t":7}}';
    const pong = client.next("pong");
    client.raw(message.padEnd(65_536, " "));
    expect((await pong).data.t).toBe(7);
    await client.close();
  });

  test("a header of 2^40 bytes allocates nothing: 300 of them", async () => {
    const before = await residentBytes(server.pid);
    const peers = await Promise.all(Array.from({ length: 300 }, () => openRaw(server.port)));
    for (const peer of peers) peer.write(frame({ claims: 2n ** 40n, payload: "x".repeat(1_000) }));
    const codes = await Promise.all(peers.map((peer) => peer.ended.then(({ code }) => code)));
    const grownBytes = (await residentBytes(server.pid)) - before;
    process.stderr.write(`300 headers of 2^40 bytes: resident memory grew by ${(grownBytes / 1e6).toFixed(1)} MB\n`);
    expect(new Set(codes)).toEqual(new Set([1009]));
    expect(grownBytes).toBeLessThan(50_000_000);
  });

  test("a frame that comes a byte at a time is closed with 1008 before it is whole: each byte costs 500 while it waits", async () => {
    const peer = await openRaw(server.port);
    peer.socket.setNoDelay(true);
    const begun = frame({ payload: "x".repeat(65_535) }).subarray(0, 60_000);
    for (let sent = 0; sent < begun.length && !peer.socket.readableEnded; sent += 1) {
      peer.socket.write(begun.subarray(sent, sent + 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    peer.socket.end();
    expect((await peer.ended).code).toBe(1008);
  });

  test("a small message that comes a byte at a time is taken", async () => {
    const peer = await openRaw(server.port);
    peer.socket.setNoDelay(true);
    for (const byte of frame({ payload: '{"type":"ping","data":{"t":7},"id":"a slow line"}' })) {
      peer.socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => peer.texts.some((message) => message.includes('"pong"'))).toBe(true);
    peer.socket.destroy();
  });

  test("a message in three fragments with a ping between is taken, and the ping answered", async () => {
    const peer = await openRaw(server.port);
    const part = (payload: string, fin: boolean) => frame({ opcode: continuation, fin, payload });
    peer.write(
      frame({ opcode: text, fin: false, payload: '{"type":' }),
      frame({ opcode: pinging, payload: "p" }),
      part('"ping"', false),
      part("}", true),
    );
    await expect.poll(() => peer.texts.some((message) => message.includes('"pong"'))).toBe(true);
    peer.socket.destroy();
  });

  test("half a message, half a handshake and silence are cut in time", async () => {
    const slow = await startRunningServer({ env: { LIMIT_UPGRADE_MS: "300" } });
    try {
      const { connect } = await import("node:net");
      const startedAt = performance.now();
      const cut = (first: string) =>
        new Promise<number>((resolve) => {
          const socket = connect(slow.port, "127.0.0.1", () => void socket.write(first));
          socket.on("error", () => undefined);
          socket.on("close", () => resolve(performance.now() - startedAt));
        });
      const times = await Promise.all([cut(""), cut("GET / HTTP/1.1\r\nHost: x\r\nUpgr"), cut("GET /ws HTTP/1.1\r\n")]);
      expect(Math.max(...times)).toBeLessThan(2_000);
    } finally {
      await slow.dispose();
    }
  });
});
