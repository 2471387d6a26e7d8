// Readers that stop reading: some sockets of many tables take nothing any more while the tables play on. The others must not notice,
// the stuck ones must be cut off, and the server's memory must stay flat.
import { clockServer, type OpenTable, type Reader } from "./bench/contestant.ts";
import { median } from "./bench/figures.ts";
import { residentBytes } from "./bench/procfs.ts";
import { RawSocket } from "./bench/raw-socket.ts";

export interface SlowResult {
  readonly passed: boolean;
  readonly words: string;
  readonly stuck: number;
  readonly cut: number;
  readonly tapMsMedian: number;
  readonly tapMsWorst: number;
  readonly memoryMiBBefore: number;
  readonly memoryMiBMost: number;
}

const stuckReaders = 200;
const seconds = 12;
const tapMsMax = 1_000;
/** The whole bound of 200 readers: what their outboxes may hold, and the heap's own breathing. */
const memoryRiseMiBMax = 64;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export async function slowReaders(): Promise<SlowResult> {
  const running = await clockServer().start();
  const readBuffer = Buffer.alloc(262_144);
  const extras: RawSocket[] = [];
  try {
    const { port, pid } = running.server;
    const table = await running.openTable({ name: "slow", updates: "changes", readBuffer });
    const gameId = await gameIdOf(table.seats[0] as RawSocket);
    let cut = 0;
    for (let i = 0; i < stuckReaders - 10; i += 1) {
      const socket = await RawSocket.open({ port, readBuffer });
      socket.onClose = () => {
        cut += 1;
      };
      socket.sendJson({ type: "join", data: { gameId, updates: "states" } });
      extras.push(socket);
    }
    await pause(500);
    for (const socket of extras) socket.pauseReading();
    const memoryMiBBefore = residentBytes(pid) / 2 ** 20;
    let memoryMiBMost = memoryMiBBefore;
    const taps: number[] = [];
    const until = performance.now() + seconds * 1_000;
    for (let turn = 0; performance.now() < until; turn += 1) {
      taps.push(await timedTap(table, turn % table.seats.length));
      memoryMiBMost = Math.max(memoryMiBMost, residentBytes(pid) / 2 ** 20);
    }
    for (const socket of extras) socket.resumeReading();
    await pause(1_500);
    const tapMsWorst = Math.max(...taps);
    const passed = cut === extras.length && tapMsWorst < tapMsMax && memoryMiBMost - memoryMiBBefore < memoryRiseMiBMax;
    const words = `${extras.length} readers stopped reading, ${cut} were cut off; ${taps.length} taps, median ${median(taps).toFixed(1)} ms, worst ${tapMsWorst.toFixed(0)} ms; memory ${memoryMiBBefore.toFixed(0)} -> ${memoryMiBMost.toFixed(0)} MiB: ${passed ? "passed" : "FAILED"}`;
    return { passed, words, stuck: extras.length, cut, tapMsMedian: median(taps), tapMsWorst, memoryMiBBefore, memoryMiBMost };
  } finally {
    for (const socket of extras) socket.close();
    await running.server.stop();
  }
}

function gameIdOf(socket: RawSocket): Promise<string> {
  return new Promise((done) => {
    socket.onFrame = (bytes, start, end) => {
      const { type, data } = JSON.parse(bytes.toString("utf8", start, end)) as { type: string; data: { id: string } };
      if (type === "state") done(data.id);
    };
    socket.sendJson({ type: "sync", data: {} });
  });
}

/** One tap, until the seat that tapped hears that the turn is the next one's. Changes of earlier taps may still arrive before. */
function timedTap({ seats, tap, readers }: OpenTable, seat: number): Promise<number> {
  const startedAt = performance.now();
  const next = ((seat + 1) % seats.length) + 1;
  const socket = seats[seat] as RawSocket;
  const read = readers[seat] as Reader;
  return new Promise((done) => {
    socket.onFrame = (bytes, start, end) => {
      if (read(bytes, start, end).active === next) done(performance.now() - startedAt);
    };
    socket.send(tap);
  });
}
