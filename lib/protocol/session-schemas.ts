// Messages every game shares: coming in, going, staying in sync. Exact schemas: an unknown field is refused by name.
import { z } from "zod";
import { actionIdCharsMax, feedbackUnitsMax, tickMsMax, tickMsMin } from "./limits.ts";
import { lobbyCodeShape } from "./lobby-code.ts";

export const gameIdSchema = z
  .string()
  .max(16)
  .meta({ description: "Lobby code, in any case: 3 to 8 letters and digits without I, O, 0 and 1." })
  .transform((code) => code.trim().toUpperCase())
  .pipe(z.string().regex(lobbyCodeShape));

export const actionIdSchema = z.string().min(1).max(actionIdCharsMax);

const updatesSchema = z.enum(["states", "changes"]);
const tokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const versionSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** `data` by message type. `create` keeps its settings raw: the chosen game checks them. */
export const sessionSchemas = {
  create: z.strictObject({
    game: z.string().max(32).optional(),
    name: z.string().max(1_000).nullish(),
    settings: z.record(z.string(), z.unknown()).optional(),
    updates: updatesSchema.optional(),
  }),
  join: z.strictObject({ gameId: gameIdSchema, updates: updatesSchema.optional(), v: versionSchema.optional() }),
  reconnect: z.strictObject({
    gameId: gameIdSchema,
    playerId: z.int().min(1).max(999).nullish(),
    host: z.boolean().optional(),
    token: tokenSchema,
    updates: updatesSchema.optional(),
    /** The last `v` this client has seen, to be told the events it missed. */
    v: versionSchema.optional(),
  }),
  leave: z.strictObject({}),
  sync: z.strictObject({ v: versionSchema.optional() }),
  subscribeTicks: z.strictObject({ intervalMs: z.union([z.literal(0), z.int().min(tickMsMin).max(tickMsMax)]) }),
  ping: z.strictObject({ t: z.number().optional() }),
  feedback: z.strictObject({
    text: z.string().min(1).max(feedbackUnitsMax),
  }),
} as const;

export type SessionType = keyof typeof sessionSchemas;
export type SessionData<T extends SessionType> = z.output<(typeof sessionSchemas)[T]>;
export type SessionMessage = { [T in SessionType]: { readonly type: T; readonly data: SessionData<T> } }[SessionType];
