// A WebSocket client that does as little as a load tester can: one handshake, frames read in place out of one shared buffer,
// frames sent that were masked once. It is not a general client: no fragments, no compression, no frame over 4 GiB.
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

/** Called with the shared buffer: the payload is `bytes[start..end)` and only valid during the call. */
export type OnFrame = (bytes: Buffer, start: number, end: number) => void;

export interface RawSocketOptions {
  readonly port: number;
  readonly path?: string;
  /** Loopback address to connect from: one address has too few ports for a crowd. */
  readonly localAddress?: string;
  /** Bytes every socket reads into; one buffer serves all sockets of a process. */
  readonly readBuffer: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const opcodeMask = 0x0f;
const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const handshakeMsMax = 20_000;
const headEnd = Buffer.from("\r\n\r\n");

/** One masked frame, made once and sent as often as wanted. */
export function maskedFrame(payload: string | Uint8Array, kind: "text" | "binary" | "pong" = "text"): Buffer {
  const body = Buffer.from(payload as Uint8Array);
  const wide = body.length > 125;
  const frame = Buffer.alloc((wide ? 8 : 6) + body.length);
  frame[0] = 0x80 | opcode[kind];
  if (wide) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(body.length, 2);
  } else frame[1] = 0x80 | body.length;
  const mask = randomBytes(4);
  const at = wide ? 4 : 2;
  mask.copy(frame, at);
  for (let i = 0; i < body.length; i += 1) frame[at + 4 + i] = (body[i] as number) ^ (mask[i & 3] as number);
  return frame;
}

export class RawSocket {
  onFrame: OnFrame = () => {};
  onClose: () => void = () => {};
  /** Bytes and frames received since the start. */
  bytesIn = 0;
  framesIn = 0;
  isClosed = false;
  readonly #socket: Socket;
  /** The beginning of a frame whose end has not come yet. */
  #rest: Buffer | null = null;
  #isOpen = false;
  #opened: (() => void) | null = null;
  #failed: ((error: Error) => void) | null = null;

  private constructor(options: RawSocketOptions) {
    const { port, path = "/", localAddress, readBuffer, headers = {} } = options;
    this.#socket = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
      onread: {
        buffer: readBuffer,
        callback: (count: number, bytes: Uint8Array) => {
          this.#read(bytes as Buffer, count);
          return true;
        },
      },
    });
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const key = randomBytes(16).toString("base64");
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${more.join("")}\r\n`,
    );
    this.#socket.on("error", (error) => this.#failed?.(error));
    this.#socket.on("close", () => {
      this.isClosed = true;
      this.#failed?.(new Error("The server closed the connection during the handshake."));
      this.onClose();
    });
  }

  static open(options: RawSocketOptions): Promise<RawSocket> {
    const raw = new RawSocket(options);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => raw.#fail(new Error("The server did not answer the upgrade in time.")), handshakeMsMax);
      raw.#opened = () => {
        clearTimeout(timer);
        raw.#failed = null;
        resolve(raw);
      };
      raw.#failed = (error) => {
        clearTimeout(timer);
        raw.#failed = null;
        reject(error);
      };
    });
  }

  #fail(error: Error): void {
    this.#failed?.(error);
    this.#socket.destroy();
  }

  /** `frame` comes from `maskedFrame`. */
  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  sendJson(message: object): void {
    this.send(maskedFrame(JSON.stringify(message)));
  }

  /** Bytes that were sent and the other side has not made room for. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(shared: Buffer, count: number): void {
    this.bytesIn += count;
    let bytes = shared;
    let end = count;
    if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, shared.subarray(0, count)]);
      end = bytes.length;
      this.#rest = null;
    }
    const start = this.#isOpen ? 0 : this.#shake(bytes, end);
    const used = start < 0 ? 0 : this.#frames(bytes, start, end);
    if (used < end) this.#rest = Buffer.from(bytes.subarray(used, end));
  }

  /** Where frames begin; -1 while the answer to the upgrade is not complete. */
  #shake(bytes: Buffer, end: number): number {
    const at = bytes.subarray(0, end).indexOf(headEnd);
    if (at < 0) return -1;
    const head = bytes.toString("latin1", 0, at);
    if (!head.startsWith("HTTP/1.1 101")) {
      this.#fail(new Error(`The upgrade was refused: ${head.split("\r\n", 1)[0]}`));
      return end;
    }
    this.#isOpen = true;
    this.#opened?.();
    return at + headEnd.length;
  }

  #frames(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (end - at >= 2) {
      let size = (bytes[at + 1] as number) & 0x7f;
      let body = at + 2;
      if (size === 126) {
        if (end - at < 4) break;
        size = bytes.readUInt16BE(at + 2);
        body = at + 4;
      } else if (size === 127) {
        if (end - at < 10) break;
        size = bytes.readUInt32BE(at + 6);
        body = at + 10;
      }
      if (end - body < size) break;
      const kind = (bytes[at] as number) & opcodeMask;
      at = body + size;
      if (kind === opcode.text || kind === opcode.binary) {
        this.framesIn += 1;
        this.onFrame(bytes, body, at);
      } else if (kind === opcode.ping) this.send(maskedFrame(bytes.subarray(body, at), "pong"));
      else if (kind === opcode.close) this.#socket.end();
    }
    return at;
  }
}
