// What happens to an error nobody caught: one synchronous log line, one report, exit 1 within a second. The process never limps on:
// the supervisor starts a new one, and everything acknowledged is in the store.
import type { Ambient } from "./ambient.ts";
import type { RootLog } from "./log.ts";
import { writeLineNow } from "./log-output.ts";
import type { Reporter } from "./report.ts";
import { scrubText } from "./scrub.ts";

export interface CrashSettings {
  readonly ambient: Pick<Ambient, "now" | "after">;
  readonly log: Pick<RootLog, "flush">;
  readonly reporter: Pick<Reporter, "report" | "flush">;
  /** Fields for the last line, such as the instance. */
  readonly base: Readonly<Record<string, string>>;
  /** Writes one line before it returns; standard output unless a test says otherwise. */
  readonly writeLine?: (line: string) => void;
  /** Cuts everybody off, so that nothing more is acknowledged while the report leaves. */
  readonly halt?: () => void;
  exit(code: number): void;
}

/** Leaves whatever happens: with standard output gone an exit handler can throw, and the second call asks none of them. */
export function exitSurely(code: number): never {
  try {
    return process.exit(code);
  } finally {
    process.exit(code);
  }
}

/** Time the report has before the process leaves. The rest of the second is kept for a slow machine. */
const reportMs = 400;

/** Whatever is thrown: a library may throw something that cannot even be made text. */
function described(error: unknown): { readonly type: string; readonly message: string; readonly stack: string } {
  const known = error instanceof Error;
  try {
    return {
      type: known ? error.name : typeof error,
      message: scrubText(known ? error.message : String(error)),
      stack: scrubText(known ? (error.stack ?? "") : ""),
    };
  } catch {
    return { type: typeof error, message: "what was thrown cannot be written", stack: "" };
  }
}

function lastLine({ ambient, base }: CrashSettings, kind: string, error: unknown): string {
  return `${JSON.stringify({
    level: "fatal",
    time: new Date(ambient.now()).toISOString(),
    ...base,
    kind,
    err: described(error),
    msg: "an error nobody caught; leaving",
  })}\n`;
}

/** Handles the first uncaught error; later ones, while leaving, change nothing. Returns the handler so that tests may call it. */
export function createCrash(settings: CrashSettings): (kind: "uncaughtException" | "unhandledRejection", error: unknown) => void {
  let crashed = false;
  return (kind, error) => {
    if (crashed) return;
    crashed = true;
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      settings.exit(1);
    };
    // First of all: whatever fails here, the process must not live on with nobody watching it.
    settings.ambient.after(reportMs, leave);
    try {
      settings.log.flush();
      (settings.writeLine ?? writeLineNow)(lastLine(settings, kind, error));
      settings.halt?.();
      settings.reporter.report(error, { kind });
      settings.reporter.flush(reportMs).then(leave, leave);
    } catch {
      leave();
    }
  };
}

/** Puts the handler on a process. Gives back how to take it off, for servers that share a process in tests. */
export function watchProcess(process: NodeJS.Process, crash: ReturnType<typeof createCrash>): () => void {
  const onException = (error: unknown) => crash("uncaughtException", error);
  const onRejection = (reason: unknown) => crash("unhandledRejection", reason);
  process.on("uncaughtException", onException);
  process.on("unhandledRejection", onRejection);
  return () => {
    process.off("uncaughtException", onException);
    process.off("unhandledRejection", onRejection);
  };
}
