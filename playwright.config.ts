import { defineConfig } from "@playwright/test";
import { chromiumOptions } from "./__tests__/e2e/support/chromium.ts";

/** What they measure must not be the other journeys' load: `npm test` runs these one at a time, after the others. */
const measuring = /\/(admin|coming-back|foundation|speed)\.spec\.ts$/;

// Journeys through real browsers and a real server, each with a server of its own.
export default defineConfig({
  testDir: "__tests__/e2e",
  outputDir: "test-results",
  timeout: 90_000,
  expect: { timeout: 8_000 },
  // By hand one at a time, so that figures can be read off any of them.
  workers: 1,
  projects: [
    { name: "journeys", testIgnore: measuring },
    { name: "measuring", testMatch: measuring },
  ],
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    ...chromiumOptions(),
    trace: { mode: "retain-on-failure", snapshots: false, screenshots: false, sources: false },
    screenshot: "only-on-failure",
    locale: "en-GB",
  },
});
