// All sockets of this instance: who may open one, who is connected, heartbeats, and the way out. It decides nothing about games.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { ViewerId } from "../game/ids.ts";
import type { Cancellable } from "../ops/ambient.ts";
import type { Limits } from "../ops/config.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { traceOf } from "../ops/trace.ts";
import { protocols, socketPaths } from "../protocol/version.ts";
import { replyFrame } from "../room/frame.ts";
import { Connection } from "./connection.ts";
import { Session, type SessionParts } from "./session.ts";

export interface GatewayParts extends Omit<SessionParts, "answered"> {
  readonly server: Server;
  readonly limits: Limits;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly instanceId: string;
}

interface Guest {
  readonly connection: Connection;
  readonly session: Session;
  readonly socket: WebSocket;
}

export interface Gateway {
  readonly connections: number;
  /** Bytes waiting for all readers. */
  bufferedBytes(): number;
  /** No new sockets from here on: upgrades are answered 503. */
  refuse(): void;
  /** Tells everybody to come back and closes their sockets, spread over `overMs`. Resolves when the last is gone. */
  drain(overMs: number): Promise<void>;
  /** Sends everybody away to come back at once, because elsewhere they are thought gone. New sockets are welcome. */
  recall(overMs: number): void;
  close(): void;
}

export function openGateway(parts: GatewayParts): Gateway {
  return new SocketGateway(parts);
}

class SocketGateway implements Gateway {
  readonly #parts: GatewayParts;
  readonly #guests = new Set<Guest>();
  readonly #sockets: WebSocketServer;
  readonly #heartbeat: Cancellable;
  readonly #onUpgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void;
  #refusing = false;
  #serial = 0;
  #whenEmpty: (() => void) | null = null;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: parts.limits.frameBytesMax,
      perMessageDeflate: false,
      handleProtocols: (offered) => protocols.find((known) => offered.has(known)) ?? false,
    });
    this.#heartbeat = parts.ambient.every(parts.limits.heartbeatMs, () => this.#beat());
    this.#onUpgrade = (request, stream, head) => this.#upgrade(request, stream, head);
    parts.server.on("upgrade", this.#onUpgrade);
  }

  get connections(): number {
    return this.#guests.size;
  }

  bufferedBytes(): number {
    let bytes = 0;
    for (const { connection } of this.#guests) bytes += connection.bufferedBytes;
    return bytes;
  }

  /** Everything here happens before the 101 and without waiting for anything. */
  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (!socketPaths.includes(path)) return reject(stream, "404 Not Found");
    if (this.#refusing) return reject(stream, "503 Service Unavailable");
    if (this.#guests.size >= this.#parts.limits.connectionsMax) return reject(stream, "503 Service Unavailable");
    const offered = request.headers["sec-websocket-protocol"];
    if (offered !== undefined && !protocols.some((known) => offered.split(/\s*,\s*/).includes(known))) {
      return reject(stream, "400 Bad Request", `This server speaks: ${protocols.join(", ")}`);
    }
    this.#sockets.handleUpgrade(request, stream, head, (socket) => this.#welcome(socket, stream, request));
  }

  #welcome(socket: WebSocket, stream: Duplex, request: IncomingMessage): void {
    const { ambient, limits, instanceId, metrics, log } = this.#parts;
    this.#serial += 1;
    const viewerId = `${instanceId}.${this.#serial.toString(36)}` as ViewerId;
    const address = request.socket.remoteAddress ?? "";
    const { traceId } = traceOf(request.headers.traceparent as string | undefined, ambient);
    const connection = new Connection({ socket, stream, viewerId, address, limits, ambient });
    const answered = (type: string, outcome: string, durationMs: number) => {
      metrics.command(type, outcome).add();
      metrics.commandSeconds.observe(durationMs / 1000);
      log.debug({ traceId, gameId: session.gameId, type, outcome, durationMs }, "command");
    };
    const session = new Session(connection, { ...this.#parts, answered });
    const guest: Guest = { connection, session, socket };
    this.#guests.add(guest);
    metrics.connectionsOpened.add();
    socket.on("message", (payload, isBinary) => this.#received(guest, payload, isBinary));
    socket.on("error", () => {});
    socket.on("close", (code) => this.#left(guest, code));
    const serverTime = ambient.now();
    connection.send(replyFrame("clientId", { clientId: viewerId, instanceId, serverTime, protocol: socket.protocol || protocols[0] }));
  }

  #received(guest: Guest, payload: RawData, isBinary: boolean): void {
    this.#parts.metrics.framesReceived.add();
    if (isBinary) return guest.connection.close("policy");
    guest.session.receive((payload as Buffer).toString());
  }

  #left(guest: Guest, code: number): void {
    this.#guests.delete(guest);
    this.#parts.metrics.connectionsClosed(String(code)).add();
    guest.connection.closed();
    guest.session.close();
    if (this.#guests.size === 0) this.#whenEmpty?.();
  }

  #beat(): void {
    for (const { connection } of this.#guests) connection.beat();
  }

  refuse(): void {
    this.#refusing = true;
  }

  async drain(overMs: number): Promise<void> {
    this.refuse();
    const guests = [...this.#guests];
    const { ambient } = this.#parts;
    for (const { connection } of guests) {
      const retryAfterMs = 200 + ambient.below(2_000);
      connection.send(
        replyFrame("shutdown_warning", {
          message: "The server is restarting. You will be back in a moment.",
          timeout: overMs,
          retryAfterMs,
        }),
      );
    }
    const waveMs = Math.min(overMs, guests.length);
    guests.forEach(({ connection }, i) => void ambient.after((i * waveMs) / guests.length, () => connection.close("restart")));
    if (this.#guests.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  recall(overMs: number): void {
    for (const { connection } of [...this.#guests])
      this.#parts.ambient.after(this.#parts.ambient.below(overMs), () => connection.close("restart"));
  }

  close(): void {
    this.#heartbeat.cancel();
    this.#parts.server.off("upgrade", this.#onUpgrade);
    for (const { socket } of this.#guests) socket.terminate();
    this.#sockets.close();
  }
}

/** A real HTTP answer before any 101, so that the reason can be read. */
function reject(stream: Duplex, status: string, body = ""): void {
  stream.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
