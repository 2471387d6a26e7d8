// Runs before the server and the browser tests: refuses a Node that is too old, and builds the browser client when it is missing or stale.
// Plain JavaScript on purpose, so that an old Node can read it far enough to say what is wrong.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = ["public", "lib/game", "lib/chsh", "lib/protocol", "vite.config.ts", "package-lock.json"];
const built = join(root, "dist/public/index.html");

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`Tap-or-Tarp needs Node 22.18 or newer, this is ${process.versions.node}. "npm ci && npm start" brings its own.\n`);
  process.exit(1);
}

/** The newest modification time, in ms since the epoch, of a file or of anything in a folder; 0 when it does not exist. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const about = statSync(path);
  if (!about.isDirectory()) return about.mtimeMs;
  return Math.max(about.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const vite = join(root, "node_modules/vite/bin/vite.js");
const stale = !existsSync(built) || Math.max(...sources.map((path) => newest(join(root, path)))) > statSync(built).mtimeMs;
const buildable = existsSync(vite) && existsSync(join(root, "vite.config.ts"));

if (stale && buildable) {
  process.stdout.write("Building the browser client ...\n");
  // As players get it, whoever asks: a build under the tests' NODE_ENV would keep nothing on their devices, and count as fresh here.
  const env = { ...process.env, NODE_ENV: "production" };
  const build = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: root, env, stdio: "inherit" });
  if (build.status !== 0) process.exit(build.status ?? 1);
} else if (!existsSync(built)) {
  process.stderr.write("The browser client is not built and vite is not installed: run `npm ci && npm run build` first.\n");
  process.exit(1);
}
