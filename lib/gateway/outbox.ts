// What is on its way to one connection. What is said in one turn leaves together; for a reader who does not read only the newest
// state and a bounded list of events are kept, and one who takes nothing at all is cut off. It never waits and never grows.
import type { Writable } from "node:stream";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import type { Frame } from "../room/frame.ts";

export interface OutboxLimits {
  readonly outboxBytesMax: number;
  readonly outboxStuckMs: number;
}

/** What happens to outboxes, for metrics. */
export interface OutboxCounts {
  /** Frames and bytes that were handed to the socket. */
  sent(frames: number, bytes: number): void;
  /** An unsent frame was replaced or left out. */
  coalesced(): void;
}

/** How what is said looks on one kind of line. */
export interface Wire {
  /** A frame's bytes, the same for everybody who gets it. */
  bytesOf(frame: Frame): Uint8Array;
  /** Asks whether the other side is there, or says that this one is. */
  readonly ping: Uint8Array;
}

/** Where an outbox hands things over. What the kernel takes at once no longer counts as its length when `write` or `uncork` returns. */
export type Line = Pick<Writable, "writable" | "writableLength" | "cork" | "uncork"> & {
  write(bytes: Uint8Array, taken?: () => void): void;
};

/** What all outboxes of an instance share whose lines are of one kind. */
export interface OutboxParts {
  readonly wire: Wire;
  readonly limits: OutboxLimits;
  readonly ambient: Pick<Ambient, "after" | "monotonicMs">;
  readonly turn: OutboxTurn;
  readonly counts: OutboxCounts;
}

/** Whoever reads what one outbox sends. */
export interface Reader {
  /** Too much piled up, or nothing was taken for too long. Called once. */
  tooSlow(how: Slowness): void;
  /** Changes had to be left out; the reader takes frames again now and needs a whole state. */
  fellBehind(): void;
}

/** How slow a reader was when it was given up. */
export interface Slowness {
  readonly waitingBytes: number;
  /** Since it last took everything there was, ms. */
  readonly behindMs: number;
}

/** How often within the time it may take nothing a reader who is behind is looked at. */
const looks = 10;

/** Events kept for a reader who is behind; the oldest go first. */
const eventsHeldMax = 100;
/** Changes kept for a reader who is behind; past it they are all left out, and a whole state follows. */
const changesHeldMax = 64;

/** Written behind everything else, to hear when it has gone. The event "drain" does not come for small amounts. */
const nothing = new Uint8Array(0);

/** `claimed` and `reconnected` bring a whole state with them. */
const carriesState = (frame: Frame): boolean => frame.kind === "reply" && frame.v > 0;

/** All outboxes of an instance that were given something in this turn of the event loop: one call at its end sends it all. */
export class OutboxTurn {
  readonly #ambient: Pick<Ambient, "soon">;
  #waiting: Outbox[] = [];

  constructor(ambient: Pick<Ambient, "soon">) {
    this.#ambient = ambient;
  }

  add(outbox: Outbox): void {
    if (this.#waiting.push(outbox) === 1) this.#ambient.soon(() => this.flush());
  }

  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outbox of waiting) outbox.flush();
  }
}

export class Outbox {
  readonly #stream: Line;
  readonly #reader: Reader;
  readonly #parts: OutboxParts;
  #held: Frame[] = [];
  #heldBytes = 0;
  #events = 0;
  #changes = 0;
  /** The stream has not taken what it was given: everything waits here until it drains. */
  #blocked = false;
  /** Listed for the end of the turn. */
  #listed = false;
  /** Changes were left out: none makes sense before the next whole state. */
  #stale = false;
  #behindSince = 0;
  /** When the reader was last seen to have taken something, and how much it had left then: nothing is added while he is behind. */
  #progressAt = 0;
  #leftThen = 0;
  #look: Cancellable | null = null;
  #ended = false;

  constructor(stream: Line, reader: Reader, parts: OutboxParts) {
    this.#stream = stream;
    this.#reader = reader;
    this.#parts = parts;
  }

  /** Bytes that wait for the reader, here and in the stream. */
  get bytes(): number {
    return this.#heldBytes + this.#stream.writableLength;
  }

  get isBlocked(): boolean {
    return this.#blocked;
  }

