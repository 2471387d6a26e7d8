// `npm run load -- NAME`: starts a server with data of its own, runs one k6 script against it, reconciles the script's counts with the
// server's metrics, and keeps the result. `all` runs the short form of each. Bounded in time; loopback only.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { misused, readArguments } from "../scripts/arguments.ts";
import { raisedLimits } from "./bench/contestant.ts";
import { machine } from "./bench/machine.ts";
import { cpuOf } from "./bench/procfs.ts";
import { root, type ServerProcess, startServer } from "./bench/server-process.ts";
import { keptAs } from "./kept-as.ts";
import { collecting, type MemoryFigures, watchMemory } from "./memory-watch.ts";
import { type Reconciled, reconcile, type Summary } from "./reconcile.ts";
import { type Served, servedOf } from "./served.ts";
import { slowReaders } from "./slow-readers.ts";
import { type StreamFigures, watchStreams } from "./stream-watchers.ts";

const scripts = ["smoke", "tables", "taps", "storm", "lobby", "soak"] as const;
/** Everything `all` runs, in this order. `slow` needs readers that stop reading, which k6 cannot: it is a Node program. */
const shortForms: readonly (readonly [name: string, env: Readonly<Record<string, string>>])[] = [
  ["smoke", {}],
  ["tables", { PLAYERS: "100", SECONDS: "15" }],
  ["taps", { RATE: "200", TABLES: "50", SECONDS: "10" }],
  ["storm", { PLAYERS: "200", ROUNDS: "2" }],
  ["lobby", { SECONDS: "10" }],
  ["slow", {}],
  ["soak", { PLAYERS: "100", SECONDS: "30" }],
];
/** What `crowds` runs: large crowds at their tables. The largest needs 12 GB for k6 itself, or it clears up its memory in between. */
const crowdForms: typeof shortForms = [
  ["tables", { PLAYERS: "1000", SECONDS: "40" }],
  ["tables", { PLAYERS: "10000", SECONDS: "150" }],
];
const wholeMsMax = 2 * 3_600_000;
const cpuSampleMs = 250;
/**
 * From so many players on, k6 clears up its memory only when it has used 60 % of the machine's. Each clearing of a large crowd's takes a
 * core for seconds, and what k6 sees in them is its own lateness.
 */
const crowdFrom = 1_000;
const roomy = { GOGC: "off", GOMEMLIMIT: `${Math.floor((totalmem() * 0.6) / 2 ** 20)}MiB` };
const metricsToken = "a-token-for-load-tests";

function findK6(): string | null {
  const places = [process.env["K6"], join(homedir(), "go/bin/k6"), "/usr/local/bin/k6", "/usr/bin/k6"];
  const there = places.find((place) => place !== undefined && existsSync(place));
  if (there !== undefined) return there;
  return spawnSync("k6", ["version"]).status === 0 ? "k6" : null;
}

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly summary: Summary | null;
  readonly reconciled: Reconciled | null;
  readonly served: Served;
  readonly serverCpuMs: number;
  readonly testerCpuMs: number;
  readonly memory: MemoryFigures;
  /** Watchers over Server-Sent Events beside the script; only `lobby` has them. */
  readonly streams: StreamFigures | null;
}

async function metricsOf({ port }: ServerProcess): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
  return response.text();
}

/** Gives the exit code and the CPU time k6 had used when it was last looked at. Rejects when it cannot be started. */
function runK6(k6: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ code: number; cpuMs: number }> {
  const collects = Number(env["PLAYERS"] ?? 0) >= crowdFrom ? roomy : {};
  const child = spawn(k6, [...args], {
    cwd: root,
    stdio: "inherit",
    env: { PATH: process.env["PATH"], HOME: homedir(), ...collects, ...env },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), wholeMsMax);
  let cpuMs = 0;
  const look = setInterval(() => {
    cpuMs = Math.max(cpuMs, cpuOf(child.pid ?? 0).totalMs);
  }, cpuSampleMs);
  const settle = (): void => {
    clearTimeout(timer);
    clearInterval(look);
  };
  return new Promise((done, failed) => {
    child.once("error", (error) => {
      settle();
      failed(new Error(`k6 could not be started: ${error.message}`));
    });
    child.once("exit", (code) => {
      settle();
      done({ code: code ?? 1, cpuMs });
    });
  });
}

/** The smoke script checks times to the millisecond: no heartbeat may come, or the lag it finds would be credited. */
const quietHeart = (name: string): Readonly<Record<string, string>> => (name === "smoke" ? { LIMIT_HEARTBEAT_MS: "600000" } : {});

