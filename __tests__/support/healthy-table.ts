// A table that plays on while something else goes wrong: each player passes the turn as it comes, and the time to each
// acknowledgement is measured. What it feels is what everybody else would feel.
import { seatTable, type Table } from "./table-client.ts";

export interface Feelings {
  readonly taps: number;
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

export interface HealthyTable {
  readonly table: Table;
  /** Stops and gives what was felt, times in ms. */
  stop(): Promise<Feelings>;
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** `everyMs`: from one tap to the next. */
export async function playHealthy(port: number, { seats = 4, everyMs = 10 } = {}): Promise<HealthyTable> {
  const table = await seatTable(port, seats);
  await table.players[0]?.request("start");
  const times: number[] = [];
  let refused = 0;
  let going = true;
  const playing = (async () => {
    for (let turn = 0; going; turn += 1) {
      const player = table.players[turn % seats];
      const startedAt = performance.now();
      const answer = await player?.request("passTurn");
      times.push(performance.now() - startedAt);
      if (answer?.type !== "ack") refused += 1;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    table,
    async stop() {
      going = false;
      await playing;
      for (const player of table.players) await player.close();
      times.sort((a, b) => a - b);
      return { taps: times.length, refused, p50: percentile(times, 0.5), p99: percentile(times, 0.99), worst: times.at(-1) ?? 0 };
    },
  };
}

export function tellFeelings({ taps, refused, p50, p99, worst }: Feelings): string {
  return `${taps} taps of others, ${refused} refused, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`;
}
