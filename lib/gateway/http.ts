// HTTP beside the socket: the page and its files, probes, metrics, and what may be read about a game.
import { createHash, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import compression from "compression";
import express, { type ErrorRequestHandler, type Express, type Request, type Response, type Router } from "express";
import helmet from "helmet";
import type { ViewerId } from "../game/ids.ts";
import { type RefusalCode, refusals } from "../game/refusals.ts";
import type { Ambient } from "../ops/ambient.ts";
import type { Config, Secrets } from "../ops/config.ts";
import type { Health } from "../ops/health.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { gameIdSchema } from "../protocol/session-schemas.ts";
import { readRecord } from "../room/log.ts";
import type { Rooms } from "../room/rooms.ts";
import { type Store, StoreFault } from "../store/store.ts";

export interface HttpParts {
  readonly config: Config;
  readonly secrets: () => Secrets;
  readonly rooms: Rooms;
  readonly store: Store;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly ambient: Ambient;
  readonly instanceId: string;
  readonly version: string;
  /** The operator's API, behind its own door. */
  readonly operatorRoutes: Router;
  /** Folder of the built page. */
  readonly publicDir: string;
}

const httpStatusOf: Partial<Record<RefusalCode, number>> = {
  "bad-message": 400,
  "no-such-game": 404,
  "game-damaged": 410,
  "rate-limited": 429,
  internal: 500,
};
const pageMax = 100;
const logPage = 500;
const yearSeconds = 31_536_000;
const nobody = "" as ViewerId;

export function httpApp(parts: HttpParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", "strong");
  app.use(securityHeaders(parts.config));
  app.use(compression());
  addProbes(app, parts);
  addGames(app, parts);
  app.use("/admin/api", parts.operatorRoutes);
  addPages(app, parts);
  app.use("/api", (_request, response) => refuse(response, "no-such-game"));
  app.use((_request, response) => void response.status(404).type("text/plain").send("There is nothing here."));
  app.use(onError(parts));
  return app;
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
    strictTransportSecurity: config.environment === "production" ? { maxAge: yearSeconds } : false,
  });
}

function addProbes(app: Express, { config, secrets, health, metrics }: HttpParts): void {
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
    const token = secrets().metricsToken;
    const allowed = token === null ? config.environment !== "production" && isLoopback(request) : bearerIs(request, token);
    if (!allowed) return void response.status(401).type("text/plain").send("A bearer token is needed.");
    response.type(metrics.contentType).send(await metrics.text());
  });
}

function isLoopback(request: Request): boolean {
  const address = request.socket.remoteAddress ?? "";
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}

function bearerIs(request: Request, token: string): boolean {
  const given = /^Bearer (.{1,512})$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function addGames(app: Express, parts: HttpParts): void {
  const { store, rooms, ambient, instanceId, version } = parts;
  app.get("/api/server/state", (_request, response) => void response.json({ instanceId, version, serverTime: ambient.now() }));
  app.get("/api/games", async (request, response) => {
    const { cursor } = request.query;
    const page = await store.listed(typeof cursor === "string" ? cursor.slice(0, 128) : null, pageMax);
    const games = page.items.map(({ gameId, index }) => ({
      id: gameId,
      name: index.name,
      status: index.status,
      seats: index.seats,
      seatsFree: index.seatsFree,
    }));
    response.json({ games, next: page.next });
  });
  app.get("/api/games/:code", async (request, response) => {
    const room = await findRoom(rooms, request, response);
    await room?.read(
      (copy, now) => {
        const view = room.rules.view(copy.state, room.rules.audienceOf(copy.state, nobody), now);
        response.json({ ...view, v: copy.v, serverTime: now, viewers: room.viewers });
      },
      (answer) => void (answer.ok || refuse(response, answer.code)),
    );
  });
  app.get("/api/games/:code/log", async (request, response) => {
    const room = await findRoom(rooms, request, response);
    if (room === null) return;
    const after = Number(request.query["after"] ?? 0);
    if (!Number.isSafeInteger(after) || after < 0) return refuse(response, "bad-message");
    const rows = await store.changes(room.gameId, after, logPage);
    const changes = rows.map((row) => {
      const { by, command, events } = readRecord(row);
      return { v: row.v, at: row.at, by, command: command.type, events };
    });
    response.json({ game: room.gameId, changes, next: rows.length < logPage ? null : (rows.at(-1)?.v ?? null) });
  });
}

async function findRoom(rooms: Rooms, request: Request, response: Response) {
  const code = gameIdSchema.safeParse(request.params["code"]);
  if (!code.success) {
    refuse(response, "no-such-game");
    return null;
  }
  const found = await rooms.find(code.data);
  if ("room" in found) return found.room;
  refuse(response, found.refused);
  return null;
}

function refuse(response: Response, code: RefusalCode): void {
  const { message, retry } = refusals[code];
  response.status(httpStatusOf[code] ?? (retry ? 503 : 400)).json({ code, message, retry });
}

function addPages(app: Express, { publicDir }: HttpParts): void {
  const indexFile = join(publicDir, "index.html");
  app.use("/assets", express.static(join(publicDir, "assets"), { immutable: true, maxAge: yearSeconds * 1_000, fallthrough: true }));
  app.use(express.static(publicDir, { index: false, maxAge: 0 }));
  const page = existsSync(indexFile) ? readFileSync(indexFile, "utf8") : null;
  app.get(["/", "/g/:code", "/overlay/:code", "/table"], (_request, response) => {
    if (page === null) return void response.status(503).type("text/plain").send("The page has not been built yet: run npm run build.");
    response.type("html").set("Cache-Control", "no-cache").send(page);
  });
}

function onError({ log }: HttpParts): ErrorRequestHandler {
  return function handleError(error, _request, response, next) {
    if (response.headersSent) return next(error);
    if (error instanceof StoreFault) return refuse(response, error.kind === "busy" ? "busy" : "store-unavailable");
    log.error({ err: error }, "an HTTP request failed");
    refuse(response, "internal");
  };
}
