// What the commit script publishes of a change, as the bytes that come from Redis.
import type { Announcement } from "./bus.ts";

const headLines = 6;
/** More than the longest head there is. */
const headBytesMax = 512;

/** What is long is read when it is asked for: word of our own changes comes back, too, and is known already. */
class Published implements Announcement {
  readonly gameId: string;
  readonly from: string;
  readonly v: number;
  readonly at: number;
  readonly hash: string;
  readonly #message: Buffer;
  readonly #movingFrom: number;
  readonly #stillFrom: number;
  readonly #changeFrom: number;

  constructor(gameId: string, message: Buffer, { lines, bytes }: { readonly lines: readonly string[]; readonly bytes: number }) {
    const [from = "", v, at, hash = "", movingBytes, stillBytes] = lines;
    this.gameId = gameId;
    this.from = from;
    this.v = Number(v);
    this.at = Number(at);
    this.hash = hash;
    this.#message = message;
    this.#movingFrom = bytes;
    this.#stillFrom = bytes + Number(movingBytes);
    this.#changeFrom = this.#stillFrom + Number(stillBytes);
  }

  get isWhole(): boolean {
    return Number.isSafeInteger(this.v) && this.#changeFrom <= this.#message.length;
  }

  get moving(): string {
    return this.#message.toString("utf8", this.#movingFrom, this.#stillFrom);
  }

  get still(): string | null {
    return this.#stillFrom === this.#changeFrom ? null : this.#message.toString("utf8", this.#stillFrom, this.#changeFrom);
  }

  get change(): string {
    return this.#message.toString("utf8", this.#changeFrom);
  }
}

/**
 * What the commit script publishes: instance, v, at, hash and how many bytes of the state move and are still, each on a line, then those
 * and the change.
 */
export function readAnnouncement(gameId: string, message: Buffer): Announcement | null {
  const head = message.toString("latin1", 0, headBytesMax);
  const lines: string[] = [];
  let bytes = 0;
  while (lines.length < headLines) {
    const end = head.indexOf("\n", bytes);
    if (end < 0) return null;
    lines.push(head.slice(bytes, end));
    bytes = end + 1;
  }
  const published = new Published(gameId, message, { lines, bytes });
  return published.isWhole ? published : null;
}
