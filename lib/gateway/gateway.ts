// All sockets of this instance: who is connected, what they are heard saying, heartbeats, and the way out. It decides nothing about games.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { ViewerId } from "../game/ids.ts";
import type { Cancellable } from "../ops/ambient.ts";
import { storeWatch } from "../ops/health.ts";
import { traceOf } from "../ops/trace.ts";
import { protocols } from "../protocol/version.ts";
import { replyFrame } from "../room/frame.ts";
import { Connection } from "./connection.ts";
import { Heartbeat } from "./heartbeat.ts";
import { boundLines } from "./lines.ts";
import type { OutboxParts } from "./outbox.ts";
import { refuse } from "./replies.ts";
import { Session } from "./session.ts";
import type { SessionParts } from "./session-parts.ts";
import { socketWire } from "./socket-wire.ts";
import { answerRefusal, noteRefusal, type UpgradeVerdict, upgradeGate, watchArrivals } from "./upgrade-gate.ts";

export interface GatewayParts extends SessionParts {
  readonly server: Server;
  readonly instanceId: string;
}

interface Guest {
  readonly connection: Connection;
  readonly session: Session;
  readonly socket: WebSocket;
  readonly unpinged: () => void;
}

export interface Gateway {
  readonly connections: number;
  /** Bytes waiting for all readers, those over Server-Sent Events among them. */
  bufferedBytes(): number;
  /** Tells everybody to come back and closes their sockets, spread over `overMs`. Resolves when the last is gone. */
  drain(overMs: number): Promise<void>;
  /** Sends everybody away to come back at once, because elsewhere they are thought gone. New sockets are welcome. */
  recall(overMs: number): void;
  close(): void;
}

export function openGateway(parts: GatewayParts): Gateway {
  return new SocketGateway(parts);
}

/** Fragments of one message; a message of 64 KiB needs none. */
const fragmentsMax = 64;
/**
 * Pieces in which a frame may arrive: each costs some 500 bytes while it waits for the rest, however small it is. A packet holds ten times
 * `bytes`.
 */
const piecesMax = { least: 512, bytes: 128 };
const bootBytes = 6;
/** A connection whose commands are under way is asked again so often, and so many times, before it is closed. */
const letGoEveryMs = 25;
const letGoTries = 80;
/** How often it is looked whether the store can save, ms. */
const storeLookMs = 500;
const comeBackMs = { least: 200, spread: 2_000 };

