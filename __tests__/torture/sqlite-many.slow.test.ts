// Many stored games cost nothing at start: PRODUCT.md's 1,000 shops, and SAFETY rule 6.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { preload } from "./preload.ts";

interface Probe {
  readonly openMs: number;
  readonly rssBytes: number;
  readonly dueMs: number;
  readonly due: number;
  readonly listedMs: number;
  readonly games: number;
}

const probe = (folder: string): Probe =>
  JSON.parse(execFileSync(process.execPath, [join(import.meta.dirname, "probe.ts"), folder], { encoding: "utf8" }));

test("F13: 100,000 stored games: open in under 2 s, memory as with none, deadlines and lists by index", async () => {
  const [none, many] = [newFolder(), newFolder()];
  try {
    await preload(many, 100_000);
    const [empty, full] = [probe(none), probe(many)];
    const grownMb = (full.rssBytes - empty.rssBytes) / 1e6;
    process.stderr.write(
      `100,000 games: open ${full.openMs.toFixed(0)} ms (none: ${empty.openMs.toFixed(0)}), ${grownMb.toFixed(1)} MB more than with none, ` +
        `100 of 25,000 due in ${full.dueMs.toFixed(1)} ms, a page of the list in ${full.listedMs.toFixed(1)} ms\n`,
    );
    expect(full).toMatchObject({ games: 100_000, due: 100 });
    expect(full.openMs).toBeLessThan(2_000);
    expect(grownMb).toBeLessThan(25);
    expect(full.dueMs).toBeLessThan(100);
    expect(full.listedMs).toBeLessThan(50);
  } finally {
    dropFolder(none);
    dropFolder(many);
  }
});
