// A real server of the test's own: on a free port, with its data in a folder of its own, stopped or killed when told.
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

const startMsMax = 15_000;

export class GameServer {
  /** Made at the first start: whoever only lists the tests makes servers, too, and starts none. */
  dataDir = "";
  port = 0;
  private process: ChildProcess | null = null;
  private said = "";
  private readonly env: Readonly<Record<string, string>>;
  private readonly startMs: number;

  /** `env`: more of it than the tests have; LIMIT_ variables among others. */
  constructor(env: Readonly<Record<string, string>> = {}, startMs = startMsMax) {
    this.env = env;
    this.startMs = startMs;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  async start(): Promise<void> {
    if (this.dataDir === "") this.dataDir = mkdtempSync(join(tmpdir(), "tapotarp-e2e-"));
    const child = spawn(process.execPath, ["server.ts"], {
      env: {
        ...process.env,
        PORT: String(this.port),
        DATA_DIR: this.dataDir,
        NODE_ENV: "test",
        LOG_LEVEL: "info",
        REDIS_URL: "",
        ...this.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process = child;
    try {
      this.port = await this.ready(child);
    } catch (error) {
      // Whoever started it does not stop what did not start: it would stay behind, and its folder with it.
      await this.close();
      throw error;
    }
    this.said = "";
  }

  /** Its port. */
  private ready(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server did not start:\n${this.said}`)), this.startMs);
      const read = (chunk: Buffer): void => {
        this.said += chunk.toString();
        const port = /ready on http:\/\/localhost:(\d+)/.exec(this.said)?.[1];
        if (port === undefined) return;
        clearTimeout(late);
        resolve(Number(port));
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${this.said}`)));
    });
  }

  /** `kill -9`, and everything in memory is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }

  async close(): Promise<void> {
    await this.kill("SIGKILL");
    rmSync(this.dataDir, { recursive: true, force: true });
    this.dataDir = "";
  }
}
