// Standard output as the log uses it: lines wait in memory while it takes none, nobody waits for it, and a reader who has stopped
// reading never keeps the process from leaving.
import { write, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { Ambient } from "./ambient.ts";

/** Lines kept in memory when standard output takes none. Later ones are dropped: a stalled sink slows nobody. */
const bufferedBytesMax = 8 * 1024 * 1024;
/** Written at once. A pipe takes so many bytes whole or not at all (PIPE_BUF), so that lines of workers stay apart in a full one. */
const pieceBytesMax = 4096;
const retryMs = 100;
/** The last lines wait a tenth of a second for a full pipe before they are given up. */
const flushTries = 20;
const flushRetryMs = 5;

const nothing: Buffer = Buffer.alloc(0);
const isFull = (error: unknown): boolean => ["EAGAIN", "EBUSY"].includes(String((error as { code?: unknown }).code));

/** How often a full pipe is tried again, over all that is written at once. */
interface Patience {
  tries: number;
}

/** Writes before it returns, as long as there is patience; gives what could not be written. */
function writeNow(bytes: Buffer, patience: Patience): Buffer {
  for (let rest = bytes; ; ) {
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
      return rest;
    } catch (error) {
      if (!isFull(error) || patience.tries === 0) return rest;
      patience.tries -= 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, flushRetryMs);
    }
  }
}

/** A line that does not pass through the log, when the process ends. Standard output may be closed or full: then it is lost. */
export function writeLineNow(line: string): void {
  writeNow(Buffer.from(line), { tries: flushTries });
}

/** The standard output of this process; one is enough. */
export class LogOutput {
  readonly #ambient: Pick<Ambient, "after">;
  #pieces: (string | Buffer)[] = [];
  #bytes = 0;
  /** Of the newest piece. */
  #lastBytes = 0;
  /** Taken from the pieces and not yet written whole. */
  #current = nothing;
  #isOut = false;
  #isWaiting = false;
  #isGone = false;
  /** The reader did not take the last lines in time: later ones are not waited for again. */
  #hasGivenUp = false;

  constructor(ambient: Pick<Ambient, "after">) {
    this.#ambient = ambient;
    // A pipe that is asked for as a stream does not block from then on: a write to a full one fails instead of holding a thread for ever.
    void process.stdout;
    if (isMainThread) process.on("exit", () => this.flush());
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#isGone || this.#bytes + bytes > bufferedBytesMax) return;
    this.#bytes += bytes;
    const last = this.#pieces.length - 1;
    const piece = this.#pieces[last];
    const isJoined = typeof piece === "string" && this.#lastBytes + bytes <= pieceBytesMax;
    if (isJoined) this.#pieces[last] = piece + line;
    else this.#pieces.push(line);
    this.#lastBytes = isJoined ? this.#lastBytes + bytes : bytes;
    this.#next();
  }

  /** Writes what waits before it returns, unless it is not taken soon. A piece that is on its way is left to arrive. */
  flush(): void {
    const patience = { tries: this.#hasGivenUp ? 0 : flushTries };
    if (!this.#isOut) this.#current = writeNow(this.#current, patience);
    while (this.#isOut || this.#current.length === 0) {
      const piece = this.#pieces.shift();
      if (piece === undefined) break;
      const rest = writeNow(Buffer.from(piece), patience);
      if (rest.length === 0) continue;
      this.#pieces.unshift(rest);
      break;
    }
    this.#bytes = this.#pieces.reduce((bytes, piece) => bytes + Buffer.byteLength(piece), this.#current.length);
    this.#hasGivenUp = this.#pieces.length > 0;
  }

  #next(): void {
    if (this.#isOut || this.#isWaiting || this.#isGone) return;
    if (this.#current.length === 0) this.#current = Buffer.from(this.#pieces.shift() ?? "");
    if (this.#current.length === 0) return;
    this.#isOut = true;
    write(1, this.#current, (error, written) => {
      this.#isOut = false;
      if (error === null) {
        this.#bytes -= written;
        this.#current = this.#current.subarray(written);
        this.#next();
      } else if (error.code === "EPIPE") this.#forget();
      else this.#later();
    });
  }

  #later(): void {
    this.#isWaiting = true;
    this.#ambient.after(retryMs, () => {
      this.#isWaiting = false;
      this.#next();
    });
  }

  /** Nobody reads any more, and nobody will. */
  #forget(): void {
    this.#isGone = true;
    this.#pieces = [];
    this.#current = nothing;
  }
}
