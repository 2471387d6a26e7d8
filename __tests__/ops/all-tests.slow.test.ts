// `npm test` itself, in a small project: of a long run it is the end that is kept, so what failed is named there.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-project-"));
  folders.push(folder);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "journeys"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** The end of what it prints, from the first failure on, and how it ends. */
async function runAll(files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(root, "scripts/run-all-tests.ts")], {
    cwd: project(files),
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [[code], out] = await Promise.all([once(child, "close"), text(child.stdout)]);
  return { code, end: out.slice(out.search(/^(failed|skipped)\b.*: /m)) };
}

const small = {
  "package.json": '{"type":"module"}',
  "vitest.config.ts": 'export default { test: { include: ["*.test.ts"] } };',
  "playwright.config.ts": `export default {
    testDir: "journeys",
    projects: [{ name: "journeys", testIgnore: /speed/ }, { name: "measuring", testMatch: /speed/ }],
  };`,
  "journeys/speed.spec.ts": 'import { test } from "@playwright/test"; test("is quick", () => {});',
  "journeys/whole.spec.ts": 'import { test } from "@playwright/test"; test("is fine", () => {});',
  "whole.test.ts": 'import { test } from "vitest"; test("is fine", () => {});',
};

test("what failed is named once more before the last line, with its file and what was wrong: a test, a journey, a file that cannot be read", async () => {
  const { code, end } = await runAll({
    ...small,
    "sum.test.ts": 'import { expect, test } from "vitest"; test("one is two", () => expect(1).toBe(2));',
    "lost.test.ts": 'import "./nowhere.ts";',
    "journeys/way.spec.ts": 'import { expect, test } from "@playwright/test"; test("three is four", () => expect(3).toBe(4));',
  });
  expect(code).toBe(1);
  expect(end).toMatch(/^failed: sum\.test\.ts: one is two\n +AssertionError: expected 1 to be 2/m);
  expect(end).toMatch(/^failed: lost\.test\.ts: could not be run\n +.*nowhere\.ts/m);
  expect(end).toMatch(/^failed: journeys\/way\.spec\.ts: three is four\n(.*\n)+? +Expected: 4\n +Received: 3/m);
  expect(end).toMatch(/\n\n3 passed, 3 failed\n$/);
});

test.each([
  ["is named and counts as failed in CI", { CI: "true" }, 1, "skipped, which CI counts as failed: not today\n\n3 passed, 1 failed\n"],
  ["is named, and no more, elsewhere", {}, 0, "skipped: not today\n\n3 passed, 0 failed\n"],
])("a skipped test %s", async (_how, env, code, end) => {
  const skipped = { "later.test.ts": 'import { test } from "vitest"; test.skip("not today", () => {});' };
  expect(await runAll({ ...small, ...skipped }, env)).toEqual({ code, end });
});
