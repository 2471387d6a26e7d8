// One socket: its identity, its outbox and its heartbeat. It knows nothing of messages or games.
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ViewerId } from "../game/ids.ts";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import { type CloseReason, closeCodes } from "../protocol/close-codes.ts";
import type { Frame } from "../room/frame.ts";
import type { Dismissal } from "../room/rules.ts";
import type { Subscriber } from "../room/subscriber.ts";
import { Outbox } from "./outbox.ts";

export interface ConnectionLimits {
  readonly outboxBytesMax: number;
  readonly outboxTerminateMs: number;
}

export interface ConnectionParts {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly viewerId: ViewerId;
  readonly address: string;
  readonly limits: ConnectionLimits;
  readonly ambient: Ambient;
}

/** Weight of a new measurement in the smoothed round trip, as TCP does it. */
const rttWeight = 1 / 8;
const missedPongsMax = 2;

export class Connection implements Subscriber {
  readonly viewerId: ViewerId;
  readonly address: string;
  updates: "states" | "changes" = "states";
  rttMs = 0;
  readonly #socket: WebSocket;
  readonly #outbox: Outbox;
  readonly #parts: ConnectionParts;
  #missedPongs = 0;
  #pingedAt = 0;
  #termination: Cancellable | null = null;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.viewerId = parts.viewerId;
    this.address = parts.address;
    this.#socket = parts.socket;
    this.#outbox = new Outbox(parts.stream, parts.limits.outboxBytesMax, () => this.close("policy"));
    parts.socket.on("pong", () => this.#heard());
  }

  get bufferedBytes(): number {
    return this.#outbox.bytes;
  }

  send(frame: Frame): void {
    if (this.#termination === null) this.#outbox.send(frame);
  }

  dismiss(reason: Dismissal["reason"]): void {
    this.close(reason);
  }

  /** Says why, then cuts the connection if the other side does not close in time. */
  close(reason: CloseReason): void {
    if (this.#termination !== null) return;
    this.#termination = this.#parts.ambient.after(this.#parts.limits.outboxTerminateMs, () => this.#socket.terminate());
    this.#socket.close(closeCodes[reason].code, reason);
  }

  /** The socket is gone. */
  closed(): void {
    this.#termination?.cancel();
  }

  /** Called at every heartbeat. A peer that answered neither of the last two pings is gone. */
  beat(): void {
    if (this.#missedPongs >= missedPongsMax) return this.#socket.terminate();
    this.#missedPongs += 1;
    this.#pingedAt = this.#parts.ambient.monotonicMs();
    this.#socket.ping();
  }

  #heard(): void {
    this.#missedPongs = 0;
    const rttMs = this.#parts.ambient.monotonicMs() - this.#pingedAt;
    this.rttMs = this.rttMs === 0 ? rttMs : this.rttMs + (rttMs - this.rttMs) * rttWeight;
  }
}
