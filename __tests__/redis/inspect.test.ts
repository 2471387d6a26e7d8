// What the start gate makes of what Redis says of itself: also of versions, settings and clusters that this machine does not have.
import { ReplyError } from "ioredis";
import { expect, test } from "vitest";
import { inspectRedis } from "../../lib/store/redis-gate.ts";
import type { RedisLink } from "../../lib/store/redis-link.ts";
import { StoreFault } from "../../lib/store/store.ts";

interface Said {
  /** What INFO says; null for what it leaves out. */
  readonly info?: Readonly<Record<string, string | null>>;
  /** What CONFIG GET says; this user may not ask when it is left out. */
  readonly config?: Readonly<Record<string, string>>;
}

const well = { redis_version: "7.0.15", maxmemory_policy: "noeviction", aof_enabled: "0" };

/** What the link makes of an error that Redis answers with. */
function saidNo(message: string): StoreFault {
  return new StoreFault("unknown", `Redis gave no clear answer: ${message}`, { cause: new ReplyError(message) });
}

/** `nodes`: one server, or those of a cluster. */
function inspect(...nodes: readonly Said[]) {
  const asked = nodes.map(({ info, config }) => {
    const lines = Object.entries({ ...well, ...info }).filter(([, value]) => value !== null);
    return {
      options: {},
      info: async () => ["# Server", ...lines.map(([name, value]) => `${name}:${value}`), ""].join("\r\n"),
      async config(_: "GET", name: string) {
        if (config === undefined) throw saidNo("NOPERM this user has no permissions to run the 'config|get' command");
        return config[name] === undefined ? [] : [name, config[name]];
      },
    };
  });
  return inspectRedis({ nodes: () => asked, problem: null, call: (send: () => unknown) => send() } as unknown as RedisLink);
}

test.each([
  ["6.2.0", false],
  ["6.10.1", false],
  ["7.0.0", true],
  ["10.1.0", true],
])("Redis %s is taken; it has sharded channels: %s", async (redis_version, sharded) => {
  expect(await inspect({ info: { redis_version } })).toMatchObject({ version: redis_version, sharded });
});

test.each([
  ["6.1.9", "6.1.9"],
  ["5.9.0", "5.9.0"],
  ["of unknown version", null],
])("Redis %s is refused as too old", async (told, redis_version) => {
  await expect(inspect({ info: { redis_version } })).rejects.toThrow(`Redis ${told} is too old: 6.2 or later is needed.`);
});

const unsaid = "Redis does not say what it does when memory is short; it must be noeviction.";

test("what Redis does when memory is short is asked for where INFO leaves it out, and warned of where nobody may ask", async () => {
  const info = { maxmemory_policy: null, aof_enabled: "1" };
  const always = { appendfsync: "always" };
  await expect(inspect({ info, config: { ...always, "maxmemory-policy": "volatile-lru" } })).rejects.toThrow(/volatile-lru.*noeviction/);
  expect((await inspect({ info, config: { ...always, "maxmemory-policy": "noeviction" } })).warnings).toEqual([]);
  expect((await inspect({ info, config: always })).warnings).toEqual([unsaid]);
});

test.each([
  ["redis-memory", "0", "always", /keeps no append-only file/],
  ["redis-memory", "1", "no", /never syncs/],
  ["redis-aof-everysec", "1", "everysec", null],
  ["redis-aof-always", "1", "always", null],
] as const)("%s is promised with aof_enabled %s and appendfsync %s", async (tier, aof_enabled, appendfsync, warning) => {
  const facts = await inspect({ info: { aof_enabled }, config: { appendfsync } });
  expect(facts.tier).toBe(tier);
  expect(facts.warnings).toEqual(warning === null ? [] : [expect.stringMatching(warning)]);
});

test("how the append-only file is synced is taken for once a second where nobody may ask, and that is said", async () => {
  const info = { aof_enabled: "1", maxmemory_policy: null };
  const warnings = [unsaid, "Redis does not say how it syncs its append-only file; taken for once a second."];
  expect(await inspect({ info })).toEqual({ tier: "redis-aof-everysec", warnings, version: "7.0.15", sharded: true });
});

test("a Redis that falls silent while it is asked is not taken for one that does not say: the start asks it again", async () => {
  const silence = new StoreFault("unknown", "Redis gave no answer in time.");
  const link = {
    problem: null as string | null,
    nodes: () => [
      { options: {}, info: async () => "redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\naof_enabled:1", config: fallSilent },
    ],
    call: (send: () => unknown) => send(),
  };
  async function fallSilent() {
    link.problem = "Redis does not answer.";
    throw silence;
  }
  await expect(inspectRedis(link as unknown as RedisLink)).rejects.toBe(silence);
});

const infoWell = "redis_version:7.0.15\r\nmaxmemory_policy:noeviction";

const notToldByRedis = [
  new StoreFault("unknown", "Redis gave no clear answer: Connection is closed.", { cause: new Error("Connection is closed.") }),
  new StoreFault("unknown", "Redis gave no answer in time."),
  new StoreFault("busy", "Too many requests to Redis are under way."),
  new StoreFault("busy", "BUSY Redis is busy running a script.", { cause: new ReplyError("BUSY Redis is busy running a script.") }),
];

test.each(notToldByRedis)("a database is refused when Redis says so, and not because of: $message", async (fault) => {
  const link = (error: Error) => ({
    problem: null,
    nodes: () => [{ options: { db: 1 }, select: () => Promise.reject(error), info: async () => infoWell }],
    call: (send: () => unknown) => send(),
  });
  await expect(inspectRedis(link(fault) as unknown as RedisLink)).rejects.toBe(fault);
  const outOfRange = link(saidNo("ERR DB index is out of range"));
  await expect(inspectRedis(outOfRange as unknown as RedisLink)).rejects.toThrow(/^Database 1.*REDIS_URL.*out of range/);
});

test.each(notToldByRedis)(
  "a setting is taken for one that nobody may ask for when Redis says so, and not because of: $message",
  async (fault) => {
    const link = {
      problem: null,
      nodes: () => [
        {
          options: {},
          info: async () => "redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\naof_enabled:1",
          config: () => Promise.reject(fault),
        },
      ],
      call: (send: () => unknown) => send(),
    };
    await expect(inspectRedis(link as unknown as RedisLink)).rejects.toBe(fault);
  },
);

test("a cluster promises what its weakest node does, and has sharded channels when all have; what several warn of is said once", async () => {
  const synced = (appendfsync: string, redis_version = "7.2.0"): Said => ({
    info: { aof_enabled: "1", redis_version },
    config: { appendfsync },
  });
  expect(await inspect(synced("always"), synced("everysec"), synced("always"))).toEqual({
    ...{ tier: "redis-aof-everysec", warnings: [], version: "7.2.0", sharded: true },
  });
  expect(await inspect(synced("always"), synced("no"), synced("no"), synced("everysec", "6.2.0"))).toMatchObject({
    ...{ tier: "redis-memory", warnings: [expect.stringMatching(/never syncs/)], sharded: false },
  });
  await expect(inspect(synced("always"), { info: { maxmemory_policy: "allkeys-random" } })).rejects.toThrow(/allkeys-random/);
  await expect(inspect()).rejects.toThrow("The cluster has no node that holds keys.");
});
