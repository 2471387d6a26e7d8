// CPU time, memory and the machine's load as Linux counts them, per thread, in nanoseconds. Reads /proc and nothing else.
import { readdirSync, readFileSync } from "node:fs";

export interface CpuReading {
  /** CPU time of all threads so far, ms. */
  readonly totalMs: number;
  /** The same by thread name; threads of one name are added up. */
  readonly byThread: Readonly<Record<string, number>>;
}

const nanosPerMs = 1e6;

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A thread may end between the listing and the reading.
    return "";
  }
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
  return { totalMs, byThread };
}

export function cpuBetween(before: CpuReading, after: CpuReading): CpuReading {
  const byThread: Record<string, number> = {};
  for (const [name, ms] of Object.entries(after.byThread)) byThread[name] = ms - (before.byThread[name] ?? 0);
  return { totalMs: after.totalMs - before.totalMs, byThread };
}

/** Resident memory of a process, bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Busy time of the whole machine so far, ms over all cores, at a resolution of 10 ms. */
export function machineBusyMs(): number {
  const line = read("/proc/stat").split("\n", 1)[0] ?? "";
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * 10;
}
