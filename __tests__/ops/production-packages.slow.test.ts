// A server with the packages it is shipped with and no others: none of development is asked for, and of those that are large only what
// its settings call for.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRunningServer } from "../support/running-server.ts";

const root = resolve(import.meta.dirname, "../..");
/** Loaded when a DSN, and when an address of Redis is set. */
const asked: readonly string[] = ["@sentry/node", "ioredis"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tapotarp-shipped-"));
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  for (const name of ["lib", "server.ts", "package.json"]) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of Object.keys(dependencies).filter((each) => !asked.includes(each))) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a server there says until it is ready, or has left. */
async function start(environment: string): Promise<{ readonly lines: readonly string[]; readonly errors: string }> {
  const env = { PATH: process.env["PATH"], NODE_ENV: environment, PORT: "0", HOST: "127.0.0.1", DATA_DIR: join(folder, environment) };
  const child = spawn(process.execPath, ["server.ts"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, errors] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (out.includes("is ready on") && out.endsWith("\n")) child.kill("SIGKILL");
  });
  await new Promise((done) => child.on("close", done));
  return { lines: out.split("\n").filter((line) => line !== ""), errors };
}

describe("F15 L43 without the packages of development", () => {
  test.each(["production", "development"])("a server for %s starts, and its log is JSON", async (environment) => {
    const { lines, errors } = await start(environment);
    expect(errors).toBe("");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContainEqual(expect.stringContaining("is ready on"));
  });

  test("with them a server for development writes lines for people, one for production writes JSON all the same", async () => {
    const written = async (environment: string): Promise<string> => {
      const running = await startRunningServer({ env: { NODE_ENV: environment } });
      await running.dispose();
      return (
        running
          .output()
          .split("\n")
          .find((line) => line.includes("is ready on")) ?? ""
      );
    };
    expect(await written("development")).toMatch(/^\[.*INFO.*: Tap-or-Tarp is ready on http/);
    expect(JSON.parse(await written("production"))).toMatchObject({
      level: "info",
      instance: expect.any(String),
      tier: expect.any(String),
    });
  });
});
