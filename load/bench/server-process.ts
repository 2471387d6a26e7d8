// Starts a server as a process of its own and stops it again, whatever happens to the run. The servers under test are only ever
// reached over loopback.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Processes that work for it and whose CPU time is its own: its Redis. */
  readonly beside: readonly number[];
  /** Ends it, waits for that, and removes its folder. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** What node runs: arguments and the file, from the project's folder. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly beside?: readonly number[];
  /** Finds the port in what the server prints when it is ready. */
  readonly ready: RegExp;
}

const readyMsMax = 30_000;
const stopMsMax = 10_000;
const outputCharsMax = 20_000;

/** A fresh folder for data, in TMPDIR. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), "tapotarp-bench-"));
}

export async function startServer({ args, env = {}, beside = [], ready }: StartOptions): Promise<ServerProcess> {
  const dataDir = freshFolder();
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    env: { PATH: process.env["PATH"], NODE_ENV: "production", HOST: "127.0.0.1", PORT: "0", DATA_DIR: dataDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const port = await portOf(child, ready);
    return { pid: child.pid as number, port, beside, stop: () => stop(child, remove) };
  } catch (error) {
    child.kill("SIGKILL");
    remove();
    throw error;
  }
}

async function stop(child: ChildProcess, remove: () => void): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const hurry = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
    await gone;
    clearTimeout(hurry);
  }
  remove();
}

function portOf(child: ChildProcess, ready: RegExp): Promise<number> {
  let output = "";
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`The server was not ready in time.\n${output}`)), readyMsMax);
    const look = (chunk: Buffer) => {
      if (output.length < outputCharsMax) output += String(chunk);
      const port = ready.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      done(Number(port));
    };
    // Read on for as long as it lives: a full pipe would stop the server.
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("exit", (code) => failed(new Error(`The server left with code ${code} before it was ready.\n${output}`)));
  });
}
