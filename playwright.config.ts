import { defineConfig } from "@playwright/test";
import { chromiumOptions } from "./__tests__/e2e/support/chromium.ts";

// Journeys through real browsers and a real server; one at a time, because the clocks are real and figures are measured.
export default defineConfig({
  testDir: "__tests__/e2e",
  outputDir: "test-results",
  timeout: 90_000,
  expect: { timeout: 8_000 },
  workers: 1,
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
