// Every program that takes words on its command line says how it is called, and what it does not understand ends it with one line, before
// it does anything.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const programs: readonly (readonly [file: string, name: string, misused: readonly (readonly string[])[]])[] = [
  ["scripts/admin.ts", "admin", [["--no-such-option"], ["close", "K7MWPX"], ["game", "K7MWPX", "K7MWPY"]]],
  ["scripts/deletions.ts", "deletions", [["--no-such-option"]]],
  ["scripts/replay.ts", "replay", [[], ["ABC", "--state", "-1"]]],
  ["scripts/shots.ts", "shots", [["--no-such-option"]]],
  ["scripts/smoke.ts", "smoke", [["nowhere"]]],
  ["load/run.ts", "load", [["taps", "fast"]]],
  ["load/bench/bench.ts", "bench", [["--no-such-option"]]],
  ["load/bench/whole.ts", "bench:all", [["toString"]]],
  ["__tests__/torture/run.ts", "torture", [["sqlite", "--rounds", "many"]]],
  ["__tests__/sim/play-seeds.ts", "sim", [["--no-such-option"]]],
  [
    "lib/store/db-command.ts",
    "db",
    [["--no-such-option"], ["restore"], ["remove"], ["status", "K7MWPX"], ["migrate", "--to", "0"], ["migrate", "--to", "-1"]],
  ],
];
/** Started by other programs only, which know their words. */
const inner = ["scripts/arguments.ts", "load/bench/options.ts", "__tests__/torture/play.ts", "__tests__/torture/probe.ts"];

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(file: string, words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [file, ...words], {
    cwd: root,
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [[code], out, err] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

describe("the programs of the command line", () => {
  test("are all here", () => {
    const files = ["scripts", "load", "__tests__/torture", "__tests__/sim", "lib/store"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
    );
    const reads = (file: string): boolean => /process\.argv|\breadArguments\(|\bparseArgs\(/.test(readFileSync(join(root, file), "utf8"));
    const found = files.filter((file) => file.endsWith(".ts") && reads(file));
    expect(found.filter((file) => !inner.includes(file)).sort()).toEqual(programs.map(([file]) => file).sort());
  });

  test.concurrent.each(programs)("%s says how it is called, and what it does not understand", async (file, name, misused) => {
    const helped = await run(file, ["--help"]);
    expect(helped).toMatchObject({ code: 0, err: "" });
    expect(helped.out).toMatch(new RegExp(`^npm run ${name} -- `));
    for (const wrong of misused) {
      const refused = await run(file, wrong);
      expect(refused).toMatchObject({ code: 2, out: "" });
      expect(refused.err).toMatch(/^[^\n]{10,200}\. --help says how it is called\.\n$/);
    }
  });

  test.each(["sqlite", "edge", "redis"])("torture's help names every run of %s that --only takes", async (area) => {
    const file = "__tests__/torture/run.ts";
    const { err } = await run(file, [area, "--only", "no-such-run"]);
    const [, names = ""] = /there are ([^.]+)\./.exec(err) ?? [];
    expect((await run(file, ["--help"])).out).toContain(`${area}: ${names}\n`);
  });
});
