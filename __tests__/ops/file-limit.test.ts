import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { fileLimitLevel, fileLimitWarning } from "../../lib/ops/file-limit.ts";
import { limitVariables } from "../../lib/ops/variables.ts";

const root = resolve(import.meta.dirname, "../..");

describe("F45 the system's limit of open files", () => {
  test("is enough, is not, or is not known: a warning has both numbers and what to do", () => {
    expect(fileLimitWarning(10_000, 1_000, 11_100)).toBeNull();
    expect(fileLimitWarning(10_000, 1_000, null)).toBeNull();
    expect(fileLimitWarning(10_000, 1_000, 11_099)).toBe(
      "LIMIT_CONNECTIONS is 10000, but the system lets this process open 11099 files: raise its limit (ulimit -n) to 11100, or lower LIMIT_CONNECTIONS to 9999",
    );
    // What it advises is enough.
    expect(fileLimitWarning(9_999, 1_000, 11_099)).toBeNull();
    // No number of connections is left to advise.
    expect(fileLimitWarning(10_000, 1_000, 1_024)).toMatch(/ to 11100$/);
  });

  test("is warned of where somebody asked for so many connections, and mentioned where nobody did", () => {
    expect(fileLimitLevel(limitVariables.connectionsMax.initial)).toBe("info");
    expect(fileLimitLevel(limitVariables.connectionsMax.initial - 1)).toBe("warn");
  });

  test.runIf(existsSync("/proc/self/limits"))("is read from the system", () => {
    const program = `import { fileLimitWarning } from ${JSON.stringify(join(root, "lib/ops/file-limit.ts"))}; console.log(fileLimitWarning(5000, 1000));`;
    const { stdout } = spawnSync("sh", ["-c", `ulimit -n 2000 && exec "$0" --input-type=module -e "$1"`, process.execPath, program], {
      encoding: "utf8",
    });
    expect(stdout).toContain("LIMIT_CONNECTIONS is 5000, but the system lets this process open 2000 files");
  });
});
