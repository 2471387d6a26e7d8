// Starts the server once, and stops it as soon as it is ready: while an image is built, so that Node's cache of compiled code is in it.
// However slow the machine is that builds it; a server that does not start fails the build, and says why.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const readySecondsMax = 120;
const folder = mkdtempSync(join(tmpdir(), "tapotarp-first-"));
const server = spawn(process.execPath, ["server.ts"], {
  env: { ...process.env, DATA_DIR: folder, HOST: "127.0.0.1", PORT: "0" },
  stdio: ["ignore", "pipe", "inherit"],
});
const tooSlow = setTimeout(() => {
  process.stderr.write(`The server was not ready within ${readySecondsMax} s.\n`);
  server.kill("SIGKILL");
}, readySecondsMax * 1_000);

let said = "";
let isReady = false;
server.stdout.setEncoding("utf8").on("data", (text) => {
  said += text;
  if (isReady || !said.includes("is ready on ")) return;
  isReady = true;
  server.kill("SIGTERM");
});
server.on("close", (code) => {
  clearTimeout(tooSlow);
  rmSync(folder, { recursive: true, force: true });
  if (isReady && code === 0) return;
  process.stderr.write(said);
  process.exitCode = 1;
});
