import { configDefaults, defineConfig } from "vitest/config";

const slow = "__tests__/**/*.slow.test.{ts,tsx}";
const exclude = [...configDefaults.exclude, "__tests__/e2e/**"];

// Two projects: `fast` is part of `npm run check`, `slow` (files named *.slow.test.ts) starts servers, browsers or long searches.
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
          exclude: [...exclude, slow],
          pool: "threads",
          // No module holds state that changes, so files may share what a thread has imported: a third less time.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // One file at a time, after the fast ones: what they measure must not be the other files' load.
        test: {
          name: "slow",
          include: [slow],
          exclude,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
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
