// Which browser the journeys drive: the one the environment names, else Debian's, else Playwright's own.
import { existsSync } from "node:fs";

const args = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const debian = "/usr/bin/chromium";

export function chromiumPath(): string | undefined {
  return process.env["CHROMIUM_PATH"] ?? (existsSync(debian) ? debian : undefined);
}

export function chromiumOptions() {
  const executablePath = chromiumPath();
  return { launchOptions: { args, chromiumSandbox: false, ...(executablePath === undefined ? {} : { executablePath }) } };
}
