// The part of `npm run coverage` that every test file loads: it tells the processes and threads a test starts where to leave their coverage.
// It must stay light, since it is loaded as often as there are test files; what reads the coverage is in coverage-program.ts.
import { join } from "node:path";
import coverage from "@vitest/coverage-v8";

/** Below vitest's own temporary folder, which it empties before a run and removes after it. */
function processFolder(reportsDirectory: string): string {
  return join(reportsDirectory, ".tmp", "processes");
}

// biome-ignore lint/style/noDefaultExport: vitest loads a provider by its default export
export default {
  ...coverage,
  // Node hands the variable on to every process and thread, whatever environment they are given.
  async startCoverage(options: Parameters<NonNullable<typeof coverage.startCoverage>>[0]): Promise<void> {
    await coverage.startCoverage?.({ ...options, autoAttachSubprocess: false });
    process.env["NODE_V8_COVERAGE"] = processFolder(options.reportsDirectory);
  },
  // Called on vitest's own object: it keeps there what it began.
  takeCoverage: (...args: Parameters<NonNullable<typeof coverage.takeCoverage>>) => coverage.takeCoverage?.(...args),
  stopCoverage: (...args: Parameters<NonNullable<typeof coverage.stopCoverage>>) => coverage.stopCoverage?.(...args),
  async getProvider(): Promise<unknown> {
    const { WholeProgramCoverage } = await import("./coverage-program.ts");
    return new WholeProgramCoverage(processFolder);
  },
};
