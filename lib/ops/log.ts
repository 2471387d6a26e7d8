// Structured logs: one JSON line each, or readable lines in development where pino-pretty is installed. The only importer of pino.
// Takes fields that are safe by name; tokens, names and payloads are censored even when a caller passes them by mistake.
import { createRequire } from "node:module";
import { type DestinationStream, pino } from "pino";
import type { Ambient } from "./ambient.ts";
import type { LogLevel } from "./setting-schemas.ts";
import { LogOutput } from "./log-output.ts";
import { scrubText, secretKeys } from "./scrub.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Fields without anything inside them. */
export type FlatFields = Readonly<Record<string, string | number | boolean | null>>;

/** A log with fixed fields. `error` under the key `err` is written with its stack, scrubbed. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  fatal(fields: Fields, message: string): void;
  /** A line as frequent as taps: at info one in `sampleEvery` is written, at debug all of them. */
  frequent(fields: FlatFields, message: string): void;
  /** The same log with more fixed fields, such as a connection's correlation id. */
  child(fields: Fields): Log;
}

/** The log of the whole process: its level can change and what is buffered can be written out at once. */
export interface RootLog extends Log {
  level(): LogLevel;
  /** In force for all children too. */
  setLevel(level: LogLevel): void;
  /** Writes what is buffered, synchronously, as far as it is taken at once. For the last moments of the process. */
  flush(): void;
}

export interface LogSettings {
  readonly level: LogLevel;
  readonly ambient: Pick<Ambient, "after">;
  /** Readable lines when pino-pretty is there; JSON otherwise. */
  readonly pretty: boolean;
  /** Fields of every line, such as the instance and the release. */
  readonly base: Fields;
  /** Of frequent lines one in so many is written; all when left out. */
  readonly sampleEvery?: number;
  /** Instead of standard output, for tests. */
  readonly destination?: DestinationStream;
}

const censor = "[redacted]";
const redactedFlat = [...secretKeys];
const redacted = redactedFlat.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** Whatever is thrown: a library may throw something that cannot even be made text, and its line must not take the command down with it. */
function errorFields(error: unknown): unknown {
  try {
    return fieldsOf(error);
  } catch {
    return { message: "what was thrown cannot be written" };
  }
}

function fieldsOf(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? scrubText(error) : { message: "thrown value", kind: typeof error };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: scrubText(message),
    stack: scrubText(stack ?? ""),
    ...("code" in error ? { code: scrubText(String(error.code)) } : {}),
    ...(cause === undefined ? {} : { cause: cause instanceof Error ? `${cause.name}: ${scrubText(cause.message)}` : "not an error" }),
  };
}

/** pino-pretty where it is installed. It is a development dependency, so production never depends on it. */
function prettyStream(): DestinationStream | null {
  const require = createRequire(import.meta.url);
  const packageName = "pino-pretty";
  try {
    return (require(packageName) as (options: object) => DestinationStream)({ ignore: "pid,hostname,instance,release", singleLine: true });
  } catch {
    return null;
  }
}

interface Sink {
  readonly stream: DestinationStream;
  flush(): void;
}

function openSink({ pretty, destination, ambient }: LogSettings): Sink {
  const readable = pretty && destination === undefined ? prettyStream() : null;
  const given = destination ?? readable;
  if (given !== null) return { stream: given, flush: () => undefined };
  const output = new LogOutput(ambient);
  return { stream: output, flush: () => output.flush() };
}

/** Which of the frequent lines are written; shared by a log and its children. */
interface Sample {
  readonly every: number;
  picks(): boolean;
}

function wrap(logger: pino.Logger, root: pino.Logger, sample: Sample): Log {
  const write = (level: "debug" | "info" | "warn" | "error" | "fatal") => (fields: Fields, message: string) => {
    if (!root.isLevelEnabled(level)) return;
    logger[level](fields, scrubText(message));
  };
  // Looking for secrets inside of fields costs more than ten times what the line does; here nothing is inside of anything.
  let flat: pino.Logger | null = null;
  const flatLogger = (): pino.Logger => {
    flat ??= logger.child({}, { level: "trace", redact: { paths: redactedFlat, censor } });
    return flat;
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    fatal: write("fatal"),
    frequent(fields, message) {
      if (root.isLevelEnabled("debug")) flatLogger().debug(fields, message);
      else if (sample.picks() && root.isLevelEnabled("info")) flatLogger().info({ ...fields, oneIn: sample.every }, message);
    },
    child: (fields) => wrap(logger.child(fields, { level: "trace" }), root, sample),
  };
}

export function openLog(settings: LogSettings): RootLog {
  const sink = openSink(settings);
  const { sampleEvery: every = 1 } = settings;
  const root = pino(
    {
      level: settings.level,
      base: settings.base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields },
      redact: { paths: redacted, censor },
    },
    sink.stream,
  );
  return {
    ...wrap(root, root, { every, picks: oneIn(every) }),
    level: () => root.level as LogLevel,
    setLevel(level) {
      root.level = level;
    },
    flush: sink.flush,
  };
}

/** A log that keeps nothing. */
export function silentLog(): Log {
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    fatal: () => undefined,
    frequent: () => undefined,
    child: () => log,
  };
  return log;
}

/** True once in every `every` calls, beginning with the first. */
function oneIn(every: number): () => boolean {
  let count = 0;
  return () => count++ % every === 0;
}
