// What many tables cost: memory per connection and per game, and whether a tap costs the same with 4,000 tables as with 100. The bare
// relay has no rules and no store: what 16,000 sockets cost it, nobody on the same runtime can save.
import { setTimeout as pause } from "node:timers/promises";
import { ClosedLoop } from "../closed-loop.ts";
import { bareRelay, clockServer, type Contestant, hear, type OpenTable, type RunningContestant } from "../contestant.ts";
import { addressOf, assertAllThere, openCrowd, openMany } from "../crowd.ts";
import { median } from "../figures.ts";
import { residentBytes } from "../procfs.ts";
import { RawSocket } from "../raw-socket.ts";
import { atMost, number, type Piece, type PieceOrder } from "./piece.ts";

/** A process may hold 20,000 open files: 4,000 tables of four fit. */
const tablesAll = 4_000;
const fewTables = 100;
const seatsFirst = 2;
const seatsAll = 4;
const settleMs = 4_000;
/** Before memory is read: by then every table rests, as tables do between two taps. */
const restsMs = 10_000;
const rounds = 4;
/** One server's pages differ from another's by some MiB, which is half a kB for each of the games. */
const memoryServers = 3;
/** A server that was idle serves its first second or two with V8's smallest young generation: decision 31. */
const warmMs = 2_500;
const measureMs = 2_000;
const openersMax = 32;

/** Two more viewers for each table: what they cost is a connection's alone. */
async function addViewers(on: RunningContestant, crowd: readonly OpenTable[]): Promise<readonly RawSocket[]> {
  const readBuffer = Buffer.alloc(65_536);
  return openMany(crowd.length * (seatsAll - seatsFirst), openersMax, async (place) => {
    const localAddress = addressOf(crowd.length * seatsFirst + place);
    const socket = await RawSocket.open({ port: on.server.port, readBuffer, localAddress });
    // Who is not let in is no viewer, and takes less.
    const joined = hear(socket, ({ type }) => type === "state");
    socket.sendJson({ type: "join", data: { gameId: crowd[place % crowd.length]?.gameId, updates: "changes" } });
    await joined;
    socket.onFrame = () => {};
    return socket;
  });
}

interface Reading {
  /** As the server was. */
  readonly residentBytes: number;
  /** After it was made to collect its garbage: what is there is there for the tables. */
  readonly collectedBytes: number;
}

async function readingOf(pid: number): Promise<Reading> {
  await pause(restsMs);
  const before = residentBytes(pid);
  process.kill(pid, "SIGUSR2");
  await pause(settleMs);
  return { residentBytes: before, collectedBytes: residentBytes(pid) };
}

/**
 * Memory of 4,000 tables with two connections each, and of 8,000 connections more. Garbage that stands before, and is used again by what
 * comes after, would make a table cost anything between nothing and twice its price: it is collected before each reading.
 */
async function memory({ say, part }: PieceOrder) {
  const tables = part(tablesAll);
  const on = await clockServer({ nodeArgs: ["--expose-gc", "--import", "./load/bench/collect-at-signal.ts"] }).start();
  const { pid } = on.server;
  const sockets: RawSocket[] = [];
  try {
    const warm = await ClosedLoop.open(on, { games: fewTables, updates: "changes", name: "warm" });
    await warm.warm();
    warm.close();
    const empty = await readingOf(pid);
    const crowd = await openCrowd(on, { games: tables, updates: "changes", seats: seatsFirst });
    for (const { seats } of crowd) sockets.push(...seats);
    const half = await readingOf(pid);
    sockets.push(...(await addViewers(on, crowd)));
    const open = await readingOf(pid);
    assertAllThere(sockets);
    const connectionBytes = (open.collectedBytes - half.collectedBytes) / (sockets.length - tables * seatsFirst);
    const gameBytes = (half.collectedBytes - empty.collectedBytes) / tables - seatsFirst * connectionBytes;
    const mib = ({ residentBytes: was, collectedBytes: is }: Reading) => `${Math.round(was / 2 ** 20)} (${Math.round(is / 2 ** 20)})`;
    say(
      `memory, and after a collection: ${mib(empty)} MiB empty, ${mib(half)} with ${tables * seatsFirst} connections, ${mib(open)} with ${sockets.length}`,
    );
    return { connections: sockets.length, games: tables, empty, half, open, connectionBytes, gameBytes };
  } finally {
    for (const socket of sockets) socket.close();
    await on.server.stop();
  }
}

