// Readers who stop reading in the middle of a loud table, while other tables play on: when each is cut, what it costs in memory, and
// what the others feel.
import { boundOf, type Feelings, feltQuietly, playHealthy, tellFeelings, worseOf } from "../../support/healthy-table.ts";
import { residentBytes, type RunningServer } from "../../support/running-server.ts";
import { connectTable, seatTable, type TableClient } from "../../support/table-client.ts";

export interface PausedFigures {
  readonly readers: number;
  /** From the moment the first reader's bytes began to wait until all were cut, ms. */
  readonly cutAfterMs: number;
  readonly cut: number;
  readonly grownBytes: number;
  readonly outboxBytesMost: number;
  readonly quiet: Feelings;
  readonly others: Feelings;
  readonly othersBoundMs: number;
}

async function metric(server: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^tapotarp_${name}\\S* (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

const seats = 8;
/** 32 characters of many code points each: the longest name there can be, so that states are large. */
const longName = (seat: number) =>
  `${seat}${"e\u0301\u0323\u0330\u0331\u0332\u0333\u0339\u033a\u033b\u033c\u0347\u0348\u0349\u034d".repeat(31)}`;

async function loudTable(server: RunningServer, readers: number): Promise<{ readonly host: TableClient; readonly paused: TableClient[] }> {
  const { gameId, players } = await seatTable(server.port, seats);
  const host = players[0] as TableClient;
  for (let seat = 1; seat <= seats; seat += 1) await host.request("updatePlayer", { playerId: seat, name: longName(seat) });
  for (const player of players.slice(1)) await player.close();
  const paused: TableClient[] = [];
  for (let i = 0; i < readers; i += 1) {
    const reader = await connectTable(server.port);
    await reader.request("join", { gameId });
    paused.push(reader);
  }
  return { host, paused };
}

/** Changes the table until every reader has been cut, at most `limitMs`. */
async function shoutUntilCut(
  server: RunningServer,
  how: { readonly host: TableClient; readonly readers: number; readonly limitMs: number },
) {
  const startedAt = performance.now();
  let waitingSince: number | null = null;
  let cut = 0;
  let outboxBytesMost = 0;
  let rssMost = 0;
  let going = true;
  const shouting = (async () => {
    for (let life = 1; going; life += 1) {
      await how.host.request("updatePlayer", { playerId: 1, life: 1 + (life % 900) });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  while (cut < how.readers && performance.now() - startedAt < how.limitMs) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const waiting = await metric(server, "outbox_bytes");
    cut = await metric(server, "outbox_overflows_total");
    outboxBytesMost = Math.max(outboxBytesMost, waiting);
    rssMost = Math.max(rssMost, await residentBytes(server.pid));
    if (waiting > 100_000) waitingSince ??= performance.now();
  }
  const cutAfterMs = performance.now() - (waitingSince ?? startedAt);
  going = false;
  await shouting;
  return { cut, cutAfterMs, outboxBytesMost, rssMost };
}

export async function pauseReaders(server: RunningServer, readers: number): Promise<PausedFigures> {
  const { host, paused } = await loudTable(server, readers);
  const tables = await playHealthy(server.port, { tables: 2 });
  const quiet = await feltQuietly(tables);
  const before = await residentBytes(server.pid);
  for (const reader of paused) reader.socket.pause();
  const { cut, cutAfterMs, outboxBytesMost, rssMost } = await shoutUntilCut(server, { host, readers, limitMs: 60_000 });
  const others = tables.felt();
  for (const reader of paused) reader.cut();
  await host.close();
  const worst = worseOf(quiet, await feltQuietly(tables));
  await tables.stop();
  return { readers, cut, cutAfterMs, outboxBytesMost, grownBytes: rssMost - before, quiet: worst, others, othersBoundMs: boundOf(worst) };
}

export function tellPaused({ readers, cut, cutAfterMs, grownBytes, outboxBytesMost, quiet, others }: PausedFigures): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  return [
    `${readers} paused readers: ${cut} cut, the last ${(cutAfterMs / 1_000).toFixed(1)} s after bytes began to wait`,
    `  resident memory grew by ${mb(grownBytes)} MB at most, ${mb(outboxBytesMost)} MB waited at most`,
    `  without: ${tellFeelings(quiet)}`,
    `  during: ${tellFeelings(others)}`,
  ].join("\n");
}
