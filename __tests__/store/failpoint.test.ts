// Failpoints are inert outside tests: no setting reaches them, and without a plan a hit does nothing.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../lib/ops/config.ts";
import { failpointNames, failpoints } from "../../lib/store/failpoint.ts";

const root = join(import.meta.dirname, "../..");

test("without a plan every failpoint does nothing; with one it fails at the nth hit, as often as planned, and nowhere else", () => {
  const idle = failpoints([]);
  for (const name of failpointNames) for (let hit = 0; hit < 3; hit += 1) expect(idle(name)).toBeUndefined();
  const planned = failpoints([{ at: "statement", nth: 2, times: 2, action: { kind: "throw", code: "SQLITE_FULL" } }]);
  const codes = Array.from({ length: 5 }, () => {
    try {
      planned("read");
      planned("statement");
      return "";
    } catch (error) {
      return (error as { code?: string }).code;
    }
  });
  expect(codes).toEqual(["", "SQLITE_FULL", "SQLITE_FULL", "", ""]);
});

test("nothing that composes a server names a failpoint, and no variable turns one on", () => {
  const naming = readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && readFileSync(join(root, "lib", path), "utf8").includes("failpoint"))
    .filter((path) => !/^store.(sqlite-|store-sqlite|failpoint|db-command)/.test(path));
  expect(naming).toEqual([]);
  expect(readFileSync(join(root, "server.ts"), "utf8")).not.toContain("failpoint");
  expect(JSON.stringify(readConfig({ FAILPOINTS: "statement" }))).not.toContain("statement");
});
