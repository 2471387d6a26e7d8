// A whole server in a process of its own: `node server.ts` on a free port with a folder of its own. Started, asked to stop,
// killed and started again on the same folder by tests that need the real thing.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const readyMsMax = 60_000;
/** How long a server may take to leave when its coverage is wanted, and its workers when it is gone. */
const leaveMsMax = 5_000;
/** A second signal as late as this is not the first one once more (lib/ops/stop.ts). */
const hurryAfterMs = 600;

export interface ServerOptions {
  /** More environment; LIMIT_ variables among others. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its data lives; a fresh folder when left out. */
  readonly dataDir?: string;
  /** Listens here; a free port when left out. */
  readonly port?: number;
  /** Arguments for node itself, before the program. */
  readonly nodeArgs?: readonly string[];
  /** What is run; `server.ts` when left out. */
  readonly program?: string;
}

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything it wrote to standard output and standard error so far. */
  output(): string;
  /** From here on nobody reads its standard output: soon no more goes into the pipe. */
  stopReading(): void;
  /** Reads standard output again. */
  readOn(): void;
  /** SIGTERM, then the exit code and how long that took, ms. */
  stop(): Promise<{ readonly code: number | null; readonly tookMs: number }>;
  signal(signal: NodeJS.Signals): void;
  /** kill -9, and gone when it resolves. */
  kill(): Promise<void>;
  /** Resolves with the exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** kill -9 when still there, and its folder is removed when it was made here, once nobody can write into it any more. */
  dispose(): Promise<void>;
}

/** Everything a test starts, so that a failing test leaves no process behind. */
export async function startRunningServer(options: ServerOptions = {}): Promise<RunningServer> {
  const own = options.dataDir === undefined;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "tapotarp-"));
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), options.program ?? "server.ts"], {
    cwd: root,
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "test",
      PORT: String(options.port ?? 0),
      HOST: "127.0.0.1",
      DATA_DIR: dataDir,
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written: string[] = [];
  const exited = once(child, "exit").then(([code]) => code as number | null);
  // When its output has no writer left: workers of a server that was killed live on for a moment.
  const closed = once(child, "close");
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void written.push(text));
  const output = () => written.join("");
  let port: number;
  try {
    port = await portOf(child, output);
  } catch (error) {
    child.kill("SIGKILL");
    if (own) rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    dataDir,
    pid: child.pid as number,
    output,
    stopReading: () => void child.stdout.pause(),
    readOn: () => void child.stdout.resume(),
    exited,
    kill,
    signal: (signal) => void child.kill(signal),
    async stop() {
      const startedAt = performance.now();
      child.kill("SIGTERM");
      return { code: await exited, tookMs: performance.now() - startedAt };
    },
    async dispose() {
      if (process.env["NODE_V8_COVERAGE"] !== undefined) await leave(child, exited);
      await kill();
      child.stdout.resume();
      await within(leaveMsMax, closed);
      if (own) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Who is killed writes no coverage: two signals let it flush and leave at once, unless it is stuck. */
async function leave(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill("SIGTERM");
  const hurry = setTimeout(() => child.kill("SIGTERM"), hurryAfterMs);
  await within(leaveMsMax, exited);
  clearTimeout(hurry);
}

/** Until it is done, or that time is over. */
async function within(ms: number, done: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}

function portOf(child: ChildProcess, output: () => string): Promise<number> {
  return new Promise((done, failed) => {
    const look = (): void => {
      const port = /is ready on http:\/\/[^\s"]*?:(\d+)/.exec(output())?.[1];
      if (port !== undefined) end(() => done(Number(port)));
    };
    const fail = (why: string) => end(() => failed(new Error(`The server ${why}.\n${output()}`)));
    const onExit = (code: number | null) => fail(`left with code ${code} before it was ready`);
    const timer = setTimeout(() => fail(`was not ready within ${readyMsMax} ms`), readyMsMax);
    const end = (then: () => void): void => {
      clearTimeout(timer);
      child.off("exit", onExit);
      child.stdout?.off("data", look);
      then();
    };
    child.on("exit", onExit);
    child.stdout?.on("data", look);
  });
}

/** Resident memory of a process in bytes, as Linux counts it. */
export async function residentBytes(pid: number): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
