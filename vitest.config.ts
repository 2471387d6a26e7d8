import { configDefaults, defineConfig } from "vitest/config";

const slow = "__tests__/**/*.slow.test.ts";
const alone = "__tests__/**/*.alone.test.ts";
const patient = { testTimeout: 180_000, hookTimeout: 60_000 };
const exclude = [...configDefaults.exclude, "__tests__/e2e/**"];

// Three projects: `fast` is part of `npm run check`; `slow` (*.slow.test.ts) starts servers and mostly waits; `alone` (*.alone.test.ts)
// measures, or searches on every core.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["__tests__/**/*.test.{ts,tsx}"],
          exclude: [...exclude, slow, alone],
          pool: "threads",
          // No module holds state that changes, so files may share what a thread has imported: a third less time.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // Three files at a time: what mostly waits can wait beside others. After the fast ones, which take all cores.
        test: { name: "slow", include: [slow], exclude, ...patient, maxWorkers: 3, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        // One file at a time, after all others: what they measure must not be the other files' load.
        test: { name: "alone", include: [alone], exclude, ...patient, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
    coverage: {
      provider: "custom",
      customProviderModule: "./scripts/coverage-in-tests.ts",
      include: ["lib/**/*.ts"],
      reporter: ["json-summary", "lcov"],
      reportOnFailure: true,
      thresholds: {
        "lib/game/**": { statements: 95, lines: 95, functions: 95, branches: 90 },
        statements: 85,
        lines: 85,
        functions: 85,
      },
    },
  },
});
