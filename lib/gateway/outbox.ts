// What is on its way to one connection. Frames are encoded once and shared; a reader that does not read is cut off.
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { Frame } from "../room/frame.ts";

interface FrameOptions {
  readonly fin: true;
  readonly opcode: 1;
  readonly mask: false;
  readonly readOnly: true;
  readonly rsv1: false;
}

interface FrameEncoder {
  frame(payload: Buffer, options: FrameOptions): Buffer[];
}

/** ws makes frames for one socket at a time; this asks it for the bytes once, for all who get the same message. */
function encoded(frame: Frame): Uint8Array {
  if (frame.wire === null) {
    const encoder = (WebSocket as unknown as { readonly Sender: FrameEncoder }).Sender;
    frame.wire = Buffer.concat(encoder.frame(Buffer.from(frame.text), { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false }));
  }
  return frame.wire;
}

export class Outbox {
  readonly #stream: Duplex;
  readonly #bytesMax: number;
  readonly #overflowed: () => void;

  /** `overflowed` is called when the reader has let more than `bytesMax` pile up. */
  constructor(stream: Duplex, bytesMax: number, overflowed: () => void) {
    this.#stream = stream;
    this.#bytesMax = bytesMax;
    this.#overflowed = overflowed;
  }

  /** Bytes that wait for the reader. */
  get bytes(): number {
    return this.#stream.writableLength;
  }

  send(frame: Frame): void {
    if (!this.#stream.writable) return;
    this.#stream.write(encoded(frame));
    if (this.#stream.writableLength > this.#bytesMax) this.#overflowed();
  }
}