async function runScript(name: string, k6: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "tapotarp-load-"));
  const file = join(folder, "summary.json");
  const server = await startServer({
    args: [...(name === "soak" ? collecting : []), "server.ts"],
    env: { METRICS_TOKEN: metricsToken, ALLOW_MISSING_ORIGIN: "true", LIMIT_HTTP_REQUESTS: "100000", ...raisedLimits, ...quietHeart(name) },
    ready: /is ready on http:\/\/[^\s"]*?:(\d+)/,
  });
  const watch = watchMemory(server.pid, name === "soak" ? Number(env["SECONDS"] ?? 0) * 1_000 : 0);
  try {
    const cpuBefore = cpuOf(server.pid).totalMs;
    const url = `http://127.0.0.1:${server.port}`;
    const args = ["run", "--quiet", "--no-usage-report", "--summary-mode=compact", "--summary-export", file, `load/k6/${name}.ts`];
    const watchers = name === "lobby" ? watchStreams(url) : null;
    const { code, cpuMs } = await runK6(k6, args, { URL: url, ...env });
    const streams = (await watchers?.stop()) ?? null;
    const summary = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Summary) : null;
    const metrics = await metricsOf(server);
    const reconciled = summary === null ? null : reconcile(summary, metrics);
    const memory = watch.stop();
    return {
      name,
      passed: code === 0 && (reconciled?.agrees ?? false) && streams?.passed !== false && memory.isFlat,
      summary,
      reconciled,
      served: servedOf(metrics),
      serverCpuMs: cpuOf(server.pid).totalMs - cpuBefore,
      testerCpuMs: cpuMs,
      memory,
      streams,
    };
  } finally {
    watch.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function keep(name: string, result: object): void {
  const folder = join(root, "load/results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `load-${name}.json`);
  writeFileSync(file, `${JSON.stringify({ machine: machine(), ...result }, null, 1)}\n`);
  console.log(`kept in load/results/load-${name}.json`);
}

interface Run {
  readonly name: string;
  readonly k6: string | null;
  readonly keeps: boolean;
}

async function one({ name, k6, keeps }: Run, env: Readonly<Record<string, string>>): Promise<boolean> {
  console.log(
    `\n== ${name} ${Object.entries(env)
      .map(([key, value]) => `${key}=${value}`)
      .join(" ")}`,
  );
  if (name === "slow") {
    const result = await slowReaders();
    if (keeps) keep(name, { ...result });
    console.log(result.words);
    return result.passed;
  }
  if (k6 === null) {
    console.log("k6 is not here. Where Go is installed: go install go.k6.io/k6@latest (or name it in K6).");
    return false;
  }
  const outcome = await runScript(name, k6, env);
  const kept = keeps ? keptAs(name, env) : null;
  if (kept !== null) keep(kept, { settings: env, ...outcome });
  console.log(outcome.reconciled?.words ?? "no summary");
  console.log(outcome.served.words);
  if (outcome.streams !== null) console.log(outcome.streams.words);
  console.log(outcome.memory.words);
  console.log(`${name}: ${outcome.passed ? "passed" : "FAILED"}`);
  return outcome.passed;
}

const known = ["all", "crowds", "slow", ...scripts];
const usage = `npm run load -- ${known.join(" | ")} [PLAYERS=100] [SECONDS=30] [RATE=200] [TABLES=50]

  --no-keep  keeps no result in load/results
  --has-k6   only says whether k6 is there: exit 0 or 1

What each does stands in load/README.md.`;

async function main(): Promise<void> {
  const options = { "no-keep": { type: "boolean", default: false }, "has-k6": { type: "boolean", default: false } } as const;
  const { positionals, values } = readArguments(usage, options);
  const k6 = findK6();
  if (values["has-k6"]) {
    process.exitCode = k6 === null ? 1 : 0;
    return;
  }
  const [name = "", ...settings] = positionals;
  const env = Object.fromEntries(settings.map((setting) => setting.split("=", 2) as [string, string]));
  if (!known.includes(name)) return misused(`Say what: one of ${known.join(", ")}.`);
  const wrong = settings.find((setting) => !/^[A-Z]+=./.test(setting));
  if (wrong !== undefined) return misused(`${wrong} is no setting, as PLAYERS=100 is one.`);
  const runs =
    name === "all" ? shortForms : name === "crowds" ? crowdForms : ([[name, name === "soak" ? { SECONDS: "3600", ...env } : env]] as const);
  let failed = 0;
  for (const [script, short] of runs) if (!(await one({ name: script, k6, keeps: !values["no-keep"] }, { ...short, ...env }))) failed += 1;
  if (failed > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
