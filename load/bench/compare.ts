// Contestants side by side in one run: all are started, then each is measured in turn, round after round, so that whatever else
// the machine does meets all of them.
import { ClosedLoop } from "./closed-loop.ts";
import type { Contestant, RunningContestant, Updates } from "./contestant.ts";
import type { Entry } from "./figures.ts";

export interface Comparison {
  readonly contestants: readonly Contestant[];
  readonly modes: readonly Updates[];
  readonly games: number;
  readonly rounds: number;
  readonly warmMs: number;
  readonly measureMs: number;
  readonly say: (line: string) => void;
}

interface Lane {
  readonly contestant: Contestant;
  readonly updates: Updates;
  readonly loop: ClosedLoop;
}

export async function compare(how: Comparison): Promise<readonly Entry[]> {
  const running: RunningContestant[] = [];
  const lanes: Lane[] = [];
  try {
    for (const contestant of how.contestants) {
      const started = await contestant.start();
      running.push(started);
      for (const updates of contestant.modes ?? how.modes)
        lanes.push({ contestant, updates, loop: await ClosedLoop.open(started, { games: how.games, updates }) });
    }
    return await measured(lanes, how);
  } finally {
    for (const { loop } of lanes) loop.close();
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

async function measured(lanes: readonly Lane[], { games, rounds, warmMs, measureMs, say }: Comparison): Promise<readonly Entry[]> {
  const entries = lanes.map(({ contestant: { name, durable }, updates }) => ({
    name,
    durable,
    updates,
    games,
    rounds: [] as Entry["rounds"][number][],
  }));
  for (const { loop } of lanes) await loop.warm();
  for (let round = 1; round <= rounds; round += 1) {
    for (const [place, { contestant, updates, loop }] of lanes.entries()) {
      const figures = await loop.run(warmMs, measureMs);
      entries[place]?.rounds.push(figures);
      const { tapsPerSecond, cpuMicrosPerTap, p99Ms } = figures;
      say(
        `round ${round} ${contestant.name}, ${updates}: ${Math.round(tapsPerSecond)} taps/s, ${cpuMicrosPerTap.toFixed(1)} us, p99 ${p99Ms.toFixed(1)} ms`,
      );
    }
  }
  return entries;
}
