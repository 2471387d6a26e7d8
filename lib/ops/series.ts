// The last minutes of the main figures, for the operator's charts: one sample every two seconds, in a ring of fixed size.
import type { Sample } from "../protocol/admin-rows.ts";
import type { Ambient, Cancellable } from "./ambient.ts";

/** What is read at each sample. Counters only rise. */
export interface SeriesSource {
  connections(): number;
  commandsTotal(): number;
  /** Sum of all commands' durations, ms. */
  commandMsTotal(): number;
  queueAgeMs(): number;
  loopLagMs(): number;
}

export interface Series {
  /** Oldest first, at most ten minutes. */
  samples(): readonly Sample[];
  /** Takes one sample now; called by the timer. */
  sample(): void;
  close(): void;
}

const intervalMs = 2000;
const samplesMax = 300;

/** The system is asked for it by opening a file, which fails when there are too many: a gap in a chart is no reason to leave. */
function memoryMbOr(before: number): number {
  try {
    return process.memoryUsage.rss() / 1024 / 1024;
  } catch {
    return before;
  }
}

export function createSeries(ambient: Pick<Ambient, "now" | "every">, source: SeriesSource): Series {
  const ring: Sample[] = [];
  let before = { at: ambient.now(), commands: source.commandsTotal(), ms: source.commandMsTotal() };
  function sample(): void {
    const now = { at: ambient.now(), commands: source.commandsTotal(), ms: source.commandMsTotal() };
    const commands = now.commands - before.commands;
    const elapsedS = Math.max(0.001, (now.at - before.at) / 1000);
    ring.push({
      at: now.at,
      connections: source.connections(),
      commandsPerSecond: commands / elapsedS,
      commandMs: commands === 0 ? 0 : (now.ms - before.ms) / commands,
      queueAgeMs: source.queueAgeMs(),
      loopLagMs: source.loopLagMs(),
      memoryMb: memoryMbOr(ring.at(-1)?.memoryMb ?? 0),
    });
    if (ring.length > samplesMax) ring.shift();
    before = now;
  }
  const timer: Cancellable = ambient.every(intervalMs, sample);
  return { samples: () => ring, sample, close: () => timer.cancel() };
}
