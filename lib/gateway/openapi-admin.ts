// The operator's API in the OpenAPI document.
import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { auditQuery, closeBody, levelBody, logQuery, pageQuery } from "../ops/admin-schemas.ts";
import { levels } from "../ops/health.ts";
import { admin, adminRefusal, audit, code, json, next, path, stored, text, time, version } from "./openapi-parts.ts";

const body = (schema: z.ZodType) => ({ requestBody: { required: true, content: { "application/json": { schema } } } });
const bad = { "400": json("The request is not what it must be.", adminRefusal) };
const unread = {
  "410": json("The game's record is damaged.", adminRefusal),
  "501": json("This instance does not host this kind of game.", adminRefusal),
};
const query = (schema: z.ZodObject) => ({ requestParams: { query: schema } });

export const adminPaths: ZodOpenApiPathsObject = {
  "/admin/api/overview": {
    get: admin({
      id: "overview",
      summary: "Health, connections and games by status, as it was when somebody last looked at each",
      answer: json("The server now.", z.looseObject({ instance: z.string(), health: z.enum(levels as [(typeof levels)[number]]) })),
    }),
  },
  "/admin/api/series": {
    get: admin({
      id: "series",
      summary: "The main figures of the last ten minutes",
      answer: json("Samples, oldest first.", z.object({ samples: z.array(z.record(z.string(), z.number())) })),
    }),
  },
  "/admin/api/live": {
    get: admin({
      id: "live-games",
      summary: "Games as they change, as lines of JSON",
      answer: text("application/x-ndjson", "Batches of at most one row per game, four a second."),
    }),
  },
  "/admin/api/games": {
    get: admin({
      id: "allGames",
      summary: "All games, newest change first",
      answer: json("A page of games.", z.object({ items: z.array(stored), next })),
      more: query(pageQuery),
      responses: bad,
    }),
  },
  "/admin/api/games/{code}": {
    get: admin({
      id: "oneGame",
      summary: "One game as a spectator sees it",
      answer: json("The game.", z.object({ id: code, v: version, viewers: z.int(), view: z.looseObject({}) })),
      more: { requestParams: { path } },
      responses: { ...bad, ...unread },
    }),
  },
  "/admin/api/games/{code}/log": {
    get: admin({
      id: "gameLog",
      summary: "Its changes as they are kept",
      answer: json(
        "A page of changes.",
        z.object({ changes: z.array(z.object({ v: version, at: time, change: z.looseObject({}), hash: z.string() })) }),
      ),
      more: { requestParams: { path, query: logQuery } },
      responses: { ...bad, "410": json("A change of this page is damaged.", adminRefusal) },
    }),
  },
  "/admin/api/games/{code}/close": {
    post: admin({
      id: "closeGame",
      summary: "End a game for everybody",
      answer: json("It is closed.", z.object({ closed: code })),
      more: { requestParams: { path }, ...body(closeBody) },
      responses: { ...bad, ...unread, "409": json("It is closed already.", adminRefusal) },
    }),
  },
  "/admin/api/drain": {
    post: admin(
      { id: "drain", summary: "Send everybody away and stop", answer: json("Begun.", z.object({ draining: z.literal(true) })) },
      "202",
    ),
  },
  "/admin/api/log-level": {
    post: admin({
      id: "logLevel",
      summary: "Change what is logged",
      answer: json("In force.", levelBody),
      more: body(levelBody),
      responses: bad,
    }),
  },
  "/admin/api/feedback": {
    get: admin({
      id: "feedback",
      summary: "What players wrote, newest first",
      answer: json("A page.", z.object({ items: z.array(z.object({ at: time, gameId: code.nullable(), text: z.string() })), next })),
      more: query(pageQuery),
      responses: bad,
    }),
  },
  "/admin/api/audit": {
    get: admin({
      id: "audit",
      summary: "Security events, newest first",
      answer: json("Records.", z.object({ records: z.array(audit) })),
      more: query(auditQuery),
      responses: bad,
    }),
  },
  "/admin/api/audit/check": {
    get: admin({
      id: "auditCheck",
      summary: "Is the audit log whole?",
      answer: json(
        "`broken` is the first record that does not follow, or null.",
        z.object({ records: z.int(), broken: z.int().nullable() }),
      ),
    }),
  },
  "/admin/api/dead-letters": {
    get: admin({
      id: "deadLetters",
      summary: "What could not be written",
      answer: json("Letters.", z.object({ letters: z.array(z.looseObject({})) })),
    }),
  },
  "/admin/api/dead-letters/replay": {
    post: admin({
      id: "replayDeadLetters",
      summary: "Write them again",
      answer: json("How it went.", z.object({ replayed: z.int(), left: z.int() })),
    }),
  },
};
