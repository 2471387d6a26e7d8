// Started with a Node that is too old, `npm start` says so in one line: what runs before the server is plain JavaScript for that.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const { engines, scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly engines: { readonly node: string };
  readonly scripts: Record<string, string>;
};

/** What runs before the server, in a Node that says it is another. */
function startedWith(version: string) {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions, "node", { value: "${version}" })`;
  return spawnSync(process.execPath, ["--import", pretend, "scripts/ensure-client.mjs"], { cwd: root, encoding: "utf8" });
}

test("it is what `npm start` runs first", () => {
  expect(scripts["prestart"]).toBe("node scripts/ensure-client.mjs");
});

test.each(["18.20.8", "20.20.2", "22.17.1"])("Node %s: one line that says what is needed, exit 1", (version) => {
  const needed = engines.node.replace(">=", "");
  expect(startedWith(version)).toMatchObject({
    status: 1,
    stdout: "",
    stderr: `Tap-or-Tarp needs Node ${needed} or newer, this is ${version}. "npm ci && npm start" brings its own.\n`,
  });
});
