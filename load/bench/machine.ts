// Where and with what a result was measured, so that it can be judged and repeated.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { root } from "./server-process.ts";

export interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Over the last minute, when the run began. */
  readonly loadAverage: number;
}

const packages = ["ws", "better-sqlite3", "async-lock", "ioredis", "express"];

function versionOf(name: string): string {
  try {
    return (JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as { version: string }).version;
  } catch {
    return "not installed";
  }
}

const git = (...words: string[]): string => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();

/** Results do not count: the first piece that is kept would make a changed program of it for all that follow. */
function commitNow(): string {
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!load/results");
    return git("describe", "--always") + (changed === "" ? "" : "-dirty");
  } catch {
    return "unknown";
  }
}

export function machine(): Machine {
  const [first] = cpus();
  return {
    at: new Date().toISOString(),
    cpu: first?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    commit: commitNow(),
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    loadAverage: loadavg()[0] ?? 0,
  };
}
