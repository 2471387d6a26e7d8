// `npm test`: every test there is, through vitest and then Playwright, added up into one last line `N passed, N failed`.
// With CI set a skipped test counts as a failure. What failed is named once more just before the last line: of a long run it is the end that
// is kept.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  /** File, title and what was wrong, a text each. */
  readonly failures: readonly string[];
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

interface PlaywrightSuite {
  readonly specs?: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly {
      readonly status: string;
      readonly results: readonly { readonly error?: { readonly message?: string } }[];
    }[];
  }[];
  readonly suites?: readonly PlaywrightSuite[];
}

const folder = mkdtempSync(join(tmpdir(), "tapotarp-tests-"));
const nothing: Count = { passed: 0, failed: 0, skipped: [], failures: [] };
const messageLinesMax = 12;
/** What a terminal is told about colours. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function describeFailure(file: string, title: string, message: string): string {
  const lines = message
    .replace(colours, "")
    .split("\n")
    .filter((line) => !/^\s+at .*node_modules|^\s+at new Promise/.test(line))
    .slice(0, messageLinesMax);
  return [`${relative(process.cwd(), resolve(file))}: ${title}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

function run(script: string, args: readonly string[], env: Record<string, string> = {}): number {
  const child = spawnSync(process.execPath, [script, ...args], { stdio: "inherit", env: { ...process.env, ...env } });
  return child.status ?? 1;
}

/** A run that ended badly without naming a failed test still counts as one failure. */
function withStatus(count: Count, status: number): Count {
  return status !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function runVitest(): Count {
  const file = join(folder, "vitest.json");
  const status = run("node_modules/vitest/vitest.mjs", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
  if (!existsSync(file)) return withStatus(nothing, status || 1);
  const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  const failures: string[] = [];
  for (const suite of report.testResults) {
    if (suite.status === "failed" && !suite.assertionResults.some((result) => result.status === "failed")) {
      failed += 1;
      failures.push(describeFailure(suite.name, "could not be run", suite.message ?? ""));
    }
    for (const result of suite.assertionResults) {
      if (result.status === "passed") passed += 1;
      else if (result.status === "failed") {
        failed += 1;
        failures.push(describeFailure(suite.name, result.fullName, result.failureMessages?.join("\n") ?? ""));
      } else skipped.push(result.fullName);
    }
  }
  return withStatus({ passed, failed, skipped, failures }, status);
}

function countSuite(folder: string, suite: PlaywrightSuite): Count {
  let { passed, failed } = nothing;
  const skipped: string[] = [];
  const failures: string[] = [];
  for (const spec of suite.specs ?? []) {
    for (const test of spec.tests) {
      if (test.status === "expected") passed += 1;
      else if (test.status === "skipped") skipped.push(spec.title);
      else {
        failed += 1;
        const message = test.results.map(({ error }) => error?.message ?? "").join("\n");
        failures.push(describeFailure(join(folder, spec.file), spec.title, message));
      }
    }
  }
  return (suite.suites ?? []).map((inner) => countSuite(folder, inner)).reduce(add, { passed, failed, skipped, failures });
}

function add(a: Count, b: Count): Count {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: [...a.skipped, ...b.skipped],
    failures: [...a.failures, ...b.failures],
  };
}

function runPlaywright(project: string, workers: number): Count {
  if (!existsSync("playwright.config.ts")) return nothing;
  const file = join(folder, `${project}.json`);
  const args = ["test", "--reporter=list,json", `--project=${project}`, `--workers=${workers}`];
  const status = run("node_modules/@playwright/test/cli.js", args, { PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  if (!existsSync(file)) return withStatus(nothing, status || 1);
  const report = JSON.parse(readFileSync(file, "utf8")) as PlaywrightSuite & { readonly config: { readonly rootDir: string } };
  return withStatus(countSuite(report.config.rootDir, report), status);
}

const clientStatus = existsSync("vite.config.ts") ? run("scripts/ensure-client.mjs", []) : 0;
const total = [runVitest(), runPlaywright("journeys", 2), runPlaywright("measuring", 1)].reduce(add, withStatus(nothing, clientStatus));
rmSync(folder, { recursive: true, force: true });

const ci = process.env["CI"] ?? "";
const strict = ci !== "" && ci !== "0" && ci !== "false";
for (const failure of total.failures) process.stdout.write(`\nfailed: ${failure}\n`);
for (const title of total.skipped) process.stdout.write(`skipped${strict ? ", which CI counts as failed" : ""}: ${title}\n`);
const failed = total.failed + (strict ? total.skipped.length : 0);
process.stdout.write(`\n${total.passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
