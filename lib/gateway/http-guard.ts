// What every HTTP request meets first: a correlation id, a stopwatch, the ceiling of its address, and a bound on its body.
import type { IncomingMessage, RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { RequestHandler, Response } from "express";
import { type RefusalCode, refusals } from "../game/refusals.ts";
import { scrubText } from "../ops/scrub.ts";
import { traceOf } from "../ops/trace.ts";
import { perMinute } from "./address-limits.ts";
import type { Edge } from "./edge.ts";
import { retryAfter } from "./replies.ts";

const httpStatusOf: Partial<Record<RefusalCode, number>> = {
  "bad-message": 400,
  "too-large": 413,
  "no-such-game": 404,
  // Said of a method: no rule of a game refuses what is asked over HTTP.
  "not-allowed": 405,
  "game-damaged": 410,
  "rate-limited": 429,
  internal: 500,
  "version-unsupported": 501,
};
/**
 * Probes are never refused for the share per minute: a flood from the supervisor's address must not make it think that we are dead. Lines,
 * and what waits on one, have their bounds for probes as well.
 */
const probes: ReadonlySet<string> = new Set(["/live", "/ready"]);

/** Requests of one line that are not answered. Browsers and proxies wait for each answer; there is room for who does not. */
const unansweredMax = 8;

/** The correlation id of a request, once `traced` has seen it. */
export function traceIdOf(response: Response): string {
  return String(response.getHeader("X-Request-Id") ?? "");
}

/** A refusal as JSON, with its status and, when trying again may help, when. */
export function refuseHttp(response: Response, code: RefusalCode, retryAfterMs = retryAfter[code]): void {
  const { message, retry } = refusals[code];
  if (retryAfterMs !== undefined) response.set("Retry-After", `${Math.max(1, Math.ceil(retryAfterMs / 1_000))}`);
  const traceId = code === "internal" ? { traceId: traceIdOf(response) } : {};
  const later = retryAfterMs === undefined ? {} : { retryAfterMs };
  response.status(httpStatusOf[code] ?? (retry ? 503 : 400)).json({ code, message, retry, ...later, ...traceId });
}

/**
 * Cuts a line on which too many requests wait, before anything is done for them. A piece that was read holds up to 2,000, and all of them
 * are heard in one turn of the loop, also those that are refused or never counted: four such lines were the only ones heard.
 */
export function pipelinesCut(edge: Edge, listener: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    // The rest of the piece that was too much.
    if (socket.destroyed) return;
    const count = (unanswered.get(socket) ?? 0) + 1;
    if (count > unansweredMax) {
      edge.rateLimited("http", edge.clientOf(request).address);
      return void socket.destroy();
    }
    unanswered.set(socket, count);
    response.on("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    listener(request, response);
  };
}

/** Gives the request its id and measures it. */
export function traced({ ambient, metrics, log }: Edge): RequestHandler {
  return (request, response, next) => {
    const startedAt = ambient.monotonicMs();
    const { traceId } = traceOf(request.headers.traceparent as string | undefined, ambient);
    response.set("X-Request-Id", traceId);
    const { path, method } = request;
    response.on("finish", () => {
      const durationMs = ambient.monotonicMs() - startedAt;
      metrics.httpSeconds(`${Math.floor(response.statusCode / 100)}xx`).observe(durationMs / 1_000);
      // Anybody may ask for any path: a token has no place in one, and so it is not kept when it stands there by mistake.
      log.frequent({ traceId, method, path: scrubText(path), status: response.statusCode, durationMs }, "an HTTP request");
    });
    next();
  };
}

/**
 * Who takes nothing of an answer that waits for him is cut, as over a socket: Node's own timers end when a request has been read, and
 * each such reader would hold a line, and what waits for him, for ever.
 */
export function stuckReadersCut(edge: Edge): RequestHandler {
  const { outboxStuckMs } = edge.limits;
  return (request, response, next) => {
    const { socket } = request;
    response.setTimeout(outboxStuckMs, () => {
      const waitingBytes = socket.writableLength;
      // An answer that is still being made, and a stream on which nothing happens, are not the reader's fault. A stream that is stuck cuts
      // itself at the same time: whoever is first says so.
      if (waitingBytes === 0 || socket.destroyed) return;
      edge.cutSlow(edge.clientOf(request).address, { waitingBytes, behindMs: outboxStuckMs });
      socket.destroy();
    });
    next();
  };
}

/** The address's share per minute, told in every answer (draft-ietf-httpapi-ratelimit-headers). */
export function limited(edge: Edge): RequestHandler {
  const most = perMinute(edge.limits, "http");
  return (request, response, next) => {
    if (probes.has(request.path)) return next();
    const { address } = edge.clientOf(request);
    const waitMs = edge.addresses.take("http", address);
    const left = edge.addresses.left("http", address);
    response.set("RateLimit-Policy", `"address";q=${most};w=60`);
    response.set("RateLimit", `"address";r=${left};t=${waitMs === null ? 60 : Math.ceil(waitMs / 1_000)}`);
    if (waitMs === null) return next();
    edge.rateLimited("http", address);
    refuseHttp(response, "rate-limited", waitMs);
  };
}

function declaredBytes(request: IncomingMessage): number {
  return Number(request.headers["content-length"] ?? 0);
}

/** Bodies are small or not read at all. One that hides its length is cut where it passes the limit. */
export function boundedBodies({ limits }: Edge): RequestHandler {
  return (request, response, next) => {
    const bytesMax = limits.httpBodyBytesMax;
    if (declaredBytes(request) > bytesMax) {
      response.set("Connection", "close");
      return refuseHttp(response, "too-large");
    }
    if (request.headers["transfer-encoding"] !== undefined) {
      // What nobody reads Node takes to its end once the answer is given, however long it is: the line ends with the answer instead.
      response.set("Connection", "close");
      let bytes = 0;
      const count = (chunk: Buffer): void => {
        bytes += chunk.length;
        if (bytes > bytesMax) request.destroy();
      };
      // Counting must not start the flow: whoever reads the body does.
      request.on("newListener", function onListener(name) {
        if (name !== "data") return;
        request.off("newListener", onListener);
        request.prependListener("data", count);
      });
    }
    next();
  };
}
