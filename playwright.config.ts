import { defineConfig } from "@playwright/test";
import { chromiumOptions } from "./__tests__/e2e/support/chromium.ts";

// Journeys through real browsers and a real server of each test's own; two workers at most, because the clocks are real.
export default defineConfig({
  testDir: "__tests__/e2e",
  outputDir: "test-results",
  timeout: 90_000,
  expect: { timeout: 8_000 },
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  use: { ...chromiumOptions(), trace: "retain-on-failure", locale: "en-GB" },
});
