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

export interface HealthyTables {
  /** Gives what was felt since the last call, times in ms. */
  felt(): Feelings;
  /** Stops and gives what was felt since the last call. */
  stop(): Promise<Feelings>;
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

interface Playing {
  readonly times: number[];
  /** When the taps were sent that wait for their answers, by table. */
  readonly sentAt: Map<Table, number>;
  refused: number;
  going: boolean;
}

async function playOn(table: Table, everyMs: number, playing: Playing): Promise<void> {
  const { players } = table;
  for (let turn = 0; playing.going; turn += 1) {
    const sentAt = performance.now();
    playing.sentAt.set(table, sentAt);
    const answer = await players[turn % players.length]?.request("passTurn");
    playing.sentAt.delete(table);
    playing.times.push(performance.now() - sentAt);
    if (answer?.type !== "ack") playing.refused += 1;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** A tap that still waits has waited so long at least: or a server that answers nobody would not be felt. */
function feelingsOf(playing: Playing): Feelings {
  const waited = [...playing.sentAt.values()].map((sentAt) => performance.now() - sentAt);
  const times = [...playing.times.splice(0), ...waited].sort((a, b) => a - b);
  const { refused } = playing;
  playing.refused = 0;
  return { taps: times.length, refused, p50: percentile(times, 0.5), p99: percentile(times, 0.99), worst: times.at(-1) ?? 0 };
}

const quietMs = 1_500;
const p99MsMax = 100;

/** What is felt while nothing is wrong: on a machine that has other work to do this alone may be slow. */
export async function feltQuietly(tables: HealthyTables): Promise<Feelings> {
  tables.felt();
  await new Promise((resolve) => setTimeout(resolve, quietMs));
  return tables.felt();
}

/** The worse of what was felt before and after: the machine may have got other work to do meanwhile. */
export function worseOf(before: Feelings, later: Feelings): Feelings {
  return later.p99 > before.p99 ? later : before;
}

/** What others may feel: 100 ms at the 99th percentile, unless the quiet machine is already too slow to tell; then three times as long. */
export function boundOf(quiet: Feelings): number {
  return Math.max(p99MsMax, 3 * quiet.p99);
}

/** `everyMs`: from an answer to the table's next tap. */
export async function playHealthy(port: number, { tables = 3, seats = 4, everyMs = 5 } = {}): Promise<HealthyTables> {
  const seated: Table[] = [];
  for (let i = 0; i < tables; i += 1) seated.push(await seatTable(port, seats));
  for (const { players } of seated) await players[0]?.request("start");
  const playing: Playing = { times: [], sentAt: new Map(), refused: 0, going: true };
  const loops = seated.map((table) => playOn(table, everyMs, playing));
  return {
    felt: () => feelingsOf(playing),
    async stop() {
      playing.going = false;
      await Promise.all(loops);
      const feelings = feelingsOf(playing);
      for (const { players } of seated) for (const player of players) await player.close();
      return feelings;
    },
  };
}

export function tellFeelings({ taps, refused, p50, p99, worst }: Feelings): string {
  return `${taps} taps of others, ${refused} refused, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`;
}
