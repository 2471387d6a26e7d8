// Which programs outside npm this machine has. A test that needs one asks here, so that every skip says in one line how to
// get it. With CI set nothing is skipped: the test runs and fails where the program is missing.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";

const packages = {
  "redis-server": { names: ["redis-server"], variable: "REDIS_SERVER_BIN", get: "apt-get install redis-server" },
  chromium: { names: ["chromium", "chromium-browser", "google-chrome"], variable: "CHROMIUM_BIN", get: "apt-get install chromium" },
  strace: { names: ["strace"], variable: "STRACE_BIN", get: "apt-get install strace" },
  prlimit: { names: ["prlimit"], variable: "PRLIMIT_BIN", get: "apt-get install util-linux" },
  faketime: { names: ["faketime"], variable: "FAKETIME_BIN", get: "apt-get install faketime" },
  prometheus: { names: ["prometheus"], variable: "PROMETHEUS_BIN", get: "apt-get install prometheus" },
  promtool: { names: ["promtool"], variable: "PROMTOOL_BIN", get: "apt-get install prometheus" },
  WebKitWebDriver: { names: ["WebKitWebDriver"], variable: "WEBKIT_DRIVER_BIN", get: "apt-get install webkit2gtk-driver" },
  Xvfb: { names: ["Xvfb"], variable: "XVFB_BIN", get: "apt-get install xvfb" },
  helm: { names: ["helm"], variable: "HELM_BIN", get: "see https://helm.sh/docs/intro/install/" },
} as const;

export type Program = keyof typeof packages;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a program is: named by its variable, else found on the PATH; null when this machine lacks it. */
export function findProgram(program: Program): string | null {
  const { names, variable } = packages[program];
  const named = process.env[variable];
  if (named !== undefined && named !== "") return isExecutable(named) ? named : null;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/usr/sbin"];
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder !== "" && isExecutable(path)) return path;
    }
  }
  return null;
}

/** The same, for use inside a test: throws one line that says how to get the program. */
export function programPath(program: Program): string {
  const path = findProgram(program);
  if (path === null) throw new Error(`${program} is missing: ${packages[program].get}`);
  return path;
}

/**
 * For `describe.skipIf(lacks("redis-server"))`: true when the program is missing and may be skipped, after one line that says how
 * to get it. Always false when CI is set, so that the tests run and fail.
 */
export function lacks(program: Program): boolean {
  if (findProgram(program) !== null) return false;
  if (isCi()) return false;
  process.stderr.write(`skipped, ${program} is missing: ${packages[program].get}\n`);
  return true;
}

export function isCi(): boolean {
  const ci = process.env["CI"] ?? "";
  return ci !== "" && ci !== "0" && ci !== "false";
}

/** What a test got of the machine. Where that gave a reason instead, the test is skipped with it; with CI set it fails. */
export function gotOrSkip<T extends object>(context: TestContext, got: T | string): T {
  if (typeof got !== "string") return got;
  if (isCi()) throw new Error(got);
  return context.skip(got);
}
