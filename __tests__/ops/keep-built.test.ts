// `npm run dev` builds the page again after every change, however changes and builds fall together.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepBuilt } from "../../scripts/keep-built.ts";

test("what changed is built, also when it changed during a build, one build at a time, and none after the end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-built-"));
  mkdirSync(join(folder, "deep"));
  const write = (text: string) => writeFileSync(join(folder, "deep", "page.ts"), text);
  write("first");
  const builds: (() => void)[] = [];
  const kept = keepBuilt([folder], () => new Promise<void>((done) => void builds.push(done)));
  try {
    expect(builds).toHaveLength(1);
    builds[0]?.();
    write("second");
    await expect.poll(() => builds.length).toBe(2);
    write("third");
    // The second build is under way: the third waits for its end.
    await new Promise((looked) => setTimeout(looked, 300));
    expect(builds).toHaveLength(2);
    builds[1]?.();
    await expect.poll(() => builds.length).toBe(3);
    write("fourth");
    await new Promise((looked) => setTimeout(looked, 300));
    kept.close();
    builds[2]?.();
    await new Promise((looked) => setTimeout(looked, 50));
    expect(builds).toHaveLength(3);
  } finally {
    kept.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
