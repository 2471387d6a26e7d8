// Takes secrets out of text that leaves the program: log lines and error reports. Must never throw.

const longestText = 4000;
/** No secret is longer. */
const longestSecret = 512;

const patterns: readonly (readonly [RegExp, string])[] = [
  // user:password@ in URLs, which is how Redis and Sentry carry theirs
  [/([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@]{1,400}@/gi, "$1[redacted]@"],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, "$1 [redacted]"],
  [/\b(token|password|secret|authorization|cookie|api[_-]?key)(["']?\s*[=:]\s*["']?)[^\s"',;&}]{1,400}/gi, "$1$2[redacted]"],
  // what JSON.parse quotes of the text it could not read
  [/\b(Unexpected token )[\s\S]{1,200}?( is not valid JSON)/g, "$1[redacted]$2"],
  // seat tokens: 32 bytes in base64url or hex
  [/(?<![\w-])(?:[A-Za-z0-9_-]{43}|[0-9a-fA-F]{64})(?![\w-])/g, "[redacted]"],
];

/** Without its last word, or as much of that as a secret may be long: half a secret looks like none. */
const withoutEnd = (text: string): string => `${text.slice(0, -longestSecret)}${text.slice(-longestSecret).replace(/\S+$/, "")}...`;

/** The text without anything that looks like a secret, and at most 4,000 characters of it. */
export function scrubText(text: string): string {
  let clean = text.slice(0, longestText);
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  // Cut last: what is whole before it is known by its shape, wherever the end falls.
  return text.length > longestText ? withoutEnd(clean) : clean;
}

/** Keys whose values are never written, at whatever depth. */
export const secretKeys: ReadonlySet<string> = new Set([
  "token",
  "tokenHash",
  "adminToken",
  "metricsToken",
  "redisUrl",
  "sentryDsn",
  "authorization",
  "cookie",
  "password",
  "secret",
  "payload",
  "frame",
  "name",
  "text",
]);

const deepest = 6;
const mostEntries = 100;

/** A copy fit to leave: secret keys replaced, strings scrubbed, depth and width bounded. */
export function scrubValue(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return scrubText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= deepest) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((item) => scrubValue(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value).slice(0, mostEntries)) {
    copy[key] = secretKeys.has(key) ? "[redacted]" : scrubValue(inner, depth + 1);
  }
  return copy;
}
