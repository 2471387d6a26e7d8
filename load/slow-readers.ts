// Readers that stop reading: some sockets of many tables take nothing any more while the tables play on. The others must not notice,
// the stuck ones must be cut off, and the server's memory must stay flat.
import { setTimeout as pause } from "node:timers/promises";
import { clockServer, type OpenTable, type Reader } from "./bench/contestant.ts";
import { median } from "./bench/figures.ts";
import { residentBytes } from "./bench/procfs.ts";
import { RawSocket } from "./bench/raw-socket.ts";
import { total } from "./reconcile.ts";

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

/** Of the 200 viewers that a game takes (LIMIT_VIEWERS_PER_GAME) four are its players. */
const stuckReaders = 190;
/** It taps for so long at least, and until all are cut off: how many taps fill what the kernel keeps for a socket is the kernel's choice. */
const secondsMin = 12;
const secondsMax = 150;
/** How often the server is asked how many are left. */
const askEveryMs = 2_000;
const metricsToken = "a-token-for-slow-readers";
const tapMsMax = 1_000;
/** Without an answer for so long the run ends: it is to be bounded, whatever the readers do to the server. */
const answerMsMax = 15_000;
/** The whole bound of so many readers: what their outboxes may hold, and the heap's own breathing. */
const memoryRiseMiBMax = 64;

export async function slowReaders(): Promise<SlowResult> {
  const running = await clockServer({ env: { METRICS_TOKEN: metricsToken } }).start();
  const readBuffer = Buffer.alloc(262_144);
  const extras: RawSocket[] = [];
  try {
    const { port, pid } = running.server;
    const table = await running.openTable({ name: "slow", updates: "changes", readBuffer });
    const gameId = await gameIdOf(table.seats[0] as RawSocket);
    let cut = 0;
    for (let i = 0; i < stuckReaders; i += 1) {
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
    const startedAt = performance.now();
    let askedAt = startedAt;
    for (let turn = 0, left = true; left; turn += 1) {
      taps.push(await timedTap(table, turn % table.seats.length));
      memoryMiBMost = Math.max(memoryMiBMost, residentBytes(pid) / 2 ** 20);
      const now = performance.now();
      if (now - startedAt < secondsMin * 1_000 || now - askedAt < askEveryMs) continue;
      askedAt = now;
      left = now - startedAt < secondsMax * 1_000 && (await connectionsOf(port)) > table.seats.length;
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

/** By the server's own count: a socket that does not read hears of its end only when it reads again. */
async function connectionsOf(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
  return total(await response.text(), "tapotarp_connections");
}

function answered<T>(what: string, ask: (done: (answer: T) => void) => void): Promise<T> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`${what} was not answered within ${answerMsMax} ms`)), answerMsMax);
    ask((answer) => {
      clearTimeout(timer);
      done(answer);
    });
  });
}

function gameIdOf(socket: RawSocket): Promise<string> {
  return answered("the state", (done: (id: string) => void) => {
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
  return answered("a tap", (done: (ms: number) => void) => {
    socket.onFrame = (bytes, start, end) => {
      if (read(bytes, start, end).active === next) done(performance.now() - startedAt);
    };
    socket.send(tap);
  });
}
