// One socket: its identity, its outbox, its heartbeat and what it may send. It knows nothing of messages or games.
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ViewerId } from "../game/ids.ts";
import type { Cancellable } from "../ops/ambient.ts";
import { refusals } from "../game/refusals.ts";
import { type CloseReason, closeCodes } from "../protocol/close-codes.ts";
import { type Frame, replyFrame } from "../room/frame.ts";
import type { Dismissal } from "../room/rules.ts";
import type { Subscriber } from "../room/subscriber.ts";
import { addressKey } from "./address.ts";
import { Bucket } from "./bucket.ts";
import type { Edge } from "./edge.ts";
import type { Pinged } from "./heartbeat.ts";
import { Outbox, type OutboxParts, type Reader, type Slowness } from "./outbox.ts";

export interface ConnectionParts {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly viewerId: ViewerId;
  /** The correlation id of everything this connection says. */
  readonly traceId: string;
  readonly address: string;
  readonly edge: Edge;
  readonly outboxes: OutboxParts;
}

/** What becomes of a frame that came in: `over`: it is answered with a refusal; `no`: the connection goes, nothing is heard any more. */
export type Admission = "ok" | "over" | "no";

/** Weight of a new measurement in the smoothed round trip, as TCP does it. */
const rttWeight = 1 / 8;
/** No tap earns more on a longer way. A line that stood still for 20 s is not slow for minutes. */
const rttMsMax = 2_500;
const missedPongsMax = 2;
/** No answer is awaited. A number like the times it stands for: those are kept in place then, not each in an object of its own. */
const noPing = -0.5;
/** A flooder gets this long to read why, ms. */
const floodCutMs = 250;

/** One connection's refusals are recorded no more often: they may be hundreds a second. */
const notedEveryMs = 60_000;

export class Connection implements Subscriber, Pinged, Reader {
  readonly viewerId: ViewerId;
  readonly traceId: string;
  readonly address: string;
  readonly countedAs: string;
  updates: "states" | "changes" = "states";
  rttMs = 0;
  isDisplaced = false;
  /** Set by whoever answers for the connection: see `Reader`. */
  fellBehind: () => void = () => {};
  readonly #socket: WebSocket;
  readonly #outbox: Outbox;
  readonly #edge: Edge;
  readonly #frames: Bucket;
  readonly #bytes: Bucket;
  #missedPongs = 0;
  #pausedAt = 0;
  /** When the ping that is not answered yet was sent. */
  #pingedAt = noPing;
  #isPaused = false;
  /** Before that no other record says that it was over its pace. */
  #notedUntil = 0;
  #termination: Cancellable | null = null;
  #isClosing = false;

