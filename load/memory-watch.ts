// The resident memory of a server while it is under load: as it is every few seconds and, of a long run, what is left when the garbage is
// collected, once after it has warmed up and once near its end. Only the latter tells a leak from a heap that has not been collected yet.
import { setTimeout as pause } from "node:timers/promises";
import { residentBytes } from "./bench/procfs.ts";

const sampleMs = 5_000;
/** A run this long is collected in. */
const longMs = 20 * 60_000;
/** By then its code is compiled; what fills with the number of changes may fill later. */
const warmMs = 10 * 60_000;
/** Before its end: the players are at their tables still. */
const endMs = 60_000;
const settleMs = 5_000;
/** What is left near the end may be this much of what was left when it was warm: some MiB come with the first tens of thousands of changes. */
const growthMax = 1.05;

export interface Collected {
  readonly atSeconds: number;
  readonly mib: number;
}

export interface MemoryFigures {
  /** Every 5 s. */
  readonly memoryMiB: readonly number[];
  /** Empty for a short run. */
  readonly collected: readonly Collected[];
  readonly isFlat: boolean;
  readonly words: string;
}

/** What node is given so that its server collects when it is told to. */
export const collecting = ["--expose-gc", "--import", "./load/bench/collect-at-signal.ts"] as const;

const mibOf = (pid: number): number => residentBytes(pid) / 2 ** 20;

/** `runMs`: how long the load will last; 0 for a server that is started without `collecting`. */
export function watchMemory(pid: number, runMs: number): { stop(): MemoryFigures } {
  const samples = [mibOf(pid)];
  const collected: Collected[] = [];
  const stopped = new AbortController();
  const timer = setInterval(() => samples.push(mibOf(pid)), sampleMs);
  const collectAt = async (atMs: number): Promise<void> => {
    await pause(atMs, undefined, { signal: stopped.signal });
    process.kill(pid, "SIGUSR2");
    await pause(settleMs, undefined, { signal: stopped.signal });
    collected.push({ atSeconds: Math.round(atMs / 1_000), mib: mibOf(pid) });
  };
  // A run that ends early has no second reading, and says so.
  if (runMs >= longMs) for (const atMs of [warmMs, runMs - endMs]) collectAt(atMs).catch(() => {});
  return {
    stop() {
      clearInterval(timer);
      stopped.abort();
      const [warm, end] = collected;
      const said = collected.map(({ atSeconds, mib }) => `${mib.toFixed(1)} MiB after ${atSeconds} s`).join(", ");
      return {
        memoryMiB: samples.map(Math.round),
        collected,
        isFlat: runMs < longMs || (warm !== undefined && end !== undefined && end.mib <= warm.mib * growthMax),
        words: `memory ${Math.round(samples[0] ?? 0)} to ${Math.round(Math.max(...samples))} MiB${said === "" ? "" : `; collected: ${said}`}`,
      };
    },
  };
}
