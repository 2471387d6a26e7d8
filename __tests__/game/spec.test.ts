// SPEC.md and the tests' titles name the same rules: no rule without a test, no test of a rule that is not written down.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { testFiles, titlesOf } from "../support/titles.ts";

const spec = readFileSync(join(resolve(import.meta.dirname, "../.."), "SPEC.md"), "utf8");
const rules = [...spec.matchAll(/^- \*\*([A-Z]+ ?\d+)\*\*/gm)].map((match) => match[1] ?? "");
const families = [...new Set(rules.map((rule) => rule.replace(/\d+/, "")))];
const numbered = new RegExp(`\\b(?:${families.join("|")})\\d+\\b`, "g");
const quoted = new Set(testFiles().flatMap((file) => titlesOf(file).flatMap((title) => title.match(numbered) ?? [])));

test("AU1 every rule is numbered once and has a test", () => {
  expect(rules.length).toBeGreaterThan(100);
  expect(new Set(rules).size).toBe(rules.length);
  expect(rules.filter((rule) => !quoted.has(rule))).toEqual([]);
});

test("AU1 every rule a test names is written down, and so is its family", () => {
  expect([...quoted].filter((id) => !rules.includes(id))).toEqual([]);
  // Any other two capitals and a number at the head of a title would be a family that SPEC.md lacks.
  const heads = testFiles().flatMap((file) => titlesOf(file).flatMap((title) => /^([A-Z]{2,})\d+\b/.exec(title)?.[1] ?? []));
  expect([...new Set(heads)].filter((family) => !families.includes(family))).toEqual([]);
});
