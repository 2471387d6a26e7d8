// Readers who stop reading in the middle of a loud table, while other tables play on: when each is cut, what it costs in memory, and
// what the others feel. Readers are sockets, or watchers over Server-Sent Events.
import { once } from "node:events";
import { connect } from "node:net";
import { boundOf, type Feelings, feltQuietly, playHealthy, tellFeelings, worseOf } from "../../support/healthy-table.ts";
import { residentBytes, type RunningServer } from "../../support/running-server.ts";
import { connectTable, seatTable, type TableClient } from "../../support/table-client.ts";

export type ReaderKind = "sockets" | "event streams";

/**
 * What the server of this run is started with. The loud table's host changes it several hundred times a second on a quick machine,
 * which the pace of one person would not allow: this run judges readers, not writers.
 */
export const pausedReadersEnv = {
  LIMIT_VIEWERS_PER_GAME: "1000",
  LIMIT_FRAMES_PER_SECOND: "10000",
  LIMIT_BYTES_PER_SECOND: "10000000",
  LIMIT_COMMANDS_PER_SESSION: "10000",
  LIMIT_COMMANDS_PER_GAME: "10000",
} as const;

export interface PausedFigures {
  readonly kind: ReaderKind;
  readonly readers: number;
  readonly cut: number;
  /** Cut within 6 s after bytes began to wait for them: 5 s in which nothing is taken, and the time between two looks. */
  readonly cutIn6s: number;
  /** From the moment the first reader's bytes began to wait until all were cut, ms: their receive buffers do not fill together. */
  readonly allCutAfterMs: number;
  readonly grownBytes: number;
  readonly outboxBytesMost: number;
  readonly quiet: Feelings;
  readonly others: Feelings;
  readonly othersBoundMs: number;
}

interface Counts {
  readonly cut: number;
  readonly cutIn6s: number;
  readonly waitingBytes: number;
}

async function countsOf(server: RunningServer): Promise<Counts> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const number = (name: string) => Number(new RegExp(`^tapotarp_${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return {
    cut: number("slow_reader_seconds_count"),
    cutIn6s: number('slow_reader_seconds_bucket{le="6"}'),
    waitingBytes: number("outbox_bytes"),
  };
}

const seats = 8;
/** 32 characters of many code points each: the longest name there can be, so that states are large. */
const longName = (seat: number) =>
  `${seat}${"e\u0301\u0323\u0330\u0331\u0332\u0333\u0339\u033a\u033b\u033c\u0347\u0348\u0349\u034d".repeat(31)}`;

interface Reader {
  stopReading(): void;
  cut(): void;
}

async function socketReader(port: number, gameId: string): Promise<Reader> {
  const client = await connectTable(port);
  await client.request("join", { gameId });
  return { stopReading: () => client.socket.pause(), cut: () => client.cut() };
}

async function streamReader(port: number, gameId: string): Promise<Reader> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(`GET /api/games/${gameId}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  await once(socket, "data");
  return { stopReading: () => void socket.pause(), cut: () => socket.destroy() };
}

async function loudTable(server: RunningServer, how: { readonly kind: ReaderKind; readonly readers: number }) {
  const { gameId, players } = await seatTable(server.port, seats);
  const host = players[0] as TableClient;
  for (let seat = 1; seat <= seats; seat += 1) await host.request("updatePlayer", { playerId: seat, name: longName(seat) });
  for (const player of players.slice(1)) await player.close();
  const open = how.kind === "sockets" ? socketReader : streamReader;
  const paused: Reader[] = [];
  for (let i = 0; i < how.readers; i += 1) paused.push(await open(server.port, gameId));
  return { host, paused };
}

const lookMs = 200;
/** The fewer readers, the more often the table changes: their receive buffers have to fill first. */
const readersPerMs = 20;

/** Changes the table until every reader has been cut, at most `limitMs`. */
async function shoutUntilCut(
  server: RunningServer,
  how: { readonly host: TableClient; readonly readers: number; readonly limitMs: number },
) {
  const startedAt = performance.now();
  let waitingSince: number | null = null;
  let counts: Counts = { cut: 0, cutIn6s: 0, waitingBytes: 0 };
  let outboxBytesMost = 0;
  let rssMost = 0;
  let going = true;
  const shouting = (async () => {
    for (let life = 1; going; life += 1) {
      const answer = await how.host.request("updatePlayer", { playerId: 1, life: 1 + (life % 900) });
      if (answer.type !== "ack") throw new Error(`The loud table was refused: ${JSON.stringify(answer)}`);
      (how.host.heard as unknown[]).length = 0;
      await new Promise((resolve) => setTimeout(resolve, how.readers / readersPerMs));
    }
  })();
  while (counts.cut < how.readers && performance.now() - startedAt < how.limitMs) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    counts = await countsOf(server);
    outboxBytesMost = Math.max(outboxBytesMost, counts.waitingBytes);
    rssMost = Math.max(rssMost, await residentBytes(server.pid));
    if (counts.waitingBytes > 100_000 || counts.cut > 0) waitingSince ??= performance.now();
  }
  const allCutAfterMs = performance.now() - (waitingSince ?? startedAt);
  going = false;
  await shouting;
  return { cut: counts.cut, cutIn6s: counts.cutIn6s, allCutAfterMs, outboxBytesMost, rssMost };
}

export async function pauseReaders(
  server: RunningServer,
  { kind = "sockets", readers }: { readonly kind?: ReaderKind; readonly readers: number },
): Promise<PausedFigures> {
  const { host, paused } = await loudTable(server, { kind, readers });
  const tables = await playHealthy(server.port, { tables: 2 });
  const quiet = await feltQuietly(tables);
  const before = await residentBytes(server.pid);
  for (const reader of paused) reader.stopReading();
  const { rssMost, ...seen } = await shoutUntilCut(server, { host, readers, limitMs: 60_000 });
  const others = tables.felt();
  for (const reader of paused) reader.cut();
  await host.close();
  const worst = worseOf(quiet, await feltQuietly(tables));
  await tables.stop();
  return { kind, readers, ...seen, grownBytes: rssMost - before, quiet: worst, others, othersBoundMs: boundOf(worst) };
}

export function tellPaused(figures: PausedFigures): string {
  const { kind, readers, cut, cutIn6s, allCutAfterMs, grownBytes, outboxBytesMost, quiet, others } = figures;
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  return [
    `${readers} paused ${kind}: ${cut} cut, ${cutIn6s} of them within 6 s of their first waiting byte, the last ${(allCutAfterMs / 1_000).toFixed(1)} s after anybody's first`,
    `  resident memory grew by ${mb(grownBytes)} MB at most, ${mb(outboxBytesMost)} MB waited at most`,
    `  without: ${tellFeelings(quiet)}`,
    `  during: ${tellFeelings(others)}`,
  ].join("\n");
}
