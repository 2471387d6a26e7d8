// The servers that are measured side by side, and how a table of four is opened on each. All speak to the same driver.
import { maskedFrame, RawSocket } from "./raw-socket.ts";
import { type RedisKind, startRedis } from "./redis-process.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** Whole states after each change, or only what changed. */
export type Updates = "states" | "changes";

export interface Contestant {
  readonly name: string;
  /** What an answer of this server promises. */
  readonly durable: string;
  /** The only messages it is measured with; all of the comparison's when left out. */
  readonly modes?: readonly Updates[];
  start(): Promise<RunningContestant>;
}

export interface RunningContestant {
  readonly server: ServerProcess;
  /** Opens one table: four connections, each on its seat, the game running. */
  openTable(order: TableOrder): Promise<OpenTable>;
}

export interface TableOrder {
  /** Unique within a run. */
  readonly name: string;
  readonly updates: Updates;
  readonly readBuffer: Buffer;
  readonly localAddress?: string;
  /** Connections to open, from the first seat on; all four when left out. Only the clock's own tables know fewer. */
  readonly seats?: number;
}

/** What one frame of this server says about the game; `v` 0 for frames that say nothing of it. */
export interface FrameNote {
  v: number;
  /** The seat that taps next, 1 to 4. */
  active: number;
}

export interface OpenTable {
  /** The lobby code; only the clock's own tables have one. */
  readonly gameId?: string;
  /** In the order of their seats. */
  readonly seats: readonly RawSocket[];
  /** A tap of any seat, ready to send. */
  readonly tap: Buffer;
  /** One for each seat: reads a frame in place. The note it gives is overwritten by the next call. */
  readonly readers: readonly Reader[];
}

export type Reader = (bytes: Buffer, start: number, end: number) => FrameNote;

export const seatCount = 4;
const zero = 0x30;
const nine = 0x39;
const jsonTypeAt = '{"type":"'.length;
const letter = { s: 0x73, t: 0x74, c: 0x63, h: 0x68, e: 0x65 } as const;
const versionKey = Buffer.from('"v":');
const activeKey = Buffer.from('"activePlayer":');

function numberAfter(key: Buffer, bytes: Buffer, [start, end]: readonly [number, number]): number {
  const at = bytes.indexOf(key, start);
  if (at < 0 || at >= end) return 0;
  let value = 0;
  for (let i = at + key.length; i < end; i += 1) {
    const digit = bytes[i] as number;
    if (digit < zero || digit > nine) break;
    value = value * 10 + digit - zero;
  }
  return value;
}

/** Reads `state` and `change` messages, whose type begins at `typeAt`, without parsing them: the tester must cost less than the server. */
export function jsonReader(typeAt = jsonTypeAt): Reader {
  const note: FrameNote = { v: 0, active: 0 };
  return (bytes, start, end) => {
    const first = bytes[start + typeAt];
    const second = bytes[start + typeAt + 1];
    const tells = (first === letter.s && second === letter.t) || (first === letter.c && second === letter.h);
    note.v = tells ? numberAfter(versionKey, bytes, [start, end]) : 0;
    note.active = tells ? numberAfter(activeKey, bytes, [start, end]) : 0;
    return note;
  };
}

/** Whether a frame of the clock's own wire is a refusal, by the first letter of its type. */
export const isError = (bytes: Buffer, start: number): boolean => bytes[start + jsonTypeAt] === letter.e;

export interface Told {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: messages of every shape are looked into while a table is set up
  readonly data: any;
}

const heardMsMax = 20_000;

/** The next message `wanted` accepts, while a table is set up. Sets `onFrame`; the driver takes it over later. */
export function hear(socket: RawSocket, wanted: (message: Told) => boolean): Promise<Told> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("A message did not come while a table was set up.")), heardMsMax);
    socket.onFrame = (bytes, start, end) => {
      const message = JSON.parse(bytes.toString("utf8", start, end)) as Told;
      if (message.type === "error") reject(new Error(`Refused while a table was set up: ${message.data.code}`));
      if (!wanted(message)) return;
      clearTimeout(timer);
      resolve(message);
    };
  });
}

