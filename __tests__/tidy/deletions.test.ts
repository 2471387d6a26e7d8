// The list of deletions is not stale: what each takes away is there, once, and so are the tests that have to notice.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { deletions } from "../../scripts/deletion-list.ts";
import { titlesOf } from "../support/titles.ts";

const root = resolve(import.meta.dirname, "../..");

describe("npm run deletions", () => {
  test("every name is there once, import rules and invariants all of them", () => {
    const names = deletions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const invariants = readFileSync(join(root, "lib/game/invariants.ts"), "utf8").match(/^ {2,4}\[?"[^"]+",/gm) ?? [];
    expect(names.filter((name) => name.startsWith("invariant: "))).toHaveLength(invariants.length);
  });

  test.for(deletions)("$name: what is taken away is there once, and its tests are there", ({ file, from, test: tests }) => {
    expect([file, readFileSync(join(root, file), "utf8").split(from).length - 1]).toEqual([file, 1]);
    // The contract of stores has its rules in files of their own.
    const text = readFileSync(join(root, tests), "utf8");
    expect(titlesOf(join(root, tests)).length > 0 || text.includes("runContract(")).toBe(true);
  });
});
