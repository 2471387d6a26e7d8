// What the admin API takes, as schemas: the router checks with them and the OpenAPI document is made from them.
import { z } from "zod";
import { auditEvents } from "./audit-record.ts";
import { logLevels } from "./setting-schemas.ts";

const cursor = z.string().min(1).max(200).optional().meta({ description: "`next` of the page before." });
const pageSize = z.coerce.number().int().min(1).max(500).default(100).meta({ description: "Rows in the page." });

export const gameCode = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .transform((code) => code.toUpperCase())
  .meta({ description: "Lobby code, in any case.", example: "K7MWPX" });

export const pageQuery = z.strictObject({ cursor, limit: pageSize });
export const logQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).meta({ description: "Changes with a version above this." }),
  limit: pageSize,
});
export const auditQuery = z.strictObject({
  event: z.enum(auditEvents).optional().meta({ description: "Only records of this kind." }),
  before: z.coerce.number().int().min(1).optional().meta({ description: "Records with a number below this." }),
  limit: pageSize,
});
export const closeBody = z.strictObject({
  reason: z.string().trim().min(1).max(200).meta({ description: "Shown to the table and kept in the log." }),
});
export const levelBody = z.strictObject({ level: z.enum(logLevels).meta({ description: "Least severe line that is written." }) });