async function say(socket: RawSocket, message: Told, answer: string): Promise<Told> {
  const heard = hear(socket, ({ type }) => type === answer);
  socket.sendJson(message);
  return heard;
}

/** The wire of PRODUCT.md 3, as a phone would speak it. */
async function openClockTable(
  port: number,
  { updates, readBuffer, localAddress, seats: opened = seatCount }: TableOrder,
): Promise<OpenTable> {
  const options = { port, readBuffer, ...(localAddress === undefined ? {} : { localAddress }) };
  const seats: RawSocket[] = [];
  let gameId = "";
  for (let seat = 1; seat <= opened; seat += 1) {
    const socket = await RawSocket.open(options);
    seats.push(socket);
    if (seat === 1) {
      // A small bonus: with the usual one the banks would reach their cap during a long run, and changes would get shorter.
      const settings = { playerCount: seatCount, bonusTime: 1_000 };
      gameId = String((await say(socket, { type: "create", data: { settings, updates } }, "claimed")).data.gameId);
    } else await say(socket, { type: "join", data: { gameId, updates } }, "state");
    await say(socket, { type: "claim", data: { playerId: seat } }, "claimed");
  }
  const [host] = seats;
  if (host !== undefined) {
    const running = hear(host, ({ type, data }) => (type === "state" || type === "change") && data.status === "running");
    host.sendJson({ type: "start", data: {} });
    await running;
  }
  return { gameId, seats, tap: maskedFrame('{"type":"passTurn","data":{}}'), readers: seats.map(() => jsonReader()) };
}

async function openRelayTable(port: number, { name, updates, readBuffer, localAddress }: TableOrder): Promise<OpenTable> {
  const options = { port, readBuffer, ...(localAddress === undefined ? {} : { localAddress }) };
  const seats: RawSocket[] = [];
  for (let seat = 1; seat <= seatCount; seat += 1) {
    const socket = await RawSocket.open(options);
    seats.push(socket);
    await say(socket, { type: "join", data: { gameId: name, updates } }, "state");
  }
  return { seats, tap: maskedFrame('{"type":"passTurn","data":{}}'), readers: seats.map(() => jsonReader()) };
}

/** Limits that this workload meets because one process plays everybody as fast as it can; all others stay as they are. */
export const raisedLimits = {
  LIMIT_FRAMES_PER_SECOND: "10000",
  LIMIT_BYTES_PER_SECOND: "10485760",
  LIMIT_COMMANDS_PER_SESSION: "100000",
  LIMIT_COMMANDS_PER_GAME: "100000",
  LIMIT_CONNECTIONS_PER_ADDRESS: "50000",
} as const;

export interface ClockServerOptions {
  readonly name?: string;
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Keeps its games in a redis-server of its own instead of in SQLite. `appendfsync` "no": without an append-only file. */
  readonly redis?: RedisKind;
}

const durable: Readonly<Record<RedisKind, string>> = { always: "yes, before it is shown", no: "in memory, before it is shown" };

/** The real server: `node server.ts`, everything on as in production. */
export function clockServer({ name = "Tap-or-Tarp, SQLite FULL", nodeArgs = [], env = {}, redis }: ClockServerOptions = {}): Contestant {
  return {
    name,
    durable: durable[redis ?? "always"],
    async start() {
      const beside = redis === undefined ? null : await startRedis(redis);
      const server = await startServer({
        args: [...nodeArgs, "server.ts"],
        env: { ALLOW_MISSING_ORIGIN: "true", ...raisedLimits, ...(beside === null ? {} : { REDIS_URL: beside.url }), ...env },
        beside: beside === null ? [] : [beside.pid],
        ready: /is ready on http:\/\/[^\s"]*?:(\d+)/,
      }).catch(async (error: unknown) => {
        await beside?.stop();
        throw error;
      });
      const stop = async () => {
        await server.stop();
        await beside?.stop();
      };
      return { server: { ...server, stop }, openTable: (order) => openClockTable(server.port, order) };
    },
  };
}

export function bareRelay(): Contestant {
  return {
    name: "bare ws relay",
    durable: "no",
    async start() {
      const server = await startServer({ args: ["load/bench/relay.ts"], ready: /ready on port:(\d+)/ });
      return { server, openTable: (order) => openRelayTable(server.port, order) };
    },
  };
}
