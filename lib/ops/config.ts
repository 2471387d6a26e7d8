// Turns the environment into one checked, frozen Config, or into one error that names every problem at once.
// The server's only reader of environment variables and secret files.
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { instanceIdCharsMax, type LogLevel, settingSchemas, wholeNumber } from "./setting-schemas.ts";
import { type LimitName, limitVariables, type SettingName, settingVariables } from "./variables.ts";

/** Every limit of the shell by name, in the unit its name ends with. */
export type Limits = { readonly [Name in LimitName]: number };

export interface Secrets {
  readonly redisUrl: string | null;
  readonly adminToken: string | null;
  readonly metricsToken: string | null;
  readonly sentryDsn: string | null;
}

export interface Config {
  readonly environment: "production" | "development" | "test";
  readonly port: number;
  readonly host: string | null;
  readonly dataDir: string;
  readonly workers: number;
  readonly allowedOrigins: readonly string[];
  readonly allowMissingOrigin: boolean;
  readonly trustedProxies: readonly string[];
  /** In lower case, as Node names headers. */
  readonly clientAddressHeader: string | null;
  readonly metricsPort: number | null;
  readonly logLevel: LogLevel;
  readonly logSampleEvery: number;
  readonly instanceId: string | null;
  readonly release: string | null;
  /** As read at start. What may be rotated without a restart is asked from `secretSource`. */
  readonly secrets: Secrets;
  readonly limits: Limits;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a secret's file as text; throws when it cannot. */
export type ReadText = (path: string) => string;

/** The settings cannot be used. `problems` has one plain sentence each; the message holds them all. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((text) => `  - ${text}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const readSecretFile: ReadText = (path) => readFileSync(path, "utf8");

type Value<Name extends SettingName> = z.output<(typeof settingSchemas)[Name]>;

interface Reading {
  readonly env: Environment;
  readonly readText: ReadText;
  /** Where problems are added. */
  readonly problems: string[];
}

/** The text of a setting: from its variable, or for a secret from the file that NAME_FILE names. Empty counts as not set. */
function textOf(setting: SettingName, { env, readText, problems }: Reading): string {
  const { variable, secret, initial } = settingVariables[setting];
  const direct = env[variable] ?? "";
  const file = secret ? (env[`${variable}_FILE`] ?? "") : "";
  if (direct !== "" && file !== "") problems.push(`${variable} and ${variable}_FILE are both set: use one.`);
  if (direct !== "") return direct;
  if (file === "") return initial;
  try {
    const text = readText(file).trim();
    if (text === "") problems.push(`${variable}_FILE names an empty file.`);
    return text;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "error";
    problems.push(`${variable}_FILE names a file that cannot be read (${code}).`);
    return "";
  }
}

function reader(reading: Reading) {
  return <Name extends SettingName>(setting: Name): Value<Name> | null => {
    const text = textOf(setting, reading);
    if (text === "") return null;
    const result = settingSchemas[setting].safeParse(text);
    if (result.success) return result.data as Value<Name>;
    const { variable, secret } = settingVariables[setting];
    const shown = secret ? "" : ` It is "${text.slice(0, 80)}".`;
    reading.problems.push(`${variable} ${result.error.issues[0]?.message ?? "is not valid"}.${shown}`);
    return null;
  };
}

function readLimits(env: Environment, problems: string[]): Limits {
  const known = new Set<string>(Object.values(limitVariables).map(({ variable }) => variable));
  const limits = {} as Record<LimitName, number>;
  for (const key of Object.keys(limitVariables) as LimitName[]) {
    const { variable, initial, min, max, unit } = limitVariables[key];
    const text = env[variable] ?? "";
    const result = text === "" ? null : wholeNumber(min, max).safeParse(text);
    if (result !== null && !result.success) {
      problems.push(`${variable} ${result.error.issues[0]?.message ?? "is not valid"} (${unit}). It is "${text.slice(0, 80)}".`);
    }
    limits[key] = result?.success ? result.data : initial;
  }
  for (const variable of Object.keys(env)) {
    if (variable.startsWith("LIMIT_") && !known.has(variable)) problems.push(`${variable} is not a limit of this program.`);
  }
  for (const [lesser, greater] of atMost) {
    const { variable } = limitVariables[lesser];
    if ((env[variable] ?? "") === "") limits[lesser] = Math.min(limits[lesser], limits[greater]);
    else if (limits[lesser] > limits[greater]) problems.push(`${variable} must not exceed ${limitVariables[greater].variable}.`);
  }
  return Object.freeze(limits);
}

/** The first of two must not exceed the second. Where nobody set it, it is lowered with it: whoever lowers one at night is not refused. */
const atMost: readonly (readonly [lesser: LimitName, greater: LimitName])[] = [
  ["connectionsPerAddressMax", "connectionsMax"],
  ["frameBytesMax", "outboxBytesMax"],
  ["storeBatchChangesMax", "storeQueueChangesMax"],
];

