// Messages bent out of shape by seed, sent to a whole server as fast as it answers: nothing may break, everything is answered.
import { type Kept, keptBy, type Slope, slopeOf } from "../../support/memory-slope.ts";
import type { RunningServer } from "../../support/running-server.ts";
import { connectTable, type TableClient } from "../../support/table-client.ts";

export interface MutationFigures {
  readonly seed: number;
  readonly sent: number;
  readonly answered: number;
  readonly bugs: number;
  readonly codes: Readonly<Record<string, number>>;
  /** Bytes per 100,000 messages that stay once all garbage is collected, the first part of the run left out. */
  readonly heapSlope: Slope;
  readonly residentSlope: Slope;
  readonly perSecond: number;
}

type Chance = () => number;

/** mulberry32: small, even, and the same everywhere. */
function seeded(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Message {
  readonly type: string;
  readonly data: object;
}

/** What is bent, by game: how its players come in, and good messages of every kind. */
export interface MutatedGame {
  readonly name: string;
  readonly create: object;
  readonly enter: Message;
  readonly messages: readonly Message[];
}

const sharedMessages: readonly Message[] = [
  { type: "sync", data: { v: 0 } },
  { type: "ping", data: { t: 1 } },
  { type: "feedback", data: { text: "good" } },
  { type: "subscribeTicks", data: { intervalMs: 0 } },
  { type: "reconnect", data: { gameId: "ABCDEF", playerId: 1, token: "x".repeat(43) } },
];

const clockMessages: readonly Message[] = [
  { type: "claim", data: { playerId: 1 } },
  { type: "unclaim", data: {} },
  { type: "start", data: {} },
  { type: "pause", data: {} },
  { type: "passTurn", data: { playerId: 1 } },
  { type: "interrupt", data: {} },
  { type: "passPriority", data: {} },
  { type: "toggleTarget", data: { playerId: 2 } },
  { type: "timeoutChoice", data: { choice: "die" } },
  {
    type: "updatePlayer",
    data: { playerId: 1, name: "Ann", life: 20, color: "#aabbcc", counters: { poison: 1 }, commanderDamage: { "2": [1, 2] } },
  },
  { type: "updateSettings", data: { initialTime: 60_000, warningThresholds: [30_000], handicaps: { "1": 1_000 }, listed: false } },
  { type: "adjustTime", data: { playerId: 1, deltaMs: -500 } },
  { type: "renameGame", data: { name: "Table" } },
  { type: "rollDice", data: { sides: 20 } },
  { type: "undo", data: { agree: true } },
];

export const mutatedClock: MutatedGame = {
  name: "the clock",
  create: { settings: { playerCount: 2 } },
  enter: { type: "claim", data: { playerId: 1 } },
  messages: [...clockMessages, ...sharedMessages],
};

const classMessages: readonly Message[] = [
  { type: "createTeam", data: { name: "Bell" } },
  { type: "joinTeam", data: { teamId: 1 } },
  { type: "leaveTeam", data: {} },
  { type: "setMode", data: { mode: "classic" } },
  { type: "start", data: {} },
  { type: "pause", data: {} },
  { type: "resume", data: {} },
  { type: "reset", data: {} },
  { type: "answer", data: { round: 1, answer: true } },
];

export const mutatedClass: MutatedGame = {
  name: "a class",
  create: { game: "chsh", settings: { mode: "simplified" } },
  enter: { type: "createTeam", data: { name: "Bell" } },
  messages: [...classMessages, ...sharedMessages],
};

const oddValues: readonly unknown[] = [
  null,
  true,
  -0,
  1e308,
  -1,
  0.5,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  "",
  "abc",
  "60000",
  "\u0000",
  "\ud800",
  "\u202e\u2066",
  "x".repeat(5_000),
  "__proto__",
  [],
  [[[[]]]],
  {},
  { toString: 1 },
  { constructor: { prototype: { polluted: true } } },
  ["__proto__"],
];
const oddKeys = ["__proto__", "constructor", "toString", "id", "type", "data", "playerId", "hasOwnProperty", "", "\u0000", "a.b"];

function pick<T>(chance: Chance, from: readonly T[]): T {
  return from[Math.floor(chance() * from.length)] as T;
}

function bentObject(chance: Chance, object: object, depth = 0): unknown {
  const copy = Array.isArray(object) ? [...object] : ({ ...object } as Record<string, unknown>);
  const keys = Object.keys(copy);
  const key = keys.length > 0 && chance() < 0.7 ? pick(chance, keys) : pick(chance, oddKeys);
  const inner = (copy as Record<string, unknown>)[key];
  const bent =
    typeof inner === "object" && inner !== null && depth < 3 && chance() < 0.6
      ? bentObject(chance, inner, depth + 1)
      : pick(chance, oddValues);
  if (chance() < 0.2) delete (copy as Record<string, unknown>)[key];
  else Object.defineProperty(copy, key, { value: bent, enumerable: true, configurable: true, writable: true });
  return copy;
}

function bentText(chance: Chance, text: string): string {
  const at = Math.floor(chance() * text.length);
  const how = chance();
  if (how < 0.3) return text.slice(0, at) + text.slice(at + 1 + Math.floor(chance() * 5));
  if (how < 0.6) return text.slice(0, at) + String.fromCharCode(Math.floor(chance() * 0x3000)) + text.slice(at);
  if (how < 0.8)
    return text.slice(0, at) + pick(chance, ["{", "}", "[", "]", '"', "\\", ":", ",", "1e999", "-", "NaN", "\\ud800"]) + text.slice(at);
  return text.slice(0, at);
}

/** One message and, when it can be matched, the id its answer will carry. */
function mutated(chance: Chance, messages: readonly Message[], id: string): string {
  let message = pick(chance, messages);
  while (message.type === "undo" && chance() > 1 / undoOneIn) message = pick(chance, messages);
  const how = chance();
  if (how < 0.15) return JSON.stringify({ ...message, id });
  if (how < 0.6) return JSON.stringify({ ...message, data: bentObject(chance, message.data), id });
  if (how < 0.8) return JSON.stringify(bentObject(chance, { ...message, id }));
  return bentText(chance, JSON.stringify({ ...message, id }));
}

const connectionCount = 8;
const steps = 20;
/** Caches fill and compiled code settles. */
const warmShare = 0.4;
/** Less than may wait while a connection enters a game. */
const window = 32;
/** An undo reads the log: only one in so many that are drawn is sent. */
const undoOneIn = 10;

/** Sends its share, a window at a time; a `ping` behind each window says that all of it has been looked at. */
async function sendShare(client: TableClient, next: (id: string) => string, share: number): Promise<number> {
  let sent = 0;
  for (let round = 0; sent < share; round += 1) {
    const since = client.heard.length;
    for (let i = 0; i < window && sent < share; i += 1, sent += 1) client.raw(next(`m${round}-${i}`));
    const t = 1_000_000 + round;
    client.send("ping", { t });
    await client.until((message) => message.type === "pong" && message.data.t === t, since);
    if (client.heard.length > 5_000) (client.heard as unknown[]).splice(0, client.heard.length - 200);
  }
  return sent;
}

interface Mutation {
  readonly seed: number;
  readonly count: number;
  /** The clock unless said otherwise. */
  readonly game?: MutatedGame;
  /** The share of them after which memory is measured. */
  readonly warm?: number;
}

export async function mutate(server: RunningServer, how: Mutation): Promise<MutationFigures> {
  const { seed, count, game = mutatedClock, warm = warmShare } = how;
  const chance = seeded(seed);
  const codes: Record<string, number> = {};
  let answered = 0;
  const clients: TableClient[] = [];
  for (let i = 0; i < connectionCount; i += 1) {
    const client = await connectTable(server.port);
    client.socket.on("message", (payload) => {
      const { type, data } = JSON.parse(String(payload)) as { type: string; data: { code?: string } };
      if (type !== "ack" && type !== "error") return;
      answered += 1;
      const code = data.code ?? "ok";
      codes[code] = (codes[code] ?? 0) + 1;
    });
    await client.request("create", { ...game.create, updates: "changes" });
    await client.request(game.enter.type, game.enter.data);
    clients.push(client);
  }
  const next = (id: string) => mutated(chance, game.messages, id);
  const startedAt = performance.now();
  const samples: (Kept & { readonly sent: number })[] = [];
  let sent = 0;
  for (let step = 0; step < steps; step += 1) {
    const share = Math.ceil(count / steps / connectionCount);
    const shares = await Promise.all(clients.map((client) => sendShare(client, next, share)));
    sent += shares.reduce((a, b) => a + b, 0);
    samples.push({ sent, ...(await keptBy(server)) });
  }
  const perSecond = (sent / (performance.now() - startedAt)) * 1_000;
  for (const client of clients) await client.close();
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const bugs = Number(/^tapotarp_bugs_total (\S+)$/m.exec(text)?.[1]);
  const settled = samples.slice(Math.round(steps * warm));
  const slope = (bytes: (kept: Kept) => number) => slopeOf(settled.map((sample) => [sample.sent / 100_000, bytes(sample)]));
  const heapSlope = slope(({ heapUsed, external }) => heapUsed + external);
  return { seed, sent, answered, bugs, codes, heapSlope, residentSlope: slope(({ rss }) => rss), perSecond };
}

const tellSlope = ({ perUnit, error }: Slope) => `${(perUnit / 1e6).toFixed(2)} +- ${(error / 1e6).toFixed(2)} MB`;

export function tellMutations({ seed, sent, answered, bugs, codes, heapSlope, residentSlope, perSecond }: MutationFigures): string {
  const top = Object.entries(codes)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count}`)
    .join(", ");
  return `seed ${seed}: ${sent} mutated messages, ${perSecond.toFixed(0)} a second, ${answered} answered, ${bugs} bugs, kept per 100,000 after collection: heap ${tellSlope(heapSlope)}, resident ${tellSlope(residentSlope)}; ${top}`;
}

/** For runs that would otherwise meet the limits they do not test. */
export const raisedLimits = {
  LIMIT_FRAMES_PER_SECOND: "100000",
  LIMIT_BYTES_PER_SECOND: "60000000",
  LIMIT_COMMANDS_PER_SESSION: "100000",
  LIMIT_COMMANDS_PER_GAME: "100000",
  LIMIT_FEEDBACK_PER_ADDRESS: "1000",
  LIMIT_JOIN_FAILURES_PER_ADDRESS: "1000000",
} as const;
