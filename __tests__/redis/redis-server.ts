// A real redis-server of a test's own: on a free port, in a folder of its own, gone when the test is over.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { programPath } from "../support/programs.ts";

export interface RedisSettings {
  readonly port?: number;
  readonly appendonly?: "yes" | "no";
  readonly appendfsync?: "always" | "everysec" | "no";
  /** More settings, as on the command line: ["--maxmemory", "100mb"]. */
  readonly more?: readonly string[];
}

/** Asked for several before anybody listens on one, the system may give the same again. */
const given = new Set<number>();

/** A port nobody listens on now, and that was not given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

export class TestRedis {
  readonly port: number;
  readonly #settings: RedisSettings;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  private constructor(port: number, settings: RedisSettings) {
    this.port = port;
    this.#settings = settings;
    this.#folder = mkdtempSync(join(tmpdir(), "tapotarp-redis-"));
  }

  static async start(settings: RedisSettings = {}): Promise<TestRedis> {
    const redis = new TestRedis(settings.port ?? (await freePort()), settings);
    try {
      await redis.start();
    } catch (error) {
      await redis.end();
      throw error;
    }
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it (again) on the same port and folder, and waits until it answers. */
  async start(): Promise<void> {
    const { appendonly = "no", appendfsync = "everysec", more = [] } = this.#settings;
    const child = spawn(
      programPath("redis-server"),
      [
        ...["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder, "--save", "", "--daemonize", "no"],
        ...["--appendonly", appendonly, "--appendfsync", appendfsync, "--loglevel", "warning", ...more],
      ],
      { stdio: "ignore" },
    );
    this.#child = child;
    const probe = new Redis(this.url, {
      lazyConnect: true,
      retryStrategy: (times) => Math.min(20 * times, 100),
      maxRetriesPerRequest: 200,
    });
    probe.on("error", () => {});
    try {
      await probe.ping();
    } finally {
      probe.disconnect();
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it at once, as a power cut would; nothing of its own runs any more. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }

  async end(): Promise<void> {
    this.#child?.kill("SIGCONT");
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A plain client for looking inside. */
  async client(): Promise<Redis> {
    const redis = new Redis(this.url, { lazyConnect: true });
    redis.on("error", () => {});
    await redis.connect();
    return redis;
  }
}
