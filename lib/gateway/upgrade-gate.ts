// Who may open a socket. Everything here happens before the 101 and without waiting for anything; a refusal is a real HTTP answer,
// counted and noted with its reason.
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import { protocols, socketPaths } from "../protocol/version.ts";
import type { Edge } from "./edge.ts";
import { originCheck, shownOrigin } from "./origin.ts";

/**
 * A request that asks for a socket. Whatever else a client offers to speak, as some do HTTP/2 in each request, is passed over and the
 * request answered as it is.
 */
export function asksForSocket({ headers }: IncomingMessage): boolean {
  return /\bwebsocket\b/i.test(headers.upgrade ?? "");
}

export interface UpgradeRefusal {
  readonly reason: "path" | "origin" | "protocol" | "malformed" | "address" | "rate" | "full" | "draining" | "overload";
  readonly status: number;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type UpgradeVerdict = { readonly ok: true; readonly address: string } | { readonly ok: false; readonly refusal: UpgradeRefusal };

const statusText: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/** A place may be free after this time, ms. */
export const fullRetryMs = 5_000;
const drainRetryMs = 1_000;

/** Decides about one upgrade. A yes has counted the address as open: say `edge.addresses.closed` when the socket is gone. */
export function upgradeGate(edge: Edge, connections: () => number): (request: IncomingMessage) => UpgradeVerdict {
  const { config, limits, addresses, overload } = edge;
  const isAllowed = originCheck({
    allowed: config.allowedOrigins,
    allowMissing: config.allowMissingOrigin,
    sameHostOnly: config.environment === "production",
  });

  function overRate(address: string): UpgradeRefusal | null {
    const retryAfterMs = addresses.take("upgrades", address);
    if (retryAfterMs === null) return null;
    return { reason: "rate", status: 429, message: "Too many new connections from your address.", retryAfterMs };
  }

  function refusalFor(request: IncomingMessage, address: string, secure: boolean | null): UpgradeRefusal | null {
    const { origin, host, "sec-websocket-protocol": offered } = request.headers;
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (!socketPaths.includes(path)) return { reason: "path", status: 404, message: "There is no socket here." };
    if (!isAllowed({ origin, host, secure })) {
      // Counted like any other: each is noted, and what one address makes the server note has a bound.
      return overRate(address) ?? { reason: "origin", status: 403, message: "Pages from there may not connect here." };
    }
    if (offered !== undefined && !speaks(offered)) {
      return { reason: "protocol", status: 400, message: `This server speaks: ${protocols.join(", ")}` };
    }
    if (edge.draining) return { reason: "draining", status: 503, message: "The server is restarting.", retryAfterMs: drainRetryMs };
    if (overload.refuses("tap"))
      return { reason: "overload", status: 503, message: "The server is overloaded.", retryAfterMs: fullRetryMs };
    if (connections() >= limits.connectionsMax) {
      return { reason: "full", status: 503, message: "The server is full.", retryAfterMs: fullRetryMs };
    }
    const tooMany = overRate(address);
    if (tooMany !== null) return tooMany;
    if (addresses.opened(address)) return null;
    return { reason: "address", status: 429, message: "Too many connections from your address.", retryAfterMs: fullRetryMs };
  }

  return (request) => {
    const { address, secure } = edge.clientOf(request);
    const refusal = refusalFor(request, address, secure);
    if (refusal === null) return { ok: true, address };
    noteRefusal(edge, request, refusal.reason);
    return { ok: false, refusal };
  };
}

function speaks(offered: string): boolean {
  const names = offered.split(",").map((name) => name.trim());
  return protocols.some((known) => names.includes(known));
}

export function noteRefusal(edge: Edge, request: IncomingMessage, reason: UpgradeRefusal["reason"] | "timeout"): void {
  const { metrics } = edge;
  const { address } = edge.clientOf(request);
  metrics.upgradesRefused(reason).add();
  if (reason === "origin") {
    metrics.originsRefused.add();
    edge.note("origin-refused", address, { origin: shownOrigin(request.headers.origin) });
  } else if (reason === "rate" || reason === "address") {
    edge.rateLimited(reason === "rate" ? "upgrades" : "connections", address);
  } else {
    edge.log.debug({ address, reason }, "an upgrade was refused");
  }
}

/** A real HTTP answer before any 101, so that the reason can be read. */
export function answerRefusal(stream: Duplex, { status, message, retryAfterMs }: Omit<UpgradeRefusal, "reason">): void {
  stream.on("error", () => stream.destroy());
  stream.once("finish", () => stream.destroy());
  const head = [
    `HTTP/1.1 ${status} ${statusText[status] ?? "Error"}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(message)}`,
    ...(retryAfterMs === undefined ? [] : [`Retry-After: ${Math.ceil(retryAfterMs / 1_000)}`]),
  ];
  stream.end(`${head.join("\r\n")}\r\n\r\n${message}`);
}

/**
 * Cuts sockets that do not say within `limitMs` what they want: Node's own timers for headers do not cover a connection that is
 * silent or upgrades slowly. Gives back how to stop watching.
 */
export function watchArrivals(server: Server, how: { readonly ambient: Ambient; readonly limitMs: number; late(): void }): () => void {
  const waiting = new Map<Socket, Cancellable>();
  const arrived = (socket: Socket): void => {
    waiting.get(socket)?.cancel();
    waiting.delete(socket);
  };
  function onClose(this: Socket): void {
    arrived(this);
  }
  const onConnection = (socket: Socket): void => {
    const cut = () => {
      waiting.delete(socket);
      how.late();
      socket.destroy();
    };
    waiting.set(socket, how.ambient.after(how.limitMs, cut));
    // One function for all sockets: it stays with each for as long as it lives.
    socket.on("close", onClose);
  };
  const onRequest = (request: IncomingMessage): void => arrived(request.socket);
  server.on("connection", onConnection);
  server.on("request", onRequest);
  server.on("upgrade", onRequest);
  return () => {
    server.off("connection", onConnection);
    server.off("request", onRequest);
    server.off("upgrade", onRequest);
    for (const timer of waiting.values()) timer.cancel();
    waiting.clear();
  };
}