/** What must hold between secrets, at start and after each rotation. */
function secretConflicts({ adminToken, metricsToken }: Secrets): string[] {
  return adminToken !== null && adminToken === metricsToken ? ["ADMIN_TOKEN and METRICS_TOKEN must differ."] : [];
}

/** The server's own looks ask all 64 parts of what is in Redis at once, one of them four things of each: with less room they never come about. */
const redisQueueMin = 512;

/** The relations that involve settings. What was given and is not good has been told: it is not missing as well. */
function conflicts(config: Config, told: readonly string[]): string[] {
  const found: string[] = [];
  const isMissing = (variable: string): boolean => !told.some((problem) => problem.startsWith(variable));
  if (config.workers > 1 && config.secrets.redisUrl === null && isMissing("REDIS_URL"))
    found.push(`WORKERS is ${config.workers}, which needs REDIS_URL: several processes cannot share one SQLite file.`);
  if (config.secrets.redisUrl !== null && config.limits.storeQueueChangesMax < redisQueueMin)
    found.push(`LIMIT_STORE_QUEUE_CHANGES must be at least ${redisQueueMin} with REDIS_URL.`);
  if (config.metricsPort !== null && config.metricsPort !== 0 && config.metricsPort === config.port)
    found.push("METRICS_PORT must differ from PORT.");
  const spare = `-w${config.workers}`.length;
  if (config.workers > 1 && (config.instanceId?.length ?? 0) + spare > instanceIdCharsMax)
    found.push(`INSTANCE_ID must leave ${spare} of its ${instanceIdCharsMax} characters for the numbers of ${config.workers} workers.`);
  if (config.clientAddressHeader !== null && config.trustedProxies.length === 0 && isMissing("TRUSTED_PROXIES"))
    found.push("CLIENT_ADDRESS_HEADER needs TRUSTED_PROXIES: it is believed from them only.");
  return [...found, ...secretConflicts(config.secrets)];
}

/** The limits, for commands that work on games: read as the server reads them. Throws ConfigError. */
export function limitsFrom(env: Environment): Limits {
  const problems: string[] = [];
  const limits = readLimits(env, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return limits;
}

/** Where games live when not in a file, for commands that work on them: read as the server reads it. Throws ConfigError. */
export function readRedisUrl(env: Environment, readText: ReadText = readSecretFile): string | null {
  const problems: string[] = [];
  const url = reader({ env, readText, problems })("redisUrl");
  if (problems.length > 0) throw new ConfigError(problems);
  return url;
}

const secretsOf = (read: ReturnType<typeof reader>): Secrets =>
  Object.freeze({
    redisUrl: read("redisUrl"),
    adminToken: read("adminToken"),
    metricsToken: read("metricsToken"),
    sentryDsn: read("sentryDsn"),
  });

/** Reads only the secrets, for a rotation without a restart. Throws ConfigError. */
export function readSecrets(env: Environment, readText: ReadText = readSecretFile): Secrets {
  const problems: string[] = [];
  const secrets = secretsOf(reader({ env, readText, problems }));
  problems.push(...secretConflicts(secrets));
  if (problems.length > 0) throw new ConfigError(problems);
  return secrets;
}

/**
 * Checks everything and gives the settings to run with. Throws ConfigError with every problem found. `given`: secrets that were read and
 * checked before, for a worker: they are not looked for.
 */
export function readConfig(env: Environment, readText: ReadText = readSecretFile, given: Secrets | null = null): Config {
  const problems: string[] = [];
  const read = reader({ env, readText, problems });
  const limits = readLimits(env, problems);
  const environment = read("environment") ?? "development";
  const config: Config = Object.freeze({
    environment,
    port: read("port") ?? 0,
    host: read("host"),
    dataDir: read("dataDir") ?? "",
    workers: read("workers") ?? 1,
    allowedOrigins: read("allowedOrigins") ?? [],
    allowMissingOrigin: read("allowMissingOrigin") ?? environment !== "production",
    trustedProxies: read("trustedProxies") ?? [],
    clientAddressHeader: read("clientAddressHeader"),
    metricsPort: read("metricsPort"),
    logLevel: read("logLevel") ?? "info",
    logSampleEvery: read("logSampleEvery") ?? 1,
    instanceId: read("instanceId"),
    release: read("release"),
    secrets: given ?? secretsOf(read),
    limits,
  });
  problems.push(...conflicts(config, problems));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The defaults, for tests and tools that build a part on its own. */
export function defaultLimits(): Limits {
  return readLimits({}, []);
}

/** Secrets that can be read again while the program runs. A rotation that fails keeps the old ones. */
export interface SecretSource {
  current(): Secrets;
  /** Gives the problems; empty when the new secrets are in force. */
  reload(): readonly string[];
}

/** Begins with those that were read at start, whatever has become of their files since. */
export function secretSource(env: Environment, atStart: Secrets, readText: ReadText = readSecretFile): SecretSource {
  let secrets = atStart;
  return {
    current: () => secrets,
    reload() {
      try {
        secrets = readSecrets(env, readText);
        return [];
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
        throw error;
      }
    },
  };
}