  send(frame: Frame): void {
    if (this.#ended) return;
    this.#keep(frame);
    if (this.#blocked) {
      if (this.bytes > this.#parts.limits.outboxBytesMax) this.#giveUp();
    } else if (!this.#listed) {
      this.#listed = true;
      this.#parts.turn.add(this);
    }
  }

  #keep(frame: Frame): void {
    if (this.#stale && frame.kind === "change") return this.#parts.counts.coalesced();
    if (frame.kind === "state" || carriesState(frame)) this.#stale = false;
    if (this.#blocked) {
      if (frame.kind === "state") return this.#keepState(frame);
      if (frame.kind === "change") {
        this.#changes += 1;
        if (this.#changes > changesHeldMax) return this.#fallBehind();
      } else if (frame.kind === "event") {
        this.#events += 1;
        if (this.#events > eventsHeldMax) this.#dropOldestEvent();
      }
    }
    // Mostly it is the only one of its turn, and a list made for one takes a fifth of a list that may grow.
    if (this.#held.length === 0) this.#held = [frame];
    else this.#held.push(frame);
    this.#heldBytes += this.#sizeOf(frame);
  }

  #sizeOf(frame: Frame): number {
    return this.#parts.wire.bytesOf(frame).length;
  }

  /**
   * A state makes every held state and change pointless. It takes the place of the newest of them, so that answers still come after
   * the state they speak of; but never before an answer that carries a state of its own, or the reader would see versions go back.
   */
  #keepState(frame: Frame): void {
    const at = this.#held.findLastIndex((held) => held.kind === "state" || held.kind === "change" || carriesState(held));
    const place = this.#held[at];
    if (place !== undefined && !carriesState(place)) {
      this.#held[at] = frame;
      this.#heldBytes += this.#sizeOf(frame) - this.#sizeOf(place);
      this.#parts.counts.coalesced();
    } else {
      this.#held.push(frame);
      this.#heldBytes += this.#sizeOf(frame);
    }
    this.#drop((held) => held !== frame && (held.kind === "state" || held.kind === "change"));
    this.#changes = 0;
  }

  #fallBehind(): void {
    this.#stale = true;
    this.#changes = 0;
    this.#parts.counts.coalesced();
    this.#drop((held) => held.kind === "change");
  }

  #drop(isPointless: (held: Frame) => boolean): void {
    if (!this.#held.some(isPointless)) return;
    this.#held = this.#held.filter((held) => {
      if (!isPointless(held)) return true;
      this.#heldBytes -= this.#sizeOf(held);
      this.#parts.counts.coalesced();
      return false;
    });
  }

  #dropOldestEvent(): void {
    const index = this.#held.findIndex((held) => held.kind === "event");
    const [dropped] = index < 0 ? [] : this.#held.splice(index, 1);
    if (dropped !== undefined) this.#heldBytes -= this.#sizeOf(dropped);
    this.#events -= 1;
    this.#parts.counts.coalesced();
  }

  /** Hands over what is held. Called at the end of a turn in which something was said, and when the reader catches up. */
  flush(): void {
    this.#listed = false;
    const { counts, ambient, wire } = this.#parts;
    const stream = this.#stream;
    if (this.#ended || this.#blocked || this.#held.length === 0 || !stream.writable) return;
    const frames = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#events = 0;
    this.#changes = 0;
    if (frames.length > 1) stream.cork();
    let bytes = 0;
    for (const frame of frames) {
      const piece = wire.bytesOf(frame);
      bytes += piece.length;
      stream.write(piece);
    }
    if (frames.length > 1) stream.uncork();
    counts.sent(frames.length, bytes);
    // The kernel takes what it has room for at once; anything left means that the reader is behind.
    if (stream.writableLength === 0) return;
    stream.write(nothing, () => this.#drained());
    if (this.#blocked) return;
    this.#blocked = true;
    this.#behindSince = ambient.monotonicMs();
    this.#progressAt = this.#behindSince;
    this.#leftThen = stream.writableLength;
    this.#lookLater();
  }

  /** Not while the other side takes nothing. */
  ping(): void {
    if (this.#ended || this.#blocked || !this.#stream.writable) return;
    this.#stream.write(this.#parts.wire.ping);
  }

  #lookLater(): void {
    const { ambient, limits } = this.#parts;
    this.#look = ambient.after(limits.outboxStuckMs / looks, () => this.#lookNow());
  }

  #lookNow(): void {
    const now = this.#parts.ambient.monotonicMs();
    const left = this.#stream.writableLength;
    if (left < this.#leftThen) {
      this.#progressAt = now;
      this.#leftThen = left;
    }
    if (now - this.#progressAt >= this.#parts.limits.outboxStuckMs) this.#giveUp();
    else this.#lookLater();
  }

  #drained(): void {
    if (this.#ended) return;
    this.#blocked = false;
    this.#look?.cancel();
    this.flush();
    if (this.#stale && !this.#blocked) this.#reader.fellBehind();
  }

  #giveUp(): void {
    const slowness = { waitingBytes: this.bytes, behindMs: Math.round(this.#parts.ambient.monotonicMs() - this.#behindSince) };
    this.end();
    this.#reader.tooSlow(slowness);
  }

  /** Nothing is sent from here on. What is held is let go. */
  end(): void {
    this.#ended = true;
    this.#held = [];
    this.#heldBytes = 0;
    this.#look?.cancel();
  }
}
