// What the servers, the tester and the rest of the machine used of the CPU between two moments of a run.
import { type CpuReading, cpuBetween, cpuOf, cpuOfAll, machineBusyMs } from "./procfs.ts";

export interface Moment {
  readonly at: number;
  readonly servers: CpuReading;
  readonly tester: CpuReading;
  readonly machineMs: number;
}

/** Now. `pids`: the server processes whose CPU time counts. */
export const momentOf = (pids: readonly number[]): Moment => ({
  at: performance.now(),
  servers: cpuOfAll(pids),
  tester: cpuOf(process.pid),
  machineMs: machineBusyMs(),
});

export interface Span {
  readonly wallMs: number;
  /** CPU time of the servers, with all their threads. */
  readonly server: CpuReading;
  readonly serverCores: number;
  readonly testerCores: number;
  /** CPU that neither the servers nor the tester used: how noisy the machine was. */
  readonly otherCores: number;
}

export function spanOf(from: Moment, until: Moment): Span {
  const wallMs = Math.max(1, until.at - from.at);
  const server = cpuBetween(from.servers, until.servers);
  const testerMs = cpuBetween(from.tester, until.tester).totalMs;
  const otherMs = Math.max(0, until.machineMs - from.machineMs - server.totalMs - testerMs);
  return { wallMs, server, serverCores: server.totalMs / wallMs, testerCores: testerMs / wallMs, otherCores: otherMs / wallMs };
}
