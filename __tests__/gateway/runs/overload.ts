// Far more work offered than one server can do: connections that tap whether or not they are answered, up to a window that grows with
// the offer. What is answered per second may not fall much below what the same server answers at its best.
import { readFileSync } from "node:fs";
import { startRunningServer } from "../../support/running-server.ts";
import { seatTable, type Table, type TableClient } from "../../support/table-client.ts";
import { raisedLimits } from "./mutations.ts";

export interface OfferFigures {
  /** Commands under way at once, in relation to the best. */
  readonly times: number;
  readonly goodPerSecond: number;
  /** Per second of the server's own processor time: what other programs on the machine do does not count. */
  readonly goodPerCpuSecond: number;
  readonly refusedPerSecond: number;
  readonly p99Ms: number;
}

export interface OverloadFigures {
  readonly peakPerSecond: number;
  readonly peakPerCpuSecond: number;
  readonly offers: readonly OfferFigures[];
}

interface Tally {
  good: number;
  refused: number;
  readonly times: number[];
}

/** Keeps `window` commands of one player under way; a refused one is replaced at once. */
function pump(player: TableClient, window: number, tally: Tally): () => void {
  const sentAt = new Map<string, number>();
  let serial = 0;
  let going = true;
  const send = (): void => {
    serial += 1;
    const id = `o${window}-${serial}`;
    sentAt.set(id, performance.now());
    player.send("rollDice", { sides: 6 }, id);
  };
  const heard = (payload: unknown): void => {
    const { type, data } = JSON.parse(String(payload)) as { readonly type: string; readonly data: { readonly id?: string } };
    const at = type === "ack" || type === "error" ? sentAt.get(data.id ?? "") : undefined;
    if (at === undefined) return;
    sentAt.delete(data.id ?? "");
    if (type === "ack") {
      tally.good += 1;
      tally.times.push(performance.now() - at);
    } else tally.refused += 1;
    if (going) send();
    (player.heard as unknown[]).length = 0;
  };
  player.socket.on("message", heard);
  for (let i = 0; i < window; i += 1) send();
  return () => {
    going = false;
    player.socket.off("message", heard);
  };
}

/** Processor time a process has used, all its threads, in seconds. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Ground {
  readonly tables: readonly Table[];
  readonly pid: number;
  readonly seconds: number;
}

async function offer({ tables, pid, seconds }: Ground, window: number): Promise<Omit<OfferFigures, "times">> {
  const tally: Tally = { good: 0, refused: 0, times: [] };
  const stops = tables.flatMap(({ players }) => players.map((player) => pump(player, window, tally)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  tally.good = 0;
  tally.refused = 0;
  tally.times.length = 0;
  const cpuBefore = cpuSeconds(pid);
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const cpu = cpuSeconds(pid) - cpuBefore;
  const lasted = (performance.now() - startedAt) / 1_000;
  const figures = { goodPerSecond: tally.good / lasted, goodPerCpuSecond: tally.good / cpu, refusedPerSecond: tally.refused / lasted };
  for (const stop of stops) stop();
  const times = tally.times.sort((a, b) => a - b);
  await settled(tables);
  return { ...figures, p99Ms: times[Math.floor(times.length * 0.99)] ?? 0 };
}

/** Everything under way has been answered. */
async function settled(tables: readonly Table[]): Promise<void> {
  await Promise.all(
    tables.flatMap(({ players }) =>
      players.map(async (player) => {
        const since = player.heard.length;
        player.send("ping", { t: 77 });
        await player.until(({ type, data }) => type === "pong" && data.t === 77, since);
      }),
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
}

const atBest = 2;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The best and each larger offer in turn, three rounds of them; medians. */
export async function overload(how: {
  readonly tables: number;
  readonly times: readonly number[];
  readonly seconds: number;
}): Promise<OverloadFigures> {
  const server = await startRunningServer({ env: raisedLimits });
  try {
    const tables: Table[] = [];
    for (let i = 0; i < how.tables; i += 1) tables.push(await seatTable(server.port, 4));
    const ground: Ground = { tables, pid: server.pid, seconds: how.seconds };
    await offer(ground, atBest);
    const rounds: OfferFigures[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (const times of [1, ...how.times]) rounds.push({ times, ...(await offer(ground, atBest * times)) });
    }
    const medianOf = (times: number): OfferFigures => {
      const of = (what: keyof OfferFigures) => median(rounds.filter((round) => round.times === times).map((round) => round[what]));
      return {
        times,
        goodPerSecond: of("goodPerSecond"),
        goodPerCpuSecond: of("goodPerCpuSecond"),
        refusedPerSecond: of("refusedPerSecond"),
        p99Ms: of("p99Ms"),
      };
    };
    const peak = medianOf(1);
    return { peakPerSecond: peak.goodPerSecond, peakPerCpuSecond: peak.goodPerCpuSecond, offers: how.times.map(medianOf) };
  } finally {
    await server.dispose();
  }
}

export function tellOverload({ peakPerSecond, peakPerCpuSecond, offers }: OverloadFigures): string {
  const share = (good: number, peak: number) => `${((100 * good) / peak).toFixed(0)} %`;
  const lines = offers.map(
    ({ times, goodPerSecond, goodPerCpuSecond, refusedPerSecond, p99Ms }) =>
      `  ${times} times the offer: ${goodPerSecond.toFixed(0)} good a second (${share(goodPerSecond, peakPerSecond)} of peak; ${share(goodPerCpuSecond, peakPerCpuSecond)} per processor second), ${refusedPerSecond.toFixed(0)} refused, p99 ${p99Ms.toFixed(0)} ms`,
  );
  return [`peak ${peakPerSecond.toFixed(0)} commands a second`, ...lines].join("\n");
}
