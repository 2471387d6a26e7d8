// How frames look on a WebSocket.
import type { Frame } from "../room/frame.ts";
import type { Wire } from "./outbox.ts";

const finalText = 0x81;
const length16 = 126;
const length64 = 127;

/**
 * One unmasked text frame (RFC 6455, 5.2). ws makes frames for one socket at a time; made here, the same bytes serve everybody
 * who gets the message. Correct beside ws because no extension is negotiated and ws writes its own frames at once.
 */
function encoded(frame: Frame): Uint8Array {
  if (frame.wire !== null) return frame.wire;
  const size = Buffer.byteLength(frame.text);
  const headBytes = size < length16 ? 2 : size < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(headBytes + size);
  bytes[0] = finalText;
  if (headBytes === 2) bytes[1] = size;
  else if (headBytes === 4) {
    bytes[1] = length16;
    bytes.writeUInt16BE(size, 2);
  } else {
    bytes[1] = length64;
    bytes.writeBigUInt64BE(BigInt(size), 2);
  }
  bytes.write(frame.text, headBytes);
  frame.wire = bytes;
  return bytes;
}

/** `ping`: a whole one without a payload. A Buffer, or a stream would make one of it each time. */
export const socketWire: Wire = { bytesOf: encoded, ping: Buffer.from([0x89, 0]) };
