// HTTP beside the socket: the page and its files, probes, metrics, and what may be read about a game.
import compression from "compression";
import express, { type ErrorRequestHandler, type Express, type Request } from "express";
import helmet from "helmet";
import type { RefusalCode } from "../game/refusals.ts";
import { checkBearer } from "../ops/bearer.ts";
import type { Config } from "../ops/config.ts";
import { refuseOtherMethods } from "../ops/other-methods.ts";
import { storeFaultCodes } from "../room/fault-code.ts";
import { StoreFault } from "../store/store.ts";
import { addDocuments } from "./documents.ts";
import { addGames } from "./http-games.ts";
import { boundedBodies, limited, refuseHttp, stuckReadersCut, traced, traceIdOf } from "./http-guard.ts";
import type { HttpParts } from "./http-parts.ts";
import { addPages } from "./pages.ts";

const yearSeconds = 31_536_000;
/** What the page needs of the device; everything else is switched off for it and for whatever it may ever embed. */
const permissions = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), screen-wake-lock=(self), fullscreen=(self)";

/** True at this moment only: a proxy that kept one would answer for a server that is gone, or with a time that has passed. */
const momentary = ["/live", "/ready", "/health", "/metrics", "/api/server"];

export function httpApp(parts: HttpParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", "strong");
  app.use(traced(parts.edge));
  app.use(stuckReadersCut(parts.edge));
  app.use(securityHeaders(parts.config));
  app.use((_request, response, next) => {
    response.set("Permissions-Policy", permissions);
    next();
  });
  app.use(limited(parts.edge));
  app.use(boundedBodies(parts.edge));
  app.use(
    compression({ filter: (request, response) => !isStream(response.getHeader("Content-Type")) && compression.filter(request, response) }),
  );
  app.use(momentary, (_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  addProbes(app, parts);
  addGames(app, parts);
  addDocuments(app, parts);
  app.use("/admin/api", parts.operatorRoutes);
  addPages(app, parts);
  refuseOtherMethods(app.router, (response) => refuseHttp(response, "not-allowed"));
  app.use((_request, response) => void response.status(404).type("text/plain").send("There is nothing here."));
  app.use(onError(parts));
  return app;
}

/** Compression would hold events back until there are enough of them. */
function isStream(type: unknown): boolean {
  return String(type).startsWith("text/event-stream");
}

function securityHeaders(config: Config) {
  const self = ["'self'"];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: self,
        styleSrc: self,
        imgSrc: ["'self'", "data:"],
        fontSrc: self,
        connectSrc: self,
        manifestSrc: self,
        workerSrc: self,
        baseUri: ["'none'"],
        formAction: self,
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: "no-referrer" },
    xFrameOptions: { action: "deny" },
    strictTransportSecurity: config.environment === "production" ? { maxAge: yearSeconds } : false,
  });
}

function addProbes(app: Express, { config, secrets, health, metrics, edge }: HttpParts): void {
  app.get("/live", (_request, response) => void response.json({ status: "live" }));
  app.get("/ready", (_request, response) => {
    const { ready, problems } = health.report();
    response.status(ready ? 200 : 503).json({ ready, problems });
  });
  app.get("/health", (_request, response) => {
    const report = health.report();
    response.status(report.status === "unhealthy" || !report.ready ? 503 : 200).json(report);
  });
  app.get("/metrics", async (request, response) => {
    if (config.metricsPort !== null) return void response.status(404).type("text/plain").send("Metrics have a port of their own.");
    const outcome = checkBearer(request.headers.authorization, secrets().metricsToken);
    const isOpen = outcome === "off" && config.environment !== "production" && isLoopback(request);
    if (outcome !== "granted" && !isOpen) {
      edge.note("metrics-denied", edge.clientOf(request).address);
      return void response
        .status(401)
        .set("WWW-Authenticate", 'Bearer realm="metrics"')
        .type("text/plain")
        .send("A bearer token is needed.");
    }
    response.type(metrics.contentType).send(await metrics.text());
  });
}

function isLoopback(request: Request): boolean {
  const address = request.socket.remoteAddress ?? "";
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}

/** What an error says to whoever asked; null when it is a bug. */
function refusalOf(error: unknown): RefusalCode | null {
  if (error instanceof StoreFault) return storeFaultCodes[error.kind];
  const status: unknown = error instanceof Error && "status" in error ? error.status : null;
  if (typeof status !== "number" || status < 400 || status >= 500) return null;
  return status === 413 ? "too-large" : "bad-message";
}

function onError({ edge }: HttpParts): ErrorRequestHandler {
  return function handleError(error, _request, response, _next) {
    const code = refusalOf(error);
    if (code === null) edge.bug(error, { traceId: traceIdOf(response), gameId: null, n: 0 });
    // Half an answer cannot be taken back: its line is cut, or it would look like a whole one. Express would do so, and write to the console.
    if (response.headersSent) return void response.destroy();
    refuseHttp(response, code ?? "internal");
  };
}
