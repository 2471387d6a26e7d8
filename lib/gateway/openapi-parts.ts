// What the OpenAPI document is put together from: shapes of answers, and how an operation is described.
import { z } from "zod";
import type { ZodOpenApiOperationObject } from "zod-openapi";
import { refusals } from "../game/refusals.ts";
import { auditEvents } from "../ops/audit-record.ts";
import { levels } from "../ops/health.ts";

export const time = z.int().meta({ description: "ms since 1970, server time" });
export const code = z.string().meta({ description: "Lobby code, in any case.", example: "K7MWPX" });
export const path = z.object({ code });
export const version = z.int().meta({ description: "Number of the newest change." });
export const status = z.enum(["waiting", "running", "paused", "finished"]);

export const refusal = z
  .object({
    code: z.enum(Object.keys(refusals) as [keyof typeof refusals]),
    message: z.string(),
    retry: z.boolean().meta({ description: "Trying again later may help." }),
    retryAfterMs: z.int().optional(),
    traceId: z.string().optional().meta({ description: "Names the request in the server's log." }),
  })
  .meta({ id: "Refusal" });
export const adminRefusal = z.object({ code: z.string(), message: z.string() }).meta({ id: "AdminRefusal" });

export const part = z
  .object({
    level: z.enum(levels as [(typeof levels)[number]]),
    problem: z.string().nullable(),
    ready: z.boolean(),
    facts: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: "HealthPart" });
export const health = z
  .object({
    status: z.enum(levels as [(typeof levels)[number]]),
    ready: z.boolean(),
    problems: z.array(z.string()),
    parts: z.record(z.string(), part),
  })
  .meta({ id: "Health" });
export const game = z
  .looseObject({
    id: code,
    name: z.string(),
    status,
    v: version,
    serverTime: time,
    viewers: z.int(),
    players: z.array(z.looseObject({ id: z.int(), name: z.string() })).optional(),
  })
  .meta({ id: "GameView", description: "What every spectator sees. Times in it are true at `serverTime`." });
const kind = z.string().meta({ description: "Which game is played there: `clock`, or what `create` names in `game`." });
export const listed = z
  .object({ id: code, game: kind, name: z.string(), status, seats: z.int(), seatsFree: z.int() })
  .meta({ id: "ListedGame" });
const earlier = time.optional().meta({ description: "When it happened, if that was before the change." });
export const change = z
  .object({
    v: version,
    at: time,
    by: z.int().nullable(),
    command: z.string(),
    fromAt: time.optional().meta({ description: "Of an outage: since when nobody lived. Clocks ran until then." }),
    events: z.array(z.object({ type: z.string(), data: z.looseObject({}), at: earlier })),
  })
  .meta({ id: "LoggedChange" });
export const stored = z.looseObject({ gameId: code, v: version, updatedAt: time, createdAt: time }).meta({ id: "StoredGame" });
export const audit = z
  .object({
    n: z.int(),
    at: time,
    event: z.enum(auditEvents),
    actor: z.string(),
    detail: z.record(z.string(), z.unknown()),
    prev: z.string(),
    hash: z.string(),
  })
  .meta({ id: "AuditRecord" });
export const next = z.string().nullable().meta({ description: "Pass it as `cursor` to get the next page." });

export const json = (description: string, schema: z.ZodType) => ({ description, content: { "application/json": { schema } } });
export const refused = (description: string) => json(description, refusal);
/** Answered before it is known what was asked for, or by the operator's API itself. */
const refusedEither = (description: string) => json(description, z.union([refusal, adminRefusal]));
export const common = {
  "429": refused("Too many requests from this address; Retry-After says when to come back."),
  "500": refused("A bug; it has been reported, and `traceId` names the request in the log."),
  "503": refused("Not now; try again."),
};

export type Response = ZodOpenApiOperationObject["responses"][`${1 | 2 | 3 | 4 | 5}${string}`];

export interface Described {
  readonly id: string;
  readonly summary: string;
  readonly answer: Response;
  readonly more?: Partial<ZodOpenApiOperationObject>;
  readonly responses?: ZodOpenApiOperationObject["responses"];
}

export function open({ id, summary, answer, more, responses }: Described, tag: string): ZodOpenApiOperationObject {
  return { operationId: id, summary, tags: [tag], security: [], ...more, responses: { "200": answer, ...responses } };
}

const bodyRefused = {
  "413": refusedEither("The body is too large."),
  "415": json("The body's encoding or character set is not known here.", adminRefusal),
};

export function admin({ id, summary, answer, more, responses }: Described, status: "200" | "202" = "200"): ZodOpenApiOperationObject {
  const denied = {
    "401": json("The token is missing or wrong.", adminRefusal),
    "404": json("No ADMIN_TOKEN is set, or there is no such thing.", adminRefusal),
    "429": refusedEither("Too many requests or wrong tokens from this address; Retry-After says when to come back."),
    "500": json("A bug; the log says more.", adminRefusal),
    "503": json("The store does not answer; try again.", adminRefusal),
    ...(more?.requestBody === undefined ? {} : bodyRefused),
  };
  return {
    operationId: id,
    summary,
    tags: ["admin"],
    security: [{ adminToken: [] }],
    ...more,
    responses: { [status]: answer, ...denied, ...responses },
  };
}

export const text = (type: string, description: string) => ({ description, content: { [type]: { schema: { type: "string" as const } } } });
export const noGame = {
  "400": refused("The address cannot be read."),
  "404": refused("There is no such game."),
  "410": refused("The game's record is damaged, or a change in its log that this needs."),
  "501": refused("This instance does not host this kind of game; another version of it does."),
  ...common,
};
