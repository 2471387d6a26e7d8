// Every fix of the plans is a row with code that exists and tests whose titles quote its number; a metric it names is one the program has.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createMetrics } from "../../lib/ops/metrics.ts";
import { titlesOf } from "../support/titles.ts";

const root = resolve(import.meta.dirname, "../..");
const rows = readFileSync(join(root, "docs/plan-fixes.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| F"))
  .map((line) => {
    const [, id = "", plan = "", fix = "", code = "", tests = "", seen = "", why = ""] = line.split("|").map((cell) => cell.trim());
    const shown = tests.split("<br>").map((each) => {
      const [, file = "", title = ""] = /^`([^`]+)`: (.+)$/.exec(each) ?? [];
      return { file, title };
    });
    return { id, plan, fix, code: code.replaceAll("`", ""), shown, seen: seen.replaceAll("`", ""), why };
  });

describe("docs/plan-fixes.md", () => {
  test("has F01 to F60, each once and in order", () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, index) => `F${String(index + 1).padStart(2, "0")}`));
  });

  test.for(rows)(
    "$id names code that exists, tests by titles that quote it, where it is seen, and why",
    ({ id, code, shown, seen, why }) => {
      expect([code, existsSync(join(root, code))]).toEqual([code, true]);
      for (const { file, title } of shown) {
        const named = existsSync(join(root, file)) ? titlesOf(join(root, file)).filter((each) => each.includes(title)) : [];
        expect([file, title, named.length]).toEqual([file, title, 1]);
        expect(named[0]).toMatch(new RegExp(`\\b${id}\\b`));
      }
      expect(seen.length > 3 && why.length > 10).toBe(true);
    },
  );

  test("every metric it names is one of the program's", async () => {
    const metrics = createMetrics();
    const text = await metrics.text();
    metrics.close();
    const named = rows.map(({ seen }) => seen).filter((seen) => seen.startsWith("tapotarp_"));
    expect(named.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);
  });
});
