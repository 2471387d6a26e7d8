// F12, SAFETY 23: an error nobody caught ends in one synchronous log line, one report and exit 1 within a second.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Ingest, openIngest } from "../support/sentry-ingest.ts";

const child = join(resolve(import.meta.dirname, ".."), "support/crash-child.ts");
const open: Ingest[] = [];

afterEach(async () => {
  for (const ingest of open.splice(0)) await ingest.close();
});

async function ingest(behaviour: "record" | "hang" | "fail" = "record"): Promise<Ingest> {
  const made = await openIngest(behaviour);
  open.push(made);
  return made;
}

interface End {
  readonly code: number | null;
  readonly lines: readonly Record<string, unknown>[];
  /** The lines of level fatal: there must be one. */
  readonly last: readonly Record<string, unknown>[];
  /** From the line that announces the break to the exit, ms. */
  readonly tookMs: number;
}

function breakDown(how: string, dsn = ""): Promise<End> {
  return new Promise((done) => {
    const running = spawn(process.execPath, [child, how, dsn], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    let brokeAt = 0;
    running.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (brokeAt === 0) brokeAt = performance.now();
    });
    running.on("close", (code) => {
      const lines = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      done({ code, lines, last: lines.filter((line) => line["level"] === "fatal"), tookMs: performance.now() - brokeAt });
    });
  });
}

describe("F12 the process never limps on", () => {
  test("a planted throw: last line, exit 1, within a second", async () => {
    const { code, lines, last, tookMs } = await breakDown("throw");
    expect(code).toBe(1);
    expect(lines.map((line) => line["msg"])).toContain("about to break");
    expect(last).toHaveLength(1);
    expect(last[0]).toMatchObject({
      msg: "an error nobody caught; leaving",
      kind: "uncaughtException",
      instance: "child",
      err: { type: "Error" },
    });
    expect(JSON.stringify(lines)).not.toContain("hunter2");
    expect(tookMs).toBeLessThan(1000);
  });

  test("an unhandled rejection is reported to Sentry before the exit", async () => {
    const sentry = await ingest();
    const { code, last, tookMs } = await breakDown("reject", sentry.dsn);
    expect(code).toBe(1);
    expect(last[0]).toMatchObject({ kind: "unhandledRejection" });
    expect(sentry.events).toHaveLength(1);
    expect(sentry.events[0]?.exception?.values?.[0]?.value).toBe("planted rejection");
    expect(tookMs).toBeLessThan(1000);
  });

  test("a rejection with something that is no error ends the same way", async () => {
    const { code, last } = await breakDown("odd");
    expect(code).toBe(1);
    expect(last[0]).toMatchObject({ kind: "unhandledRejection", err: { type: "string", message: "not an error" } });
  });

  test("F42 a Sentry that never answers does not hold the exit up", async () => {
    const sentry = await ingest("hang");
    const { code, tookMs } = await breakDown("throw", sentry.dsn);
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(1000);
  });
});
