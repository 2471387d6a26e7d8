// A watcher over Server-Sent Events: the view of a game and its changes, for those who cannot or need not open a socket.
// It can say nothing. What waits for a reader who does not keep up is bounded as over a socket, by the same outbox.
import type { Socket } from "node:net";
import type { Response } from "express";
import type { ViewerId } from "../game/ids.ts";
import type { Cancellable } from "../ops/ambient.ts";
import type { Answer } from "../room/answer.ts";
import type { Copy } from "../room/copy.ts";
import type { Frame } from "../room/frame.ts";
import type { Room } from "../room/room.ts";
import type { Subscriber } from "../room/subscriber.ts";
import { addressKey } from "./address.ts";
import type { Edge } from "./edge.ts";
import { type Line, Outbox, type OutboxParts, type Reader, type Slowness, type Wire } from "./outbox.ts";

const commentMs = 15_000;
const reconnectMs = 2_000;
/** Who does not know the last word comes again all the same: to a closed game not so soon. */
const reconnectClosedMs = 60_000;

/** The same bytes for everybody. A text for each reader at each change is so much garbage that the young generation grows with it. */
function encoded(frame: Frame): Uint8Array {
  frame.streamed ??= Buffer.from(`${frame.v > 0 ? `id: ${frame.v}\n` : ""}data: ${frame.text}\n\n`);
  return frame.streamed;
}

/** `ping` keeps proxies from taking the silence of a quiet table for death. */
export const eventWire: Wire = { bytesOf: encoded, ping: Buffer.from(": still here\n\n") };

/** An answer that lasts, as an outbox writes to it: HTTP wraps each piece, and what the kernel has not taken waits in the socket below. */
class AnswerLine implements Line {
  readonly #response: Response;
  readonly #socket: Socket;

  constructor(response: Response) {
    this.#response = response;
    this.#socket = response.req.socket;
  }

  get writable(): boolean {
    return this.#socket.writable;
  }

  get writableLength(): number {
    return this.#socket.writableLength;
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  /** Corked here, or the answer would do it until the next tick, and nothing be taken before. */
  write(bytes: Uint8Array, taken?: () => void): void {
    this.#socket.cork();
    this.#response.write(bytes, taken);
    this.#socket.uncork();
  }
}

export interface EventStreamParts {
  readonly response: Response;
  readonly room: Room;
  readonly edge: Edge;
  readonly address: string;
  readonly outboxes: OutboxParts;
}

/** Its address was counted as open; when the line is gone it is counted out again. */
export class EventStream implements Subscriber, Reader {
  readonly viewerId: ViewerId;
  readonly updates = "states";
  readonly countedAs: string;
  readonly rttMs = 0;
  readonly #response: Response;
  readonly #room: Room;
  readonly #edge: Edge;
  readonly #address: string;
  readonly #outbox: Outbox;
  readonly #comments: Cancellable;
  #lastWord: Cancellable | null = null;
  /** Nothing more is said to it. It is still here until it has taken what was said, or its line is gone. */
  #ended = false;
  /** Its address is counted as open no more. */
  #isGone = false;

  constructor(viewerId: ViewerId, how: EventStreamParts) {
    const { response, room, edge } = how;
    this.viewerId = viewerId;
    this.#response = response;
    this.#room = room;
    this.#edge = edge;
    this.#address = how.address;
    this.countedAs = addressKey(how.address);
    edge.eventStreams.add(this);
    edge.metrics.eventStreams.set(edge.eventStreams.size);
    response.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
    response.flushHeaders();
    response.write(`retry: ${reconnectMs}\n\n`);
    this.#outbox = new Outbox(new AnswerLine(response), this, how.outboxes);
    this.#comments = edge.ambient.every(commentMs, () => this.#outbox.ping());
    // Without a listener an error of one reader would end the whole process.
    response.on("error", () => this.#cut());
    // Whichever is said first: what other requests do to the line may keep an answer from hearing that it is closed.
    response.on("close", this.#gone);
    response.req.socket.on("close", this.#gone);
  }

  /** Bytes that wait for the reader. */
  get bufferedBytes(): number {
    return this.#outbox.bytes;
  }

  async begin(): Promise<void> {
    const joined = (answer: Answer): void => {
      if (!answer.ok) this.#end(answer.code);
    };
    // Of a game that was closed before nobody would say so again.
    const look = ({ state }: Copy): void => {
      if (this.#room.rules.isClosed(state)) this.#end("closed");
    };
    const { limits, spectators } = this.#edge;
    await spectators.during(this.#room, async () => {
      await this.#room.join(this, joined, { viewersMax: limits.viewersPerGameMax });
      await this.#room.read(look, joined);
    });
    if (this.#ended) await this.#room.leave(this);
  }

  send(frame: Frame): void {
    this.#outbox.send(frame);
  }

  tooSlow(how: Slowness): void {
    if (this.#response.req.socket.destroyed) return;
    this.#edge.cutSlow(this.#address, how);
    this.#cut();
  }

  /** It gets no changes that could be left out, only states. */
  fellBehind(): void {}

  /** The line itself: an answer that waits behind another one on it would not take it down. */
  #cut(): void {
    this.#response.req.socket.destroy();
  }

  dismiss(reason: string): void {
    // Said as whoever comes to a full house, or to a damaged game, hears it.
    this.#end(reason === "overloaded" ? "game-full" : reason === "damaged" ? "game-damaged" : reason);
  }

  /** The server closes. Without a last word, as the game goes on: the reader comes again by himself. */
  cutOff(): void {
    this.#leave();
    this.#cut();
  }

  /**
   * For a newcomer on a full server, at once: the next one may come in this very turn. He hears what whoever comes now would hear: coming again,
   * as he does by himself, he is refused, and a browser gives up there without being told why.
   */
  makePlace(): void {
    this.#leaveList();
    if (this.#ended || this.#outbox.isBlocked) this.cutOff();
    else this.#end("busy");
  }

  /** The last word. The room lets it go at once: the line may close much later, or only when it is cut. */
  #end(reason: string): void {
    if (this.#ended) return;
    const { ambient, limits } = this.#edge;
    const behindMs = limits.outboxStuckMs;
    this.#outbox.flush();
    this.#leave();
    if (reason === "closed") this.#response.write(`retry: ${reconnectClosedMs}\n`);
    this.#response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.#lastWord = ambient.after(behindMs, () => this.tooSlow({ waitingBytes: this.bufferedBytes, behindMs }));
  }

  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outbox.end();
    this.#comments.cancel();
    void this.#room.leave(this);
  }

  readonly #gone = (): void => {
    this.#response.req.socket.off("close", this.#gone);
    this.#leave();
    this.#lastWord?.cancel();
    this.#leaveList();
    // It may be said twice that the line is closed.
    if (!this.#isGone) this.#edge.addresses.closed(this.#address);
    this.#isGone = true;
  };

  #leaveList(): void {
    this.#edge.eventStreams.delete(this);
    this.#edge.metrics.eventStreams.set(this.#edge.eventStreams.size);
  }
}
