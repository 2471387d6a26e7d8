// Many stored games cost nothing at start: PRODUCT.md's 1,000 shops, and SAFETY rule 6.
import { expect, test } from "vitest";
import { startWith, tellStart } from "./starts.ts";

test("F13: 100,000 stored games: open in under 2 s, memory as with none, deadlines and lists by index", async () => {
  const figures = await startWith(100_000);
  process.stderr.write(`${tellStart(figures)}\n`);
  const { full, grownBytes } = figures;
  expect(full).toMatchObject({ games: 100_000, due: 100 });
  expect(full.openMs).toBeLessThan(2_000);
  expect(grownBytes).toBeLessThan(25_000_000);
  expect(full.dueMs).toBeLessThan(100);
  expect(full.listedMs).toBeLessThan(50);
});
