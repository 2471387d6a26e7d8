// F45: the configuration is checked at start, whole, and told in one message. F35: secrets come from files and rotate.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, type Environment, readConfig, secretSource } from "../../lib/ops/config.ts";
import { limitVariables, settingVariables } from "../../lib/ops/variables.ts";
import { configurationPage, environmentExample } from "../../scripts/write-configuration.ts";

const root = resolve(import.meta.dirname, "../..");

function problemsOf(env: Environment, files: Record<string, string> = {}): readonly string[] {
  try {
    readConfig(env, (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return text;
    });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const token = "a-token-of-enough-length";

const sourceOf = (env: Environment, readText: () => string) => secretSource(env, readConfig(env, readText).secrets, readText);

/** What is wrong, the environment, and the variable that the one problem must name. */
const invalid: readonly (readonly [string, Environment, string])[] = [
  ["port is a word", { PORT: "http" }, "PORT"],
  ["port too high", { PORT: "65536" }, "PORT"],
  ["port negative", { PORT: "-1" }, "PORT"],
  ["port with a fraction", { PORT: "3000.5" }, "PORT"],
  ["port in scientific notation", { PORT: "3e3" }, "PORT"],
  ["port with a leading zero", { PORT: "0300" }, "PORT"],
  ["port with a space", { PORT: " 3000" }, "PORT"],
  ["host with a slash", { HOST: "127.0.0.1/8" }, "HOST"],
  ["host that is no address, though it looks like one", { HOST: "300.1.1.1" }, "HOST must be an address or a host name"],
  ["host with a port", { HOST: "localhost:3000" }, "HOST must be an address or a host name"],
  ["host that is half an IPv6 address", { HOST: "fe80:1" }, "HOST must be an address or a host name"],
  ["environment unknown", { NODE_ENV: "staging" }, "NODE_ENV"],
  ["data folder of spaces", { DATA_DIR: "  " }, "DATA_DIR"],
  ["no worker", { WORKERS: "0" }, "WORKERS"],
  ["workers without Redis", { WORKERS: "2" }, "WORKERS"],
  ["workers with a Redis URL that is not good", { WORKERS: "4", REDIS_URL: "localhost:6379" }, "REDIS_URL must be a URL"],
  ["workers with a Redis URL from a file that is not there", { WORKERS: "4", REDIS_URL_FILE: "/absent" }, "REDIS_URL_FILE names a file"],
  ["Redis URL of another kind", { REDIS_URL: "http://localhost:6379" }, "REDIS_URL"],
  ["Redis URL with a password that holds a bare %", { REDIS_URL: "redis://:50%zz@host" }, "REDIS_URL"],
  ["Redis URL with a database that is no number", { REDIS_URL: "redis://host/games" }, "REDIS_URL"],
  ["nodes of a Redis Cluster with a database", { REDIS_URL: "redis://one/2,redis://two" }, "REDIS_URL"],
  ["nodes of a Redis Cluster with a comma too many", { REDIS_URL: "redis://one,redis://two," }, "REDIS_URL"],
  ["nodes of a Redis Cluster, the second without a scheme", { REDIS_URL: "redis://one,two" }, "REDIS_URL"],
  ["Redis URL without a scheme", { REDIS_URL: "localhost:6379" }, "REDIS_URL"],
  ["origin without a scheme", { ALLOWED_ORIGINS: "play.example" }, "ALLOWED_ORIGINS"],
  ["origin with a path", { ALLOWED_ORIGINS: "https://play.example/game" }, "ALLOWED_ORIGINS"],
  ["origin with a star in the middle", { ALLOWED_ORIGINS: "https://play.*.example" }, "ALLOWED_ORIGINS"],
  ["origin that is everything below nothing", { ALLOWED_ORIGINS: "https://*." }, "ALLOWED_ORIGINS"],
  ["origin that is a star", { ALLOWED_ORIGINS: "*" }, "ALLOWED_ORIGINS"],
  ["origin longer than the edge reads", { ALLOWED_ORIGINS: `https://${"a.".repeat(160)}example` }, "ALLOWED_ORIGINS"],
  ["switch with yes", { ALLOW_MISSING_ORIGIN: "yes" }, "ALLOW_MISSING_ORIGIN"],
  ["proxy that is no address", { TRUSTED_PROXIES: "10.0.0.0/8,proxy" }, "TRUSTED_PROXIES"],
  ["proxy range too wide", { TRUSTED_PROXIES: "10.0.0.0/33" }, "TRUSTED_PROXIES"],
  ["proxy range of every address", { TRUSTED_PROXIES: "loopback,0.0.0.0/0" }, "TRUSTED_PROXIES"],
  [
    "header with a proxy that is no address",
    { TRUSTED_PROXIES: "proxy", CLIENT_ADDRESS_HEADER: "fly-client-ip" },
    "TRUSTED_PROXIES must be",
  ],
  ["header that is no name", { TRUSTED_PROXIES: "loopback", CLIENT_ADDRESS_HEADER: "client address" }, "CLIENT_ADDRESS_HEADER"],
  ["header that nobody is trusted to set", { CLIENT_ADDRESS_HEADER: "fly-client-ip" }, "CLIENT_ADDRESS_HEADER"],
  ["admin token too short", { ADMIN_TOKEN: "secret" }, "ADMIN_TOKEN"],
  ["metrics token with spaces", { METRICS_TOKEN: "a token with spaces in it" }, "METRICS_TOKEN"],
  ["one token for both", { ADMIN_TOKEN: token, METRICS_TOKEN: token }, "ADMIN_TOKEN"],
  ["metrics on the game's port", { PORT: "3000", METRICS_PORT: "3000" }, "METRICS_PORT"],
  ["Sentry DSN without a key", { SENTRY_DSN: "https://sentry.example/1" }, "SENTRY_DSN"],
  ["Sentry DSN without a project", { SENTRY_DSN: "https://key@sentry.example/" }, "SENTRY_DSN"],
  ["log level unknown", { LOG_LEVEL: "verbose" }, "LOG_LEVEL"],
  ["log sampling of nothing", { LOG_SAMPLE_EVERY: "0" }, "LOG_SAMPLE_EVERY"],
  ["instance name with a slash", { INSTANCE_ID: "a/b" }, "INSTANCE_ID"],
  [
    "instance name without room for the workers' numbers",
    { WORKERS: "10", REDIS_URL: "redis://r", INSTANCE_ID: "i".repeat(61) },
    "INSTANCE_ID",
  ],
  ["release with a space", { RELEASE: "1.0 beta" }, "RELEASE"],
  ["secret twice", { ADMIN_TOKEN: token, ADMIN_TOKEN_FILE: "/token" }, "ADMIN_TOKEN_FILE"],
  ["secret file missing", { ADMIN_TOKEN_FILE: "/absent" }, "ADMIN_TOKEN_FILE"],
  ["secret file empty", { METRICS_TOKEN_FILE: "/empty" }, "METRICS_TOKEN_FILE"],
  ["limit too small", { LIMIT_FRAME_BYTES: "10" }, "LIMIT_FRAME_BYTES"],
  ["limit too large", { LIMIT_DRAIN_MS: "60000" }, "LIMIT_DRAIN_MS"],
  ["limit that does not exist", { LIMIT_FRAME_BYTE: "65536" }, "LIMIT_FRAME_BYTE"],
  ["batch larger than the queue", { LIMIT_STORE_QUEUE_CHANGES: "10", LIMIT_STORE_BATCH_CHANGES: "11" }, "LIMIT_STORE_BATCH_CHANGES"],
  [
    "a queue for Redis too short for the server's own looks",
    { REDIS_URL: "redis://r", LIMIT_STORE_QUEUE_CHANGES: "511" },
    "LIMIT_STORE_QUEUE_CHANGES",
  ],
  ["more per address than in all", { LIMIT_CONNECTIONS: "10", LIMIT_CONNECTIONS_PER_ADDRESS: "11" }, "LIMIT_CONNECTIONS_PER_ADDRESS"],
  ["time away, which is a rule and no limit", { LIMIT_AWAY_MS: "7200000" }, "LIMIT_AWAY_MS"],
  ["lobby code shorter than the wire takes", { LIMIT_GAME_ID_CHARS: "2" }, "LIMIT_GAME_ID_CHARS"],
  ["lobby code longer than the wire takes", { LIMIT_GAME_ID_CHARS: "9" }, "LIMIT_GAME_ID_CHARS"],
  ["finished games forgotten while seats are held", { LIMIT_RETENTION_FINISHED_MS: "60000" }, "LIMIT_RETENTION_FINISHED_MS"],
];

describe("F45 configuration", () => {
  test.for(invalid)("refused and named: %s", ([, env, variable]) => {
    const problems = problemsOf(env, { "/token": token, "/empty": "\n" });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(variable);
  });

  test("every problem is in one message, and no secret is", () => {
    const env = { PORT: "x", LOG_LEVEL: "loud", ADMIN_TOKEN: "hunter2", REDIS_URL: "redi://user:pa55@host", LIMIT_ROOMS: "1" };
    expect(problemsOf(env)).toHaveLength(5);
    const message = new ConfigError(problemsOf(env)).message;
    for (const variable of Object.keys(env)) expect(message).toContain(variable);
    expect(message).not.toContain("hunter2");
    expect(message).not.toContain("pa55");
  });

  test("a Sentry address that lacks its key or project is told that, not that it should begin with what it begins with", () => {
    for (const address of ["https://sentry.example/1", "https://key@sentry.example/"])
      expect(problemsOf({ SENTRY_DSN: address })).toEqual([
        "SENTRY_DSN must be a URL that begins with http:// or https://, with a key and the number of a project.",
      ]);
  });

  test("no setting at all is a good configuration, and so is the example file", () => {
    const plain = readConfig({});
    expect(plain).toMatchObject({ port: 3000, dataDir: "./data", workers: 1, environment: "development", allowMissingOrigin: true });
    const example = environmentExample()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split("=") as [string, string]);
    expect(readConfig(Object.fromEntries(example))).toEqual(plain);
  });

  test("a limit that was not set is lowered with the one it may be at most: runbooks lower LIMIT_CONNECTIONS alone", () => {
    const { limits } = readConfig({ LIMIT_CONNECTIONS: "10", LIMIT_OUTBOX_BYTES: "16384", LIMIT_STORE_QUEUE_CHANGES: "10" });
    expect([limits.connectionsPerAddressMax, limits.frameBytesMax, limits.storeBatchChangesMax]).toEqual([10, 16_384, 10]);
    expect(readConfig({ LIMIT_CONNECTIONS: "20000" }).limits.connectionsPerAddressMax).toBe(12_000);
  });

  test("a host is an address of either kind, or a name", () => {
    for (const HOST of ["127.0.0.1", "0.0.0.0", "::", "::1", "localhost", "my_host", "game-1.internal"])
      expect(readConfig({ HOST }).host).toBe(HOST);
  });

  test("the longest instance name is good for one process, and four characters less for ten workers", () => {
    expect(readConfig({ INSTANCE_ID: "i".repeat(64) }).instanceId).toHaveLength(64);
    expect(readConfig({ WORKERS: "10", REDIS_URL: "redis://r", INSTANCE_ID: "i".repeat(60) }).instanceId).toHaveLength(60);
  });

  test("one process needs no Redis, and with one a queue of 512 changes is enough", () => {
    expect(readConfig({ WORKERS: "1" }).workers).toBe(1);
    expect(readConfig({ REDIS_URL: "redis://r", LIMIT_STORE_QUEUE_CHANGES: "512" }).limits.storeQueueChangesMax).toBe(512);
  });

  test("production refuses a missing Origin unless told otherwise", () => {
    expect(readConfig({ NODE_ENV: "production" }).allowMissingOrigin).toBe(false);
    expect(readConfig({ NODE_ENV: "production", ALLOW_MISSING_ORIGIN: "true" }).allowMissingOrigin).toBe(true);
  });

  test("lists are trimmed and an empty variable counts as not set", () => {
    const env = {
      ALLOWED_ORIGINS: "https://a.example, https://*.b.example:8443",
      TRUSTED_PROXIES: "loopback,10.0.0.0/8, fd00::/8",
      PORT: "",
    };
    expect(readConfig(env)).toMatchObject({
      port: 3000,
      allowedOrigins: ["https://a.example", "https://*.b.example:8443"],
      trustedProxies: ["loopback", "10.0.0.0/8", "fd00::/8"],
    });
  });

  test("F35 a secret comes from a file, is rotated by reading again, and a bad rotation keeps the old one", () => {
    let text = `${token}-1\n`;
    const source = sourceOf({ ADMIN_TOKEN_FILE: "/token" }, () => text);
    expect(source.current().adminToken).toBe(`${token}-1`);
    text = `${token}-2`;
    expect(source.reload()).toEqual([]);
    expect(source.current().adminToken).toBe(`${token}-2`);
    text = "short";
    expect(source.reload()).toHaveLength(1);
    expect(source.current().adminToken).toBe(`${token}-2`);
  });

  test("a rotation that reads what is no URL among the nodes of a cluster is refused, and ends nothing", () => {
    let text = "redis://one,redis://two";
    const source = sourceOf({ REDIS_URL_FILE: "/redis" }, () => text);
    text = "redis://one,";
    expect(source.reload()).toEqual([expect.stringContaining("REDIS_URL")]);
  });

  test("a rotation to what a start would refuse is refused", () => {
    let text = `${token}-1`;
    const source = sourceOf({ ADMIN_TOKEN_FILE: "/token", METRICS_TOKEN: `${token}-2` }, () => text);
    text = `${token}-2`;
    expect(source.reload()).toEqual(["ADMIN_TOKEN and METRICS_TOKEN must differ."]);
    expect(source.current().adminToken).toBe(`${token}-1`);
  });

  test("every variable has a unit, a description and a default in range; no two share a name", () => {
    const all = [...Object.values(limitVariables), ...Object.values(settingVariables)];
    expect(new Set(all.map(({ variable }) => variable)).size).toBe(all.length);
    for (const { unit, about } of all) expect(unit !== "" && about.endsWith(".")).toBe(true);
    for (const { variable, initial, min, max } of Object.values(limitVariables))
      expect([variable, initial >= min && initial <= max]).toEqual([variable, true]);
  });

  test("L43 docs/configuration.md and .env.example are what `npm run docs:config` writes", () => {
    expect(readFileSync(join(root, "docs/configuration.md"), "utf8")).toBe(configurationPage());
    expect(readFileSync(join(root, ".env.example"), "utf8")).toBe(environmentExample());
  });
});
