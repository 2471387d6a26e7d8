// The short way for the answers to our own pings, which are nearly all that a server reads while nobody taps. ws parses a frame in
// some forty steps; the empty pong that comes alone between two frames is known by its length and its first two bytes.
import type { WebSocket } from "ws";

const emptyPong = { bytes: 6, opcode: 0x8a, masked: 0x80 } as const;

/** What ws reads frames with, as far as it is looked at. Where a version of ws has no such fields, every frame goes the long way. */
interface Receiver {
  write: (chunk: Buffer) => boolean;
  readonly writableLength: number;
  /** 0: the next byte begins a frame. */
  readonly _state?: number;
  readonly _bufferedBytes?: number;
}

const isEmptyPong = (chunk: Buffer): boolean =>
  chunk.length === emptyPong.bytes && chunk[0] === emptyPong.opcode && chunk[1] === emptyPong.masked;

const isBetweenFrames = ({ _state, _bufferedBytes, writableLength }: Receiver): boolean =>
  _state === 0 && _bufferedBytes === 0 && writableLength === 0;

/** Calls `ponged` with the size of each pong's payload. */
export function hearPongs(socket: WebSocket, ponged: (bytes: number) => void): void {
  socket.on("pong", (payload) => ponged(payload.length));
  const receiver = (socket as unknown as { readonly _receiver?: Receiver })._receiver;
  if (receiver === undefined) return;
  const write = receiver.write;
  receiver.write = (chunk) => {
    if (!isEmptyPong(chunk) || !isBetweenFrames(receiver)) return write.call(receiver, chunk);
    ponged(0);
    return true;
  };
}
