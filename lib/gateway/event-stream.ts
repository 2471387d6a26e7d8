// A watcher over Server-Sent Events: the view of a game and its changes, for those who cannot or need not open a socket.
// It can say nothing. A reader who does not keep up gets the newest state when it reads again, or is let go.
import type { Response } from "express";
import type { ViewerId } from "../game/ids.ts";
import type { Cancellable } from "../ops/ambient.ts";
import type { Answer } from "../room/answer.ts";
import type { Frame } from "../room/frame.ts";
import type { Room } from "../room/room.ts";
import type { Subscriber } from "../room/subscriber.ts";
import { addressKey } from "./address.ts";
import type { Edge } from "./edge.ts";

const commentMs = 15_000;
const reconnectMs = 2_000;

export interface EventStreamParts {
  readonly response: Response;
  readonly room: Room;
  readonly edge: Edge;
  readonly address: string;
}

/** Its address was counted as open; when the line is gone it is counted out again. */
export class EventStream implements Subscriber {
  readonly viewerId: ViewerId;
  readonly updates = "states";
  readonly countedAs: string;
  readonly rttMs = 0;
  readonly #response: Response;
  readonly #room: Room;
  readonly #edge: Edge;
  readonly #address: string;
  readonly #comments: Cancellable;
  #stuck: Cancellable | null = null;
  /** The newest state the reader has not been given because it does not read. */
  #newest: Frame | null = null;
  /** Nothing more is said to it. It is still here until it has taken what was said, or its line is gone. */
  #ended = false;

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
    // Keeps proxies from taking the silence of a quiet table for death.
    this.#comments = edge.ambient.every(commentMs, () => void (this.#stuck === null && response.write(": still here\n\n")));
    response.on("drain", () => this.#drained());
    // Without a listener an error of one reader would end the whole process.
    response.on("error", () => this.#cut());
    // Whichever is said first: what other requests do to the line may keep an answer from hearing that it is closed.
    response.on("close", this.#gone);
    response.req.socket.on("close", this.#gone);
  }

  /** Bytes that wait for the reader. */
  get bufferedBytes(): number {
    return this.#response.writableLength;
  }

  async begin(): Promise<void> {
    const joined = (answer: Answer): void => {
      if (!answer.ok) this.#end(answer.code);
    };
    const { limits, spectators } = this.#edge;
    await spectators.during(this.#room, () => this.#room.join(this, joined, { viewersMax: limits.viewersPerGameMax }));
    if (this.#ended) await this.#room.leave(this);
  }

  send(frame: Frame): void {
    if (this.#ended) return;
    if (this.#stuck !== null) {
      if (frame.kind === "state") this.#newest = frame;
      return;
    }
    this.#write(frame);
  }

  #write(frame: Frame): void {
    const id = frame.v > 0 ? `id: ${frame.v}\n` : "";
    if (!this.#response.write(`${id}data: ${frame.text}\n\n`)) this.#cutWhenStuck();
  }

  #cutWhenStuck(): void {
    const { ambient, limits } = this.#edge;
    this.#stuck ??= ambient.after(limits.outboxStuckMs, () => {
      if (this.#response.req.socket.destroyed) return;
      this.#edge.cutSlow(this.#address, { waitingBytes: this.#response.writableLength, behindMs: limits.outboxStuckMs });
      this.#cut();
    });
  }

  /** The line itself: an answer that waits behind another one on it would not take it down. */
  #cut(): void {
    this.#response.req.socket.destroy();
  }

  #drained(): void {
    if (this.#ended) return;
    this.#stuck?.cancel();
    this.#stuck = null;
    const newest = this.#newest;
    this.#newest = null;
    if (newest !== null) this.#write(newest);
  }

  dismiss(reason: string): void {
    this.#end(reason);
  }

  /** The server closes. Without a last word, as the game goes on: the reader comes again by himself. */
  cutOff(): void {
    this.#leave();
    this.#cut();
  }

  /** The last word. The room lets it go at once: the line may close much later, or only when it is cut. */
  #end(reason: string): void {
    if (this.#ended) return;
    this.#response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.#cutWhenStuck();
    this.#leave();
  }

  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#newest = null;
    this.#comments.cancel();
    void this.#room.leave(this);
  }

  readonly #gone = (): void => {
    this.#response.req.socket.off("close", this.#gone);
    this.#leave();
    this.#stuck?.cancel();
    // It may be said twice that the line is closed.
    if (this.#edge.eventStreams.delete(this)) this.#edge.addresses.closed(this.#address);
    this.#edge.metrics.eventStreams.set(this.#edge.eventStreams.size);
  };
}