class SocketGateway implements Gateway {
  readonly #parts: GatewayParts;
  readonly #guests = new Set<Guest>();
  readonly #sockets: WebSocketServer;
  readonly #heartbeat: Heartbeat;
  readonly #outboxes: OutboxParts;
  readonly #gate: (request: IncomingMessage) => UpgradeVerdict;
  readonly #onUpgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void;
  readonly #unwatch: () => void;
  readonly #unboundLines: () => void;
  readonly #storeWatch: Cancellable;
  /** Drawn at start, so that no viewer of an earlier process with the same instance id is ever met again (L15). */
  readonly #boot: string;
  #serial = 0;
  #whenEmpty: (() => void) | null = null;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    const { edge, server } = parts;
    const { ambient, limits, metrics } = edge;
    this.#boot = Buffer.from(ambient.bytes(bootBytes)).toString("base64url");
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.frameBytesMax,
      maxFragments: fragmentsMax,
      maxBufferedChunks: Math.max(piecesMax.least, Math.ceil(limits.frameBytesMax / piecesMax.bytes)),
      closeTimeout: limits.outboxTerminateMs,
      // Pings are counted before they are answered.
      autoPong: false,
      perMessageDeflate: false,
      handleProtocols: (offered) => protocols.find((known) => offered.has(known)) ?? false,
    } as ConstructorParameters<typeof WebSocketServer>[0]);
    this.#sockets.on("wsClientError", (_error, stream, request) => this.#malformed(request, stream));
    this.#outboxes = edge.outboxes(socketWire);
    this.#gate = upgradeGate(edge, () => this.#guests.size);
    this.#heartbeat = new Heartbeat({ ambient, heartbeatMs: limits.heartbeatMs, isLate: () => edge.overload.isLate });
    this.#onUpgrade = (request, stream, head) => this.#upgrade(request, stream, head);
    server.on("upgrade", this.#onUpgrade);
    this.#storeWatch = ambient.every(
      storeLookMs,
      storeWatch(parts.store, () => this.#warnUnsaved()),
    );
    // First: a line that is cut is not watched.
    this.#unboundLines = boundLines(server, edge);
    this.#unwatch = watchArrivals(server, { ambient, limitMs: limits.upgradeMs, late: () => metrics.upgradesRefused("timeout").add() });
  }

  get connections(): number {
    return this.#guests.size;
  }

  bufferedBytes(): number {
    let bytes = 0;
    for (const { connection } of this.#guests) bytes += connection.bufferedBytes;
    for (const stream of this.#parts.edge.eventStreams) bytes += stream.bufferedBytes;
    return bytes;
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const verdict = this.#gate(request);
    if (!verdict.ok) return answerRefusal(stream, verdict.refusal);
    let isOpen = false;
    this.#countOut(stream, verdict.address);
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      isOpen = true;
      this.#welcome(socket, stream, { request, address: verdict.address });
    });
    // ws has answered it otherwise: the stream ends soon, whatever the other side does.
    if (!isOpen) stream.on("error", () => stream.destroy());
  }

  /** A method of its own: what listens for as long as the socket lives must not hold the request that opened it. */
  #countOut(stream: Duplex, address: string): void {
    stream.on("close", () => this.#parts.edge.addresses.closed(address));
  }

  /** Path and origin are good, but it is no WebSocket handshake. */
  #malformed(request: IncomingMessage, stream: Duplex): void {
    const { edge } = this.#parts;
    noteRefusal(edge, request, "malformed");
    answerRefusal(stream, { status: 400, message: "This is not a WebSocket handshake (RFC 6455, version 13)." });
  }

  #welcome(socket: WebSocket, stream: Duplex, { request, address }: { readonly request: IncomingMessage; readonly address: string }): void {
    const { edge, instanceId } = this.#parts;
    const { ambient, metrics } = edge;
    this.#serial += 1;
    const viewerId = `${instanceId}.${this.#boot}.${this.#serial.toString(36)}` as ViewerId;
    const { traceId } = traceOf(request.headers.traceparent as string | undefined, ambient);
    const connection = new Connection({ socket, stream, viewerId, traceId, address, edge, outboxes: this.#outboxes });
    const session = new Session(connection, this.#parts);
    const guest: Guest = { connection, session, socket, unpinged: this.#heartbeat.add(connection) };
    connection.fellBehind = () => session.resync();
    this.#guests.add(guest);
    metrics.connectionsOpened.add();
    this.#listen(guest);
    const serverTime = ambient.now();
    connection.send(replyFrame("clientId", { clientId: viewerId, instanceId, serverTime, protocol: socket.protocol || protocols[0] }));
  }

  #listen(guest: Guest): void {
    const { socket } = guest;
    socket.on("message", (payload, isBinary) => this.#received(guest, payload as Buffer, isBinary));
    socket.on("ping", (payload) => this.#pinged(guest, payload));
    socket.on("error", (error) => this.#broke(guest, error));
    socket.on("close", (code) => this.#left(guest, code));
  }

  #broke({ connection }: Guest, error: Error): void {
    this.#parts.edge.log.debug({ traceId: connection.traceId, err: error }, "a socket broke its protocol");
  }

  #received({ connection, session }: Guest, payload: Buffer & RawData, isBinary: boolean): void {
    const { metrics } = this.#parts.edge;
    metrics.framesReceived.add();
    metrics.bytesReceived.add(payload.length);
    if (isBinary) connection.close("textOnly");
    else session.receive(payload);
  }

  #pinged({ connection }: Guest, payload: Buffer): void {
    if (connection.admits(payload.length) === "ok") connection.pong(payload);
  }

  #left(guest: Guest, code: number): void {
    this.#guests.delete(guest);
    this.#parts.edge.metrics.connectionsClosed(String(code)).add();
    guest.unpinged();
    guest.connection.closed();
    guest.session.close();
    if (this.#guests.size === 0) this.#whenEmpty?.();
  }

  async drain(overMs: number): Promise<void> {
    const { edge } = this.#parts;
    edge.draining = true;
    const guests = [...this.#guests];
    // A millisecond for each of them: with few there is no wave that a time would have to be kept for.
    const waveMs = Math.min(overMs, guests.length);
    const message = "The server is restarting. You will be back in a moment.";
    for (const { connection } of guests) {
      const retryAfterMs = comeBackMs.least + edge.ambient.below(comeBackMs.spread);
      connection.send(replyFrame("shutdown_warning", { message, timeout: waveMs, retryAfterMs }));
    }
    for (const guest of guests) edge.ambient.after(edge.ambient.below(waveMs + 1), () => this.#letGo(guest, letGoTries));
    if (this.#guests.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  recall(overMs: number): void {
    const { ambient } = this.#parts.edge;
    for (const guest of this.#guests) ambient.after(ambient.below(overMs), () => this.#letGo(guest, letGoTries));
  }

  /** Nothing can be saved: everybody hears it, also who says nothing. A refusal without an id, as it answers no command. */
  #warnUnsaved(): void {
    for (const { connection } of this.#guests) refuse(connection, null, { code: "store-unavailable" });
  }

  /** What is under way is answered first; what has not been looked at comes again, through another connection. */
  #letGo(guest: Guest, tries: number): void {
    guest.session.stopListening();
    if (!guest.session.isBusy || tries === 0) return guest.connection.close("restart");
    this.#parts.edge.ambient.after(letGoEveryMs, () => this.#letGo(guest, tries - 1));
  }

  close(): void {
    this.#heartbeat.stop();
    this.#unwatch();
    this.#unboundLines();
    this.#storeWatch.cancel();
    this.#parts.server.off("upgrade", this.#onUpgrade);
    for (const { socket } of this.#guests) socket.terminate();
    // While their rooms are open: afterwards each would ask a store that is closed.
    for (const stream of this.#parts.edge.eventStreams) stream.cutOff();
    this.#sockets.close();
  }
}