/** The one in the middle of several servers, by what a game takes; `all` says what each of them took. */
async function medianMemory(how: PieceOrder) {
  const all: Awaited<ReturnType<typeof memory>>[] = [];
  for (let server = 0; server < memoryServers; server += 1) all.push(await memory(how));
  const sorted = all.toSorted((a, b) => a.gameBytes - b.gameBytes);
  const middle = sorted[memoryServers >> 1] as (typeof all)[number];
  const kilobytes = (figures: readonly number[]) => figures.map((bytes) => number(bytes / 1_000, 1)).join(", ");
  how.say(
    `a game: ${kilobytes(sorted.map(({ gameBytes }) => gameBytes))} kB; a connection: ${kilobytes(sorted.map(({ connectionBytes }) => connectionBytes))} kB`,
  );
  return { ...middle, all: sorted.map(({ gameBytes, connectionBytes }) => ({ gameBytes, connectionBytes })) };
}

/** CPU per tap with few tables and with many, in turn, on two servers of the same kind. */
async function flatness(contestant: () => Contestant, { say, part }: PieceOrder) {
  const tables = part(tablesAll);
  const [few, many] = await Promise.all([contestant().start(), contestant().start()]);
  const loops: ClosedLoop[] = [];
  try {
    const fewLoop = await ClosedLoop.open(few, { games: fewTables, updates: "changes" });
    loops.push(fewLoop);
    const manyLoop = await ClosedLoop.open(many, { games: tables, updates: "changes" });
    loops.push(manyLoop);
    await pause(settleMs);
    for (const loop of loops) await loop.warm();
    const micros = { few: [] as number[], many: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const [a, b] = [await fewLoop.run(warmMs, part(measureMs)), await manyLoop.run(warmMs, part(measureMs))];
      micros.few.push(a.cpuMicrosPerTap);
      micros.many.push(b.cpuMicrosPerTap);
      say(
        `${contestant().name}, round ${round + 1}: ${a.cpuMicrosPerTap.toFixed(1)} us with ${fewTables} tables, ${b.cpuMicrosPerTap.toFixed(1)} us with ${tables}`,
      );
    }
    const ratios = micros.many.map((value, round) => value / (micros.few[round] ?? Number.NaN));
    return { micros, few: median(micros.few), many: median(micros.many), ratio: median(ratios) };
  } finally {
    for (const loop of loops) loop.close();
    await Promise.all([few.server.stop(), many.server.stop()]);
  }
}

export const crowd: Piece = {
  seconds: 330,
  async run(how) {
    const room = await medianMemory(how);
    const flat = await flatness(clockServer, how);
    const relay = await flatness(bareRelay, how);
    const flatLine = atMost(1.15, {
      what: `CPU per tap with ${room.games} tables, to that with ${fewTables}`,
      unit: "times",
      value: flat.ratio,
      digits: 2,
    });
    return {
      figures: { memory: room, flatness: flat, relayFlatness: relay },
      lines: [
        atMost(12, { what: `memory per connection, ${room.connections} of them, kB`, unit: "kB", value: room.connectionBytes / 1_000 }),
        atMost(6, { what: `memory per game, ${room.games} of them, kB`, unit: "kB", value: room.gameBytes / 1_000 }),
        { ...flatLine, figure: `${flatLine.figure}; the bare relay's own: ${number(relay.ratio, 2)}` },
      ],
    };
  },
};
