// Every fix of the plans is a row with code and a test that exist; a metric it names is one the program has.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createMetrics } from "../../lib/ops/metrics.ts";

const root = resolve(import.meta.dirname, "../..");
const rows = readFileSync(join(root, "docs/plan-fixes.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| F"))
  .map((line) => {
    const cells = line.split("|").map((cell) => cell.trim().replaceAll("`", ""));
    const [, id = "", plan = "", fix = "", code = "", shown = "", seen = "", why = ""] = cells;
    return { id, plan, fix, code, shown, seen, why };
  });

describe("docs/plan-fixes.md", () => {
  test("has F01 to F60, each once and in order", () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, index) => `F${String(index + 1).padStart(2, "0")}`));
  });

  test.for(rows)("$id names code and a test that exist, where it is seen, and why", ({ code, shown, seen, why }) => {
    expect([code, existsSync(join(root, code))]).toEqual([code, true]);
    expect([shown, existsSync(join(root, shown)) && /\.(test|spec)\.tsx?$/.test(shown)]).toEqual([shown, true]);
    expect(seen.length > 3 && why.length > 10).toBe(true);
  });

  test("every metric it names is one of the program's", async () => {
    const metrics = createMetrics();
    const text = await metrics.text();
    metrics.close();
    const named = rows.map(({ seen }) => seen).filter((seen) => seen.startsWith("tapotarp_"));
    expect(named.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);
  });
});
