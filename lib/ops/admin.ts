// The operator's API: everything behind one bearer token, every action in the audit log. Knows the server only as an AdminHost.
import express, { type NextFunction, type Request, type RequestHandler, type Response, type Router } from "express";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { z } from "zod";
import { type RefusalCode, refusals } from "../game/refusals.ts";
import { type Feedback, type ListedGame, type Page, type StoredChange, StoreFault, type StoredIndex } from "../store/store.ts";
import { auditQuery, closeBody, gameCode, levelBody, logQuery, pageQuery } from "./admin-schemas.ts";
import type { Audit } from "./audit.ts";
import { checkBearer } from "./bearer.ts";
import type { LogLevel } from "./setting-schemas.ts";
import type { Health } from "./health.ts";
import type { LiveGames } from "./live-games.ts";
import { refuseOtherMethods } from "./other-methods.ts";
import type { Series } from "./series.ts";

export interface AdminGame {
  readonly id: string;
  readonly v: number;
  readonly viewers: number;
  /** As a spectator sees it: no tokens, no hashes. */
  readonly view: object;
}

/** What the API needs of the running server. */
export interface AdminHost {
  about(): {
    readonly instance: string;
    readonly release: string;
    readonly startedAt: number;
    readonly connections: number;
    readonly rooms: number;
  };
  counts(): Promise<Readonly<Record<StoredIndex["status"], number>>>;
  games(cursor: string | null, limit: number): Promise<Page<ListedGame>>;
  game(id: string): Promise<AdminGame | RefusalCode>;
  changes(id: string, afterV: number, limit: number): Promise<readonly StoredChange[]>;
  /** Ends the game for everyone, through its lock. */
  closeGame(id: string, reason: string): Promise<"closed" | RefusalCode>;
  feedback(cursor: string | null, limit: number): Promise<Page<Feedback>>;
  /** Begins the ordered stop. */
  drain(): void;
  logLevel(): LogLevel;
  setLogLevel(level: LogLevel): void;
  deadLetters(): Promise<readonly object[]>;
  /** Tries to write them again; gives how many could be and how many stay. */
  replayDeadLetters(): Promise<{ readonly replayed: number; readonly left: number }>;
}

export interface AdminSettings {
  readonly token: () => string | null;
  readonly host: AdminHost;
  readonly health: Health;
  readonly audit: Audit;
  readonly live: LiveGames;
  readonly series: Series;
  /** The client's address as the edge knows it. */
  readonly addressOf: (request: Request) => string;
  /** Under what an address is counted, as it may be one of very many that its owner can choose. */
  readonly countedAs: (address: string) => string;
  /** Largest body of a request, bytes, unpacked. */
  readonly bodyBytesMax: number;
}

const failuresPerMinuteMax = 20;
/** Of the path that was asked for without the token, in its record. */
const pathCharsMax = 100;

/** A request that cannot be served as asked; told to its sender with this status. */
class Unusable extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const statusOf: ReadonlyMap<RefusalCode, number> = new Map([
  ["no-such-game", 404],
  ["game-damaged", 410],
  ["version-unsupported", 501],
]);

/** Why nothing came of what was asked about one game. What may be tried again is not told as if the game were gone. */
function refusedAs(code: RefusalCode): Unusable {
  const { retry, message } = refusals[code];
  if (code === "wrong-status") return new Unusable(409, code, "This game is closed already.");
  const status = statusOf.get(code) ?? (retry ? 503 : 500);
  return new Unusable(status, code, message);
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Unusable(400, "bad-message", `${issue?.path.join(".") || "the request"}: ${issue?.message ?? "is not valid"}`);
}

function guard({ token, audit, addressOf, countedAs }: AdminSettings): RequestHandler {
  const failures = new RateLimiterMemory({ points: failuresPerMinuteMax, duration: 60 });
  return async (request, response, next) => {
    const address = addressOf(request);
    const guesser = countedAs(address);
    const outcome = checkBearer(request.headers.authorization, token());
    if (outcome === "off") {
      response.status(404).json({ code: "off", message: "No ADMIN_TOKEN is set: the admin API is off." });
      return;
    }
    try {
      const used = await failures.get(guesser);
      if (used !== null && used.remainingPoints <= 0) throw used;
      if (outcome === "granted") return next();
      await failures.consume(guesser);
    } catch (limit) {
      const waitMs = limit instanceof RateLimiterRes ? limit.msBeforeNext : 60_000;
      response.set("Retry-After", `${Math.ceil(waitMs / 1000)}`);
      response.status(429).json({ code: "rate-limited", message: "Too many wrong tokens from this address." });
      return;
    }
    audit.note("admin-denied", address, { path: request.path.slice(0, pathCharsMax) });
    response.set("WWW-Authenticate", 'Bearer realm="admin"');
    response.status(401).json({ code: "bad-token", message: "This needs the admin token." });
  };
}

