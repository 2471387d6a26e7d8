// SPEC.md and the tests' titles name the same rules: no rule without a test, no test of a rule that is not written down.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const spec = readFileSync(join(root, "SPEC.md"), "utf8");
const rules = [...spec.matchAll(/^- \*\*([A-Z]+\d+)\*\*/gm)].map((match) => match[1] ?? "");
const families = new Set(rules.map((rule) => rule.replace(/\d+/, "")));

const titles = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts"))
  .flatMap((name) => [
    ...readFileSync(join(import.meta.dirname, name), "utf8").matchAll(/\btest(?:\.each\([\s\S]*?\))?\(\s*["'`]([^"'`]+)/g),
  ])
  .map((match) => match[1] ?? "");

const quoted = new Set(titles.flatMap((title) => title.match(/\b[A-Z]{2,3}\d+\b/g) ?? []));

test("AU1 every rule is numbered once and has a test", () => {
  expect(rules.length).toBeGreaterThan(60);
  expect(new Set(rules).size).toBe(rules.length);
  expect(rules.filter((rule) => !quoted.has(rule))).toEqual([]);
});

test("AU1 every rule a test names is written down", () => {
  const named = [...quoted].filter((id) => families.has(id.replace(/\d+/, "")));
  expect(named.filter((id) => !rules.includes(id))).toEqual([]);
});
