// The start gate of a server on Redis: is this Redis one that can keep what is promised? It names the promise and refuses the rest.
import type { RedisLink } from "./redis-link.ts";

/** What an acknowledgement survives: a crash of Redis, all but the last second before one, or nothing. */
export type RedisTier = "redis-aof-always" | "redis-aof-everysec" | "redis-memory";

export interface RedisFacts {
  readonly tier: RedisTier;
  readonly version: string;
  /** Sharded pub/sub (7.0 and later): announcements stay on the node that owns the game. */
  readonly sharded: boolean;
  /** Plain sentences for the log. */
  readonly warnings: readonly string[];
}

/** The server cannot start on this Redis; the message is one line for the operator. */
export class RedisRefused extends Error {
  override readonly name = "RedisRefused";
}

const versionMin = [6, 2] as const;

function infoOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\r\n").map((line) => line.split(":", 2));
  return new Map(lines.map(([name = "", value = ""]) => [name, value]));
}

/** One configuration value; null when this user may not ask for it. */
async function configValue(link: RedisLink, name: string): Promise<string | null> {
  try {
    const [, value] = (await link.call((redis) => redis.config("GET", name))) as string[];
    return value ?? null;
  } catch {
    return null;
  }
}

/** Asks Redis what it is. Throws RedisRefused when it is too old or may forget games to make room. */
export async function inspectRedis(link: RedisLink): Promise<RedisFacts> {
  const info = infoOf(await link.call((redis) => redis.info()));
  const version = info.get("redis_version") ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < versionMin[0] || (major === versionMin[0] && minor < versionMin[1])) {
    throw new RedisRefused(`Redis ${version || "of unknown version"} is too old: ${versionMin.join(".")} or later is needed.`);
  }
  const policy = info.get("maxmemory_policy") ?? (await configValue(link, "maxmemory-policy"));
  if (policy !== null && policy !== "noeviction") {
    throw new RedisRefused(`Redis is set to forget keys when memory is short (maxmemory-policy ${policy}): set it to noeviction.`);
  }
  const warnings = policy === null ? ["Redis does not say what it does when memory is short; it must be noeviction."] : [];
  return { ...(await tierOf(link, info, warnings)), version, sharded: major >= 7 };
}

async function tierOf(
  link: RedisLink,
  info: ReadonlyMap<string, string>,
  warnings: readonly string[],
): Promise<Pick<RedisFacts, "tier" | "warnings">> {
  if (info.get("aof_enabled") !== "1") {
    return {
      tier: "redis-memory",
      warnings: [...warnings, "Redis keeps no append-only file: when it stops, the newest changes are lost."],
    };
  }
  const sync = await configValue(link, "appendfsync");
  if (sync === "always") return { tier: "redis-aof-always", warnings };
  if (sync === "everysec") return { tier: "redis-aof-everysec", warnings };
  if (sync === "no") return { tier: "redis-memory", warnings: [...warnings, "Redis never syncs its append-only file (appendfsync no)."] };
  return {
    tier: "redis-aof-everysec",
    warnings: [...warnings, "Redis does not say how it syncs its append-only file; taken for once a second."],
  };
}
