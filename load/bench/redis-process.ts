// A redis-server for one contestant: loopback, a folder of its own, gone when the run is over.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { freshFolder } from "./server-process.ts";

/** What an append-only file promises: every change is on the disk before it is answered, or there is none. */
export type RedisKind = "always" | "no";

export interface RedisProcess {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

const readyMsMax = 5_000;
const tryEveryMs = 25;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Rejects when it ends before it answers, or takes too long. */
async function answering(port: number, gone: Promise<unknown>): Promise<void> {
  const ended = gone.then(() => {
    throw new Error("redis-server ended before it answered.");
  });
  const until = performance.now() + readyMsMax;
  while (!(await Promise.race([answers(port), ended]))) {
    if (performance.now() > until) throw new Error("redis-server did not answer in time.");
    await pause(tryEveryMs);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function startRedis(kind: RedisKind): Promise<RedisProcess> {
  const [port, folder] = [await freePort(), freshFolder()];
  const files = kind === "always" ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--maxmemory-policy", "noeviction", ...files];
  const child = spawn("redis-server", args, { stdio: "ignore" });
  const gone = once(child, "exit").catch(() => {
    throw new Error("redis-server could not be started: is it installed?");
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await gone.catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(port, gone);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid as number, url: `redis://127.0.0.1:${port}`, stop };
}