  constructor(parts: ConnectionParts) {
    const { socket, edge } = parts;
    const { pace, ambient } = edge;
    this.viewerId = parts.viewerId;
    this.traceId = parts.traceId;
    this.address = parts.address;
    this.countedAs = addressKey(parts.address);
    this.#socket = socket;
    this.#edge = edge;
    const now = ambient.monotonicMs();
    this.#frames = new Bucket(pace.frames, now);
    this.#bytes = new Bucket(pace.bytes, now);
    this.#outbox = new Outbox(parts.stream, this, parts.outboxes);
    socket.on("pong", (payload) => this.#ponged(payload.length));
  }

  get isGone(): boolean {
    return this.#isClosing;
  }

  get bufferedBytes(): number {
    return this.#outbox.bytes;
  }

  /** Counts one frame, control frames included. A flood ends the connection. */
  admits(bytes: number): Admission {
    if (this.#isClosing) return "no";
    const now = this.#edge.ambient.monotonicMs();
    const frames = this.#frames.spend(1, now);
    const left = this.#bytes.spend(bytes, now);
    if (frames >= 0 && left >= 0) return "ok";
    const { pace } = this.#edge;
    const isFlood = frames < -pace.frames.burst || left < -pace.bytes.burst;
    if (!isFlood) return "over";
    this.#edge.metrics.rateLimited(this.pressed).add();
    this.#cutFlood();
    return "no";
  }

  /** Which of the two it has spent, the one that lasts longer first. */
  get pressed(): "frames" | "bytes" {
    const now = this.#edge.ambient.monotonicMs();
    return this.#bytes.waitMs(1, now) > this.#frames.waitMs(1, now) ? "bytes" : "frames";
  }

  /**
   * Something it said was refused because there is too much of `kind`: counted, and now and then recorded, so that the address of who does
   * it stands somewhere though he is never cut off.
   */
  overPace(kind: "frames" | "bytes" | "session" | "game"): void {
    const { metrics, ambient } = this.#edge;
    metrics.rateLimited(kind).add();
    const now = ambient.monotonicMs();
    if (now < this.#notedUntil) return;
    this.#notedUntil = now + notedEveryMs;
    this.#edge.note("rate-limited", this.address, { kind });
  }

  /** Time until the next frame is free again, ms. */
  get waitMs(): number {
    const now = this.#edge.ambient.monotonicMs();
    return Math.max(this.#frames.waitMs(1, now), this.#bytes.waitMs(1, now));
  }

  send(frame: Frame): void {
    if (!this.#isClosing) this.#outbox.send(frame);
  }

  dismiss(reason: Dismissal["reason"] | "overloaded" | "damaged"): void {
    if (reason === "damaged") return this.send(replyFrame("error", { code: "game-damaged", ...refusals["game-damaged"] }));
    if (reason === "displaced") this.isDisplaced = true;
    if (this.isDisplaced && !this.#isClosing) this.#edge.note("seat-displaced", this.address);
    this.close(reason);
  }

  /** Says why, then cuts the connection if the other side does not close in time. */
  close(reason: CloseReason): void {
    this.#close(reason, this.#edge.limits.outboxTerminateMs);
  }

  /** Says why, reads nothing more, and cuts the connection at once. */
  #cutFlood(): void {
    this.#edge.note("flood-closed", this.address);
    this.#close("policy", floodCutMs);
    this.#socket.pause();
  }

  tooSlow(how: Slowness): void {
    if (this.#isClosing) return;
    this.#edge.cutSlow(this.address, how);
    this.close("policy");
  }

  #close(reason: CloseReason, cutAfterMs: number): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#outbox.flush();
    this.#outbox.end();
    this.#termination = this.#edge.ambient.after(cutAfterMs, () => this.#socket.terminate());
    // Or the other side's farewell would not be read.
    if (this.#socket.isPaused) this.#socket.resume();
    this.#socket.close(closeCodes[reason].code, reason);
  }

  /** The socket is gone. */
  closed(): void {
    this.#isClosing = true;
    this.#outbox.end();
    this.#termination?.cancel();
  }

  /** Waits with reading; the sender is held up by TCP itself. */
  pause(): void {
    if (this.#isClosing) return;
    this.#pausedAt = this.#edge.ambient.monotonicMs();
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** What piled up meanwhile comes all at once, and must not look like a flood. */
  resume(): void {
    if (this.#isClosing) return;
    const now = this.#edge.ambient.monotonicMs();
    this.#frames.keep(this.#pausedAt, now);
    this.#bytes.keep(this.#pausedAt, now);
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** Answers a ping of the other side. */
  pong(payload: Buffer): void {
    if (!this.#isClosing && !this.#outbox.isBlocked) this.#socket.pong(payload);
  }

  /** A peer that answered neither of the last two pings is gone. */
  beat(): void {
    if (!this.#isAsked) return;
    if (this.#missedPongs >= missedPongsMax) this.#socket.terminate();
    else this.#ping();
  }

  beatAnew(): void {
    if (!this.#isAsked) return;
    this.#missedPongs = 0;
    this.#ping();
  }

  /** Who is not heard could not answer, and who does not read is judged by his outbox. */
  get #isAsked(): boolean {
    return !this.#isClosing && !this.#isPaused && !this.#outbox.isBlocked;
  }

  #ping(): void {
    this.#missedPongs += 1;
    this.#pingedAt = this.#edge.ambient.monotonicMs();
    this.#outbox.ping();
  }

  /** A pong came in. The answer to our own ping is no more than we asked for; pongs nobody asked for count and change nothing. */
  #ponged(bytes: number): void {
    if (this.#pingedAt === noPing) return void this.admits(bytes);
    this.#missedPongs = 0;
    const rttMs = Math.min(rttMsMax, this.#edge.ambient.monotonicMs() - this.#pingedAt);
    this.#pingedAt = noPing;
    this.rttMs = this.rttMs === 0 ? rttMs : this.rttMs + (rttMs - this.rttMs) * rttWeight;
  }
}
