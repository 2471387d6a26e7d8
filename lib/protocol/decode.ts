// Text from a socket -> a message, or the reason why it is none. Total: a bad message is a value, never a throw.
// Depth and size are counted before anything is parsed or built.
import type { z } from "zod";
import type { Refusal } from "../game/refusals.ts";
import { actionIdCharsMax, jsonCommasMax, jsonDepthMax, jsonKeysMax } from "./limits.ts";

/** `{"type", "data"?, "id"?}` with nothing else in it. */
export interface Envelope {
  readonly type: string;
  readonly data: unknown;
  readonly id: string | null;
  /** Its place among the messages of its connection: with the connection's trace id it names the message in the log. */
  readonly n: number;
}

export type Decoded<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false; readonly id: string | null } & Refusal);

/** Longest path of a field that is told back. */
const fieldCharsMax = 128;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const colon = 0x3a;
const comma = 0x2c;

/** True when the text nests deeper, or has more keys or longer lists, than any message does. One pass, no allocation; strings are skipped. */
export function isOverbuilt(text: string): boolean {
  let depth = 0;
  let keys = 0;
  let commas = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === quote) {
      for (i += 1; i < text.length; i += 1) {
        const inside = text.charCodeAt(i);
        if (inside === backslash) i += 1;
        else if (inside === quote) break;
      }
    } else if (c === openBrace || c === openBracket) {
      depth += 1;
      if (depth > jsonDepthMax) return true;
    } else if (c === closeBrace || c === closeBracket) {
      depth -= 1;
    } else if (c === colon) {
      keys += 1;
      if (keys > jsonKeysMax) return true;
    } else if (c === comma) {
      commas += 1;
      if (commas > jsonCommasMax) return true;
    }
  }
  return false;
}

function bad(id: string | null, field: string): Decoded<never> {
  return { ok: false, id, code: "bad-message", field };
}

/** Reads the outer form of a message. `field` of a refusal is the path of what is wrong ("" for the whole). */
export function decodeEnvelope(text: string, n = 0): Decoded<Envelope> {
  if (isOverbuilt(text)) return bad(null, "");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return bad(null, "");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return bad(null, "");
  const message = parsed as Record<string, unknown>;
  let id: string | null = null;
  if (message["id"] !== undefined) {
    const given = message["id"];
    if (typeof given !== "string" || given.length === 0 || given.length > actionIdCharsMax || !given.isWellFormed()) return bad(null, "id");
    id = given;
  }
  const { type } = message;
  if (typeof type !== "string") return bad(id, "type");
  for (const key in message) if (key !== "type" && key !== "data" && key !== "id") return bad(id, key.slice(0, fieldCharsMax));
  const { data = {} } = message;
  return { ok: true, value: { type, data, id, n } };
}

/** Path of the first key `__proto__`, or null. Schemas of records pass over it, and nothing is to be ignored in silence. */
function hiddenKey(value: unknown, path: string): string | null {
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inside] of Object.entries(value)) {
    const at = `${path}.${key}`;
    const found = key === "__proto__" ? at : hiddenKey(inside, at);
    if (found !== null) return found;
  }
  return null;
}

/** Checks `data` against its exact schema. `field` is the path of the first thing wrong. */
export function decodeData<T>(schema: z.ZodType<T>, data: unknown, id: string | null): Decoded<T> {
  const result = schema.safeParse(data);
  const hidden = result.success ? hiddenKey(data, "data") : null;
  if (hidden !== null) return bad(id, hidden.slice(0, fieldCharsMax));
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map(String);
  if (issue?.code === "unrecognized_keys") path.push(String(issue.keys[0]));
  return bad(id, ["data", ...path].join(".").slice(0, fieldCharsMax));
}
