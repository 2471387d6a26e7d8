// The OpenAPI document of everything over HTTP, made from the schemas that check requests. What it says about answers is what tests
// hold the server to.
import { z } from "zod";
import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import { adminPaths } from "./openapi-admin.ts";
import { change, code, common, game, health, json, listed, next, noGame, open, path, refused, text, time } from "./openapi-parts.ts";

const cursor = z.string().min(1).max(128).optional().meta({ description: "`next` of the page before. Any other reads as from the start." });
const nextAfter = z.int().nullable().meta({ description: "Pass it as `after` to get the next page. With CSV the header Link has it." });

const probePaths: ZodOpenApiPathsObject = {
  "/live": {
    get: open(
      {
        id: "live",
        summary: "Does the event loop turn?",
        answer: json("Yes.", z.object({ status: z.literal("live") })),
        responses: { "4XX": refused("Only with a body that is too large.") },
      },
      "probes",
    ),
  },
  "/ready": {
    get: open(
      {
        id: "ready",
        summary: "Can an action sent now be acknowledged?",
        answer: json("Yes.", z.object({ ready: z.literal(true), problems: z.array(z.string()) })),
        responses: {
          "503": json("No, and why.", z.object({ ready: z.literal(false), problems: z.array(z.string()) })),
          "4XX": refused("Only with a body that is too large."),
        },
      },
      "probes",
    ),
  },
  "/health": {
    get: open(
      {
        id: "health",
        summary: "How is every part?",
        answer: json("Healthy or degraded.", health),
        responses: { "503": json("Unhealthy, or leaving.", health), "4XX": refused("Too many requests.") },
      },
      "probes",
    ),
  },
  "/metrics": {
    get: {
      ...open(
        {
          id: "metrics",
          summary: "Metrics for Prometheus",
          answer: text("text/plain", "Text format 0.0.4."),
          responses: {
            "401": text("text/plain", "The token is missing or wrong."),
            "404": text("text/plain", "They have a port of their own."),
            "429": common["429"],
          },
        },
        "probes",
      ),
      security: [{ metricsToken: [] }, {}],
    },
  },
};

const gamePaths: ZodOpenApiPathsObject = {
  "/api/server/state": {
    get: open(
      {
        id: "serverState",
        summary: "Which server this is, what it speaks, and its time",
        answer: json(
          "The server. An upgrade that offers only other subprotocols is refused.",
          z.object({ instanceId: z.string(), version: z.string(), protocols: z.array(z.string()), serverTime: time }),
        ),
        responses: common,
      },
      "games",
    ),
  },
  "/api/games": {
    get: open(
      {
        id: "listGames",
        summary: "Games whose host listed them, newest first",
        answer: json("A page of games.", z.object({ games: z.array(listed), next })),
        more: { requestParams: { query: z.object({ cursor }) } },
        responses: {
          "400": refused("The cursor is empty, too long or given twice. One that is not ours reads from the start."),
          ...common,
        },
      },
      "games",
    ),
  },
  "/api/games/{code}": {
    get: open(
      {
        id: "getGame",
        summary: "One game as a spectator sees it",
        answer: json("The game.", game),
        more: { requestParams: { path } },
        responses: noGame,
      },
      "games",
    ),
  },
  "/api/games/{code}/log": {
    get: open(
      {
        id: "getLog",
        summary: "What happened in a game",
        answer: {
          description: "A page of changes.",
          content: {
            "application/json": { schema: z.object({ game: code, changes: z.array(change), next: nextAfter }) },
            "text/csv": { schema: { type: "string" } },
          },
        },
        more: {
          requestParams: {
            path,
            query: z.object({
              after: z.int().min(0).optional().meta({ description: "Changes above this version." }),
              format: z.enum(["json", "csv"]).optional(),
            }),
          },
        },
        responses: { ...noGame, "400": refused("A parameter is not what it must be.") },
      },
      "games",
    ),
  },
  "/api/games/{code}/events": {
    get: open(
      {
        id: "watchGame",
        summary: "A game's changes as Server-Sent Events",
        answer: text(
          "text/event-stream",
          "First the whole state, then each change: `data` is a message of the socket, as whoever takes whole states gets it (see /api/asyncapi.json), `id` its `v`. Whoever comes again gets the whole state anew. The event `end` says in `reason` why nothing more will come: `closed` with the table, else the code of a refusal.",
        ),
        more: { requestParams: { path } },
        responses: noGame,
      },
      "games",
    ),
  },
  "/api/openapi.json": {
    get: open({ id: "openapi", summary: "This document", answer: json("OpenAPI 3.1.", z.looseObject({})), responses: common }, "documents"),
  },
  "/api/asyncapi.json": {
    get: open(
      { id: "asyncapi", summary: "The socket's messages", answer: json("AsyncAPI 3.0.", z.looseObject({})), responses: common },
      "documents",
    ),
  },
};

export function openApiDocument(release: string): object {
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Tap-or-Tarp over HTTP",
      version: release,
      description:
        "What may be read about games, probes, and the operator's API. Playing happens over the WebSocket: see /api/asyncapi.json. Another method than those of an address is refused with 405, the code `not-allowed` and `Allow`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "This server" }],
    tags: [
      { name: "games", description: "What may be read without a socket" },
      { name: "probes", description: "For load balancers, supervisors and Prometheus" },
      { name: "admin", description: "For the operator" },
      { name: "documents", description: "This page" },
    ],
    components: {
      securitySchemes: {
        adminToken: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN" },
        metricsToken: { type: "http", scheme: "bearer", description: "METRICS_TOKEN" },
      },
    },
    paths: { ...gamePaths, ...probePaths, ...adminPaths },
  });
}
