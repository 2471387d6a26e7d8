// The start gate of a server on Redis: is this Redis one that can keep what is promised? It names the promise and refuses the rest.
import { type Redis, ReplyError } from "ioredis";
import type { Ambient } from "../ops/ambient.ts";
import type { RedisLink } from "./redis-link.ts";
import { oneLine } from "./sqlite-disk.ts";
import { StoreFault } from "./store.ts";

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

export interface RedisSeen {
  readonly facts: RedisFacts;
  /** One line for the operator where no server could start on it. */
  readonly refusal: string | null;
}

/** The server cannot start on this Redis; the message is one line for the operator. */
export class RedisRefused extends Error {
  override readonly name = "RedisRefused";
}

const versionMin = [6, 2] as const;
const lookMs = 25;

function infoOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\r\n").map((line) => line.split(":", 2));
  return new Map(lines.map(([name = "", value = ""]) => [name, value]));
}

/** Connects, and keeps trying for a while: Redis may start a moment later than we do. */
export async function reachRedis(link: RedisLink, ambient: Ambient, withinMs: number): Promise<void> {
  const until = ambient.monotonicMs() + withinMs;
  link.connect().catch(() => {});
  while (link.problem !== null) {
    if (ambient.monotonicMs() > until) throw new RedisRefused(`${link.problem} It was tried for ${withinMs} ms.`);
    await new Promise<void>((resolve) => void ambient.after(lookMs, resolve));
  }
}

interface Asking {
  readonly link: RedisLink;
  readonly ambient: Ambient;
  /** Monotonic, ms. */
  readonly until: number;
}

/** Asks again while Redis falls silent: one that can be reached may still be slow, as its disk is when all instances start at once. */
export async function answered<T>(ask: () => Promise<T>, { link, ambient, until }: Asking): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (link.problem === null || ambient.monotonicMs() > until) throw error;
    await reachRedis(link, ambient, Math.round(until - ambient.monotonicMs()));
    return answered(ask, { link, ambient, until });
  }
}

/** Whether Redis itself said no, for good: not that it is away, or has no time now. */
function saidNo(error: unknown): boolean {
  return error instanceof StoreFault && error.kind !== "busy" && error.cause instanceof ReplyError;
}

/** One configuration value of a node; null when this user may not ask for it. */
async function configValue(link: RedisLink, node: Redis, name: string): Promise<string | null> {
  try {
    const [, value] = (await link.call(() => node.config("GET", name))) as string[];
    return value ?? null;
  } catch (error) {
    if (!saidNo(error)) throw error;
    return null;
  }
}

/** From the weakest promise to the strongest. */
const tiers: readonly RedisTier[] = ["redis-memory", "redis-aof-everysec", "redis-aof-always"];

/** Asks Redis what it is. Throws RedisRefused when it has not the database, is too old or may forget games to make room. */
export async function inspectRedis(link: RedisLink): Promise<RedisFacts> {
  const { facts, refusal } = await lookAtRedis(link);
  if (refusal !== null) throw new RedisRefused(refusal);
  return facts;
}

/** Asks Redis, every node of a cluster, what it is, be it one on which no server could start. */
export async function lookAtRedis(link: RedisLink): Promise<RedisSeen> {
  const seen = await Promise.all(link.nodes().map((node) => lookAtNode(link, node)));
  const nodes = seen.map(({ facts }) => facts);
  const [first] = nodes;
  if (first === undefined) throw new RedisRefused("The cluster has no node that holds keys.");
  // What an acknowledgement promises is what the weakest node does.
  const tier = tiers.find((weak) => nodes.some((node) => node.tier === weak)) ?? first.tier;
  const warnings = new Set(nodes.flatMap((node) => node.warnings));
  const facts = { version: first.version, sharded: nodes.every((node) => node.sharded), tier, warnings: [...warnings] };
  return { facts, refusal: seen.find((node) => node.refusal !== null)?.refusal ?? null };
}

/** The client goes on in the first database where it cannot have the one it was told: among games of others, perhaps. */
async function refusedDatabase(link: RedisLink, node: Redis): Promise<string | null> {
  const { db = 0 } = node.options;
  if (db === 0) return null;
  try {
    await link.call(() => node.select(db));
    return null;
  } catch (error) {
    if (!saidNo(error)) throw error;
    return `Database ${db}, which REDIS_URL names, cannot be used: ${oneLine(error)}`;
  }
}

function refusedVersion(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isKnown = major > versionMin[0] || (major === versionMin[0] && minor >= versionMin[1]);
  return isKnown ? null : `Redis ${version || "of unknown version"} is too old: ${versionMin.join(".")} or later is needed.`;
}

function refusedPolicy(policy: string | null): string | null {
  if (policy === null || policy === "noeviction") return null;
  return `Redis is set to forget keys when memory is short (maxmemory-policy ${policy}): set it to noeviction.`;
}

async function lookAtNode(link: RedisLink, node: Redis): Promise<RedisSeen> {
  const database = await refusedDatabase(link, node);
  const info = infoOf(await link.call(() => node.info()));
  const version = info.get("redis_version") ?? "";
  const policy = info.get("maxmemory_policy") ?? (await configValue(link, node, "maxmemory-policy"));
  const unsaid = policy === null ? ["Redis does not say what it does when memory is short; it must be noeviction."] : [];
  const sync = info.get("aof_enabled") === "1" ? ((await configValue(link, node, "appendfsync")) ?? "unsaid") : null;
  const [tier, warning] = promiseOf(sync);
  return {
    facts: { tier, warnings: warning === null ? unsaid : [...unsaid, warning], version, sharded: Number.parseInt(version, 10) >= 7 },
    refusal: database ?? refusedVersion(version) ?? refusedPolicy(policy),
  };
}

/** `appendfsync`: how the append-only file is synced; null when there is none. */
function promiseOf(appendfsync: string | null): readonly [RedisTier, string | null] {
  switch (appendfsync) {
    case null:
      return ["redis-memory", "Redis keeps no append-only file: when it stops, the newest changes are lost."];
    case "always":
      return ["redis-aof-always", null];
    case "everysec":
      return ["redis-aof-everysec", null];
    case "no":
      return ["redis-memory", "Redis never syncs its append-only file (appendfsync no)."];
    default:
      return ["redis-aof-everysec", "Redis does not say how it syncs its append-only file; taken for once a second."];
  }
}
