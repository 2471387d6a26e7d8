// Correlation: one id per connection or request, taken from a W3C `traceparent` header when it is valid, else drawn.
import type { Ambient } from "./ambient.ts";

export interface Trace {
  /** 32 hex digits; the correlation id in logs, error replies and reports. */
  readonly traceId: string;
  /** 16 hex digits of the caller's span; null when the id was drawn here. */
  readonly parentId: string | null;
}

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** What a header says, or null when it is not valid: version ff, zero ids, more fields than version 00 has. */
export function parseTraceparent(header: string | undefined): Trace | null {
  if (header === undefined || header.length > 512) return null;
  const match = shape.exec(header.trim());
  if (match === null) return null;
  const [, version, traceId = "", parentId = "", rest] = match;
  if (version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId };
}

export function traceOf(header: string | undefined, ambient: Pick<Ambient, "bytes">): Trace {
  return parseTraceparent(header) ?? { traceId: Buffer.from(ambient.bytes(16)).toString("hex"), parentId: null };
}
