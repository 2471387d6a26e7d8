// What several rounds of one contestant come to. Medians, because a machine shared with others disturbs single rounds.
import type { LoopFigures } from "./closed-loop.ts";
import type { Updates } from "./contestant.ts";

export interface Entry {
  readonly name: string;
  readonly durable: string;
  readonly updates: Updates;
  readonly games: number;
  readonly rounds: readonly LoopFigures[];
}

export interface Summary extends Omit<LoopFigures, "cpuByThread"> {
  readonly cpuByThread: Readonly<Record<string, number>>;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** Medians over the rounds; gaps are added up, because a single one is a fault. */
export function summary(rounds: readonly LoopFigures[]): Summary {
  const of = (pick: (figures: LoopFigures) => number) => median(rounds.map(pick));
  const threads = new Set(rounds.flatMap((round) => Object.keys(round.cpuByThread)));
  return {
    seconds: of((round) => round.seconds),
    taps: of((round) => round.taps),
    tapsPerSecond: of((round) => round.tapsPerSecond),
    cpuMicrosPerTap: of((round) => round.cpuMicrosPerTap),
    cpuByThread: Object.fromEntries([...threads].map((name) => [name, of((round) => round.cpuByThread[name] ?? 0)])),
    serverCores: of((round) => round.serverCores),
    testerCores: of((round) => round.testerCores),
    otherCores: of((round) => round.otherCores),
    p50Ms: of((round) => round.p50Ms),
    p99Ms: of((round) => round.p99Ms),
    maxMs: Math.max(...rounds.map((round) => round.maxMs)),
    bytesPerTapAndViewer: of((round) => round.bytesPerTapAndViewer),
    gaps: rounds.reduce((sum, round) => sum + round.gaps, 0),
  };
}

/** CPU per tap of one contestant in relation to another's in the same round; the median over rounds. */
export function cpuRatio(entry: Entry, base: Entry): number {
  return median(entry.rounds.map((round, i) => round.cpuMicrosPerTap / (base.rounds[i]?.cpuMicrosPerTap ?? Number.NaN)));
}

/**
 * The ratio for the guard: the lowest over rounds. A neighbour on the machine can only make a round look dearer, never cheaper,
 * so a program that really got slower is slower in its best round too. Each of the entries of `name` is held against that of `baseName`
 * with the same messages, and the dearest counts; NaN when one of the two was not measured.
 */
export function guardRatio(entries: readonly Entry[], name: string, baseName: string): number {
  const best = ({ rounds }: Entry) => Math.min(...rounds.map((round) => round.cpuMicrosPerTap));
  const ratios = entries
    .filter((entry) => entry.name === name)
    .map((entry) => {
      const base = entries.find((other) => other.name === baseName && other.updates === entry.updates);
      return base === undefined ? Number.NaN : best(entry) / best(base);
    });
  return ratios.length === 0 ? Number.NaN : Math.max(...ratios);
}
