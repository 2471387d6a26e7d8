// CPU time, memory and the machine's load as Linux counts them, per thread. Reads /proc and nothing else.
import { readdirSync, readFileSync } from "node:fs";

export interface CpuReading {
  /** CPU time of all threads so far, ms, those that have ended among them. */
  readonly totalMs: number;
  /** The same by thread name; threads of one name are added up, and those that are no more are `ended`. */
  readonly byThread: Readonly<Record<string, number>>;
}

const nanosPerMs = 1e6;
const msPerTick = 10;

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A thread may end between the listing and the reading.
    return "";
  }
}

/** CPU time of a process with the threads there were, at a resolution of 10 ms. The name may have spaces and brackets in it. */
function wholeMsOf(pid: number): number {
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * msPerTick;
}

/** CPU time a process has used, with all its threads. Zero for a process that is gone. */
export function cpuOf(pid: number): CpuReading {
  let totalMs = 0;
  const byThread: Record<string, number> = {};
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return { totalMs, byThread };
  }
  for (const thread of threads) {
    const ms = Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ", 1)[0] || 0) / nanosPerMs;
    const name = Number(thread) === pid ? "main" : read(`/proc/${pid}/task/${thread}/comm`).trim() || "gone";
    byThread[name] = (byThread[name] ?? 0) + ms;
    totalMs += ms;
  }
  const wholeMs = Math.max(totalMs, wholeMsOf(pid));
  return { totalMs: wholeMs, byThread: { ...byThread, ended: wholeMs - totalMs } };
}

/** CPU time of several processes and all their children: a server with workers, or one beside its Redis. */
export function cpuOfAll(pids: readonly number[]): CpuReading {
  const byThread: Record<string, number> = {};
  let totalMs = 0;
  for (const pid of pids.flatMap(withChildren)) {
    const reading = cpuOf(pid);
    totalMs += reading.totalMs;
    for (const [name, ms] of Object.entries(reading.byThread)) byThread[name] = (byThread[name] ?? 0) + ms;
  }
  return { totalMs, byThread };
}

function withChildren(pid: number): readonly number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(withChildren)];
}

export function cpuBetween(before: CpuReading, after: CpuReading): CpuReading {
  const byThread: Record<string, number> = {};
  // Also the names of before: what a thread had used that ended in between is in `ended` now, and was not used twice.
  for (const name of Object.keys({ ...before.byThread, ...after.byThread }))
    byThread[name] = (after.byThread[name] ?? 0) - (before.byThread[name] ?? 0);
  return { totalMs: after.totalMs - before.totalMs, byThread };
}

/** Resident memory of one process, bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Busy time of the whole machine so far, ms over all cores, at a resolution of 10 ms. */
export function machineBusyMs(): number {
  const line = read("/proc/stat").split("\n", 1)[0] ?? "";
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * msPerTick;
}