function readRoutes(router: Router, { host, health, audit, series }: AdminSettings): void {
  router.get("/overview", async (_request, response) => {
    const { status, problems, parts } = health.report();
    const counts = await host.counts().catch(() => null);
    response.json({ ...host.about(), health: status, problems, parts, games: counts, logLevel: host.logLevel() });
  });
  router.get("/series", (_request, response) => {
    response.json({ samples: series.samples() });
  });
  router.get("/games", async (request, response) => {
    const { cursor, limit } = parse(pageQuery, request.query);
    response.json(await host.games(cursor ?? null, limit));
  });
  router.get("/games/:code", async (request, response) => {
    const game = await host.game(parse(gameCode, request.params.code));
    if (typeof game === "string") throw refusedAs(game);
    response.json(game);
  });
  router.get("/games/:code/log", async (request, response) => {
    const { after, limit } = parse(logQuery, request.query);
    const changes = await host.changes(parse(gameCode, request.params.code), after, limit);
    response.json({ changes: changes.map(({ v, at, change, hash }) => ({ v, at, change: JSON.parse(change) as unknown, hash })) });
  });
  router.get("/feedback", async (request, response) => {
    const { cursor, limit } = parse(pageQuery, request.query);
    response.json(await host.feedback(cursor ?? null, limit));
  });
  router.get("/audit", async (request, response) => {
    const { event, before, limit } = parse(auditQuery, request.query);
    response.json({
      records: await audit.query({ limit, ...(event === undefined ? {} : { event }), ...(before === undefined ? {} : { before }) }),
    });
  });
  router.get("/audit/check", async (_request, response) => {
    response.json(await audit.verify());
  });
  router.get("/dead-letters", async (_request, response) => {
    response.json({ letters: await host.deadLetters() });
  });
}

function actionRoutes(router: Router, { host, audit, addressOf }: AdminSettings): void {
  const note = (request: Request, what: string, detail: object = {}) => audit.note("admin-action", addressOf(request), { what, ...detail });
  router.post("/games/:code/close", async (request, response) => {
    const id = parse(gameCode, request.params.code);
    const { reason } = parse(closeBody, request.body);
    const outcome = await host.closeGame(id, reason);
    if (outcome !== "closed") throw refusedAs(outcome);
    note(request, "close", { gameId: id, reason });
    response.json({ closed: id });
  });
  router.post("/drain", (request, response) => {
    note(request, "drain");
    response.status(202).json({ draining: true });
    host.drain();
  });
  router.post("/log-level", (request, response) => {
    const { level } = parse(levelBody, request.body);
    note(request, "log-level", { from: host.logLevel(), to: level });
    host.setLogLevel(level);
    response.json({ level });
  });
  router.post("/dead-letters/replay", async (request, response) => {
    const outcome = await host.replayDeadLetters();
    note(request, "replay-dead-letters", outcome);
    response.json(outcome);
  });
}

/** Batches of changed games as a stream of lines, each one JSON. A reader that does not keep up misses batches, and is not waited for. */
function liveRoute(router: Router, { live, token }: AdminSettings): void {
  router.get("/live", (request, response) => {
    // Who hung up while his token was looked at is gone already: nothing would ever end his watch.
    if (response.destroyed) return;
    response.set({ "Content-Type": "application/x-ndjson", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no" });
    // The head is the whole answer: the line is free for the next request.
    if (request.method === "HEAD") return void response.end();
    response.flushHeaders();
    const stop = live.watch((rows) => {
      // A token that was replaced since shows nothing more. The line is cut, as one that ends would look like a table in which nothing happens.
      if (checkBearer(request.headers.authorization, token()) !== "granted") response.destroy();
      else if (!response.writableNeedDrain) response.write(`${JSON.stringify({ rows })}\n`);
    });
    response.on("close", stop);
  });
}

/** The API, to be mounted at /admin/api. A bug is left to whoever mounts it, which reports those of all its routes. */
export function adminRouter(settings: AdminSettings): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  router.use(guard(settings));
  router.use(express.json({ limit: settings.bodyBytesMax }));
  readRoutes(router, settings);
  actionRoutes(router, settings);
  liveRoute(router, settings);
  const { message } = refusals["not-allowed"];
  refuseOtherMethods(router, (response) => void response.status(405).json({ code: "not-allowed", message }));
  router.use((_request, response) => {
    response.status(404).json({ code: "not-found", message: "There is no such page in the admin API." });
  });
  router.use(function handleError(error: unknown, _request: Request, response: Response, next: NextFunction) {
    if (response.headersSent) return next(error);
    const unusable = error instanceof StoreFault && error.kind === "damaged" ? refusedAs("game-damaged") : error;
    if (unusable instanceof Unusable) response.status(unusable.status).json({ code: unusable.code, message: unusable.message });
    else if (error instanceof StoreFault)
      response.status(503).json({ code: "store-unavailable", message: "The store does not answer. Try again." });
    else if (error instanceof Error && "status" in error && typeof error.status === "number" && error.status < 500) {
      response.status(error.status).json({ code: "bad-message", message: "The body is not valid JSON, or too large." });
    } else next(error);
  });
  return router;
}
