// What the text of each setting may be, and the value it becomes. It reads no environment: config.ts does, and names the variable that is wrong.
import { isIP } from "node:net";
import { z } from "zod";
import { originText, parsedOrigin } from "./origin-text.ts";
import type { SettingName } from "./variables.ts";

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export function wholeNumber(min: number, max: number) {
  const what = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^(0|[1-9][0-9]{0,15})$/, what)
    .transform(Number)
    .refine((value) => value >= min && value <= max, what);
}

function list<Item extends z.ZodType<string, string>>(item: Item) {
  return z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .transform((parts) => parts.filter((part) => part !== ""))
    .pipe(z.array(item));
}

/** A URL of one of these schemes that names a host, or null. */
function urlOf(text: string, schemes: readonly string[]): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && schemes.includes(url.protocol) && url.hostname !== "" ? url : null;
}

/** As the Redis client can read it: what it cannot it would tell without naming the variable. */
function isRedisNode(text: string): boolean {
  const url = urlOf(text, ["redis:", "rediss:"]);
  if (url === null || !/^(\/[0-9]{0,5})?$/.test(url.pathname)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}

const redisNodes = (text: string): readonly string[] => text.split(",").map((part) => part.trim());
const namesNoDatabase = (node: string): boolean => /^\/?0?$/.test(new URL(node).pathname);

/** One node or, with commas between, those of a cluster, which has no databases to choose from. The text stays as it was. */
const redisUrl = z
  .string()
  .refine((text) => redisNodes(text).every(isRedisNode), {
    error:
      "must be a URL that begins with redis:// or rediss://, with % in its password as %25 and after the host only the number of a database, or several with commas between",
    // What is no URL cannot be asked for its database.
    abort: true,
  })
  .refine(
    (text) => !text.includes(",") || redisNodes(text).every(namesNoDatabase),
    "must not name a database when it names several nodes: a cluster has only one",
  );

/** A Sentry address: with a key and the number of a project. */
function isDsn(text: string): boolean {
  const url = urlOf(text, ["http:", "https:"]);
  return url !== null && url.username !== "" && /\/[0-9]+$/.test(url.pathname);
}

function isOrigin(text: string): boolean {
  const plain = text.replace("://*.", "://");
  const origin = parsedOrigin(plain);
  return origin !== null && originText(origin) === plain && !plain.includes("*");
}

/** As far as it shows without asking anybody: 300.1.1.1 is neither an address nor a name, and a port does not belong here. */
const isHost = (text: string): boolean => (text.includes(":") ? isIP(text) === 6 : URL.canParse(`http://${text}`));

/** A range of every address is none: the edge does not take it, as then any client could name another address as its own. */
function isProxy(text: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return true;
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= (family === 4 ? 32 : 128));
}

export const instanceIdCharsMax = 64;
const token = z.string().regex(/^[\x21-\x7e]{16,512}$/, "must be 16 to 512 visible ASCII characters");
const port = wholeNumber(0, 65_535);
const name = (pattern: RegExp, what: string) => z.string().regex(pattern, what);

/** One schema per setting; its input is the variable's text, never empty. */
export const settingSchemas = {
  environment: z.enum(["production", "development", "test"], "must be production, development or test"),
  port,
  host: name(/^[A-Za-z0-9.:_-]{1,255}$/, "must be an address or a host name").refine(isHost, "must be an address or a host name"),
  dataDir: z.string().refine((path) => !path.includes("\0") && path.trim() !== "", "must be a path"),
  redisUrl,
  workers: wholeNumber(1, 64),
  allowedOrigins: list(z.string().refine(isOrigin, "must be origins such as https://play.example or https://*.example.org")),
  allowMissingOrigin: z.enum(["true", "false"], "must be true or false").transform((word) => word === "true"),
  trustedProxies: list(z.string().refine(isProxy, "must be addresses, CIDR ranges but not /0, loopback, linklocal or uniquelocal")),
  clientAddressHeader: name(/^[A-Za-z0-9-]{1,64}$/, "must be a header's name").transform((header) => header.toLowerCase()),
  adminToken: token,
  metricsToken: token,
  metricsPort: port,
  sentryDsn: z.string().refine(isDsn, "must be a URL that begins with http:// or https://, with a key and the number of a project"),
  logLevel: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`),
  logSampleEvery: wholeNumber(1, 1_000_000),
  instanceId: name(
    new RegExp(`^[A-Za-z0-9._-]{1,${instanceIdCharsMax}}$`),
    `must be 1 to ${instanceIdCharsMax} letters, digits, dots, dashes or underscores`,
  ),
  release: name(/^[A-Za-z0-9._+@-]{1,100}$/, "must be up to 100 letters, digits or . _ - + @"),
} as const satisfies Record<SettingName, z.ZodType>;
