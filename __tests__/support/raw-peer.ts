// A WebSocket peer made of bare bytes, for tests of frames that no honest client sends.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface FrameWish {
  readonly opcode?: number;
  readonly payload?: Buffer | string;
  readonly fin?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** A length to claim instead of the payload's own. */
  readonly claims?: bigint;
}

export const text = 1;
export const binary = 2;
export const continuation = 0;
export const closing = 8;
export const pinging = 9;
export const ponging = 10;

function lengthOf(size: bigint): { readonly short: number; readonly more: Buffer } {
  if (size < 126n) return { short: Number(size), more: Buffer.alloc(0) };
  if (size < 65_536n) {
    const more = Buffer.alloc(2);
    more.writeUInt16BE(Number(size));
    return { short: 126, more };
  }
  const more = Buffer.alloc(8);
  more.writeBigUInt64BE(size);
  return { short: 127, more };
}

/** One frame as a client sends it, right or wrong as wished. */
export function frame({ opcode = text, payload = "", fin = true, rsv = 0, masked = true, claims }: FrameWish = {}): Buffer {
  const body = Buffer.from(payload);
  const { short, more } = lengthOf(claims ?? BigInt(body.length));
  const head = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode, (masked ? 0x80 : 0) | short]);
  if (!masked) return Buffer.concat([head, more, body]);
  const mask = randomBytes(4);
  for (let i = 0; i < body.length; i += 1) body[i] = (body[i] as number) ^ (mask[i & 3] as number);
  return Buffer.concat([head, more, mask, body]);
}

export interface RawPeer {
  readonly socket: Socket;
  write(...parts: readonly Buffer[]): void;
  /** Text frames heard so far. */
  readonly texts: readonly string[];
  /** The code of the close frame that came, or null when the line was cut without one. */
  readonly ended: Promise<{ readonly code: number | null; readonly tookMs: number }>;
}

export interface Handshake {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The request of an upgrade. */
export function upgradeRequest(port: number, { path = "/", headers = {} }: Handshake = {}): string {
  const all = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    ...headers,
  };
  return `GET ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
}

/** Opens a socket by hand. Rejects with the answer's head when it is not 101. */
export async function openRaw(port: number, handshake: Handshake = {}): Promise<RawPeer> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(upgradeRequest(port, handshake));
  const startedAt = performance.now();
  const texts: string[] = [];
  let buffer = Buffer.alloc(0);
  let code: number | null = null;
  let opened: (() => void) | null = null;
  const ended = new Promise<{ code: number | null; tookMs: number }>((resolve) => {
    socket.on("close", () => resolve({ code, tookMs: performance.now() - startedAt }));
  });
  const open = new Promise<void>((resolve, reject) => {
    opened = resolve;
    void ended.then(() => reject(new Error(buffer.toString("latin1").slice(0, 500) || "closed without an answer")));
  });
  const heard = (opcode: number, payload: Buffer): void => {
    if (opcode === text) texts.push(payload.toString());
    else if (opcode === closing) {
      code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      socket.end(frame({ opcode: closing, payload: payload.subarray(0, 2) }));
    } else if (opcode === pinging) socket.write(frame({ opcode: ponging, payload }));
  };
  socket.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    if (opened !== null) {
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0 || !buffer.subarray(0, 12).equals(Buffer.from("HTTP/1.1 101"))) return;
      buffer = buffer.subarray(end + 4);
      opened();
      opened = null;
    }
    for (let next = readFrame(buffer); next !== null; next = readFrame(buffer)) {
      buffer = buffer.subarray(next.size);
      heard(next.opcode, next.payload);
    }
  });
  await open;
  return { socket, texts, ended, write: (...parts) => void socket.write(Buffer.concat(parts)) };
}

function readFrame(bytes: Buffer): { readonly opcode: number; readonly payload: Buffer; readonly size: number } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] as number) & 127;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return null;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < head + length) return null;
  return { opcode: (bytes[0] as number) & 15, payload: bytes.subarray(head, head + length), size: head + length };
}
