// Every lesson is a row with code and tests that exist, and each test's title names the lesson; no title names a lesson that is not written down.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { testFiles, titlesOf } from "../support/titles.ts";

const root = resolve(import.meta.dirname, "../..");
const rows = readFileSync(join(root, "docs/lessons.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| L\d/.test(line))
  .map((line) => {
    const [, id = "", wrong = "", how = "", code = "", shown = ""] = line.split("|").map((cell) => cell.trim());
    const tests = shown.split("<br>").map((each) => {
      const [, file = "", title = ""] = /^`([^`]+)`: (.+)$/.exec(each) ?? [];
      return { file, title };
    });
    return { id, wrong, how, code: code.replaceAll("`", ""), tests };
  });

describe("docs/lessons.md", () => {
  test("has L01 to L46, each once and in order", () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 46 }, (_, index) => `L${String(index + 1).padStart(2, "0")}`));
  });

  test.for(rows)("$id says what went wrong, names code that exists and tests by their titles", ({ id, wrong, how, code, tests }) => {
    expect(wrong.length > 20 && how.length > 20).toBe(true);
    expect([code, existsSync(join(root, code))]).toEqual([code, true]);
    for (const { file, title } of tests) {
      const named = existsSync(join(root, file)) ? titlesOf(join(root, file)).filter((each) => each.includes(title)) : [];
      expect([file, title, named.length]).toEqual([file, title, 1]);
      expect(named[0]).toMatch(new RegExp(`\\b${id}\\b`));
    }
  });

  test("every lesson that a title names is a row", () => {
    const named = testFiles().flatMap((file) => titlesOf(file).flatMap((title) => title.match(/\bL\d\d\b/g) ?? []));
    expect([...new Set(named)].filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
  });
});
