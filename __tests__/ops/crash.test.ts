// SAFETY 23: whatever nobody caught, the process ends, and says so.
import { describe, expect, test } from "vitest";
import { createCrash } from "../../lib/ops/crash.ts";
import { noReporter } from "../../lib/ops/report.ts";
import { heldAmbient } from "../support/held-ambient.ts";

function scene(writeLine: (line: string) => void) {
  const ambient = heldAmbient();
  const exits: number[] = [];
  const log = { flush: () => undefined };
  const crash = createCrash({ ambient, log, reporter: noReporter(), base: {}, writeLine, exit: (code) => void exits.push(code) });
  return { ambient, exits, crash };
}

describe("an error nobody caught", () => {
  test.for([
    ["a bug", new TypeError("planted"), { type: "TypeError", message: "planted", stack: expect.stringContaining("crash.test") }],
    ["no error at all", "planted", { type: "string", message: "planted" }],
    ["an object that cannot be made text", Object.create(null), { message: "what was thrown cannot be written" }],
    ["an error whose message is an object", Object.assign(new Error(), { message: { code: 1 } }), { type: "object" }],
  ] as const)("that is %s ends the process with a last line that says what it was", async ([, thrown, err]) => {
    const lines: string[] = [];
    const { ambient, exits, crash } = scene((line) => void lines.push(line));
    crash("unhandledRejection", thrown);
    await ambient.advance(1_000);
    expect(exits).toEqual([1]);
    expect(JSON.parse(lines.join(""))).toMatchObject({ kind: "unhandledRejection", err });
  });

  test("ends the process also when the last line cannot be written", async () => {
    const { ambient, exits, crash } = scene(() => {
      throw new Error("no line");
    });
    crash("uncaughtException", new Error("planted"));
    await ambient.advance(1_000);
    expect(exits).toEqual([1]);
  });
});
