// Everybody side by side in one run: the bare relay, the real server on SQLite, on Redis and on Redis with AOF always, Socket.IO, Colyseus.
import { compare } from "../compare.ts";
import { bareRelay, clockServer, type Updates } from "../contestant.ts";
import { cpuRatio, type Entry, summary } from "../figures.ts";
import { colyseusServer, socketIo } from "../rivals.ts";
import { atLeast, atMost, type Line, type Piece } from "./piece.ts";

const games = 100;
const rounds = 3;
/** A server that was idle serves its first second or two with V8's smallest young generation: decision 31. */
const warmMs = 2_500;
const measureMs = 2_000;
const changes: readonly Updates[] = ["changes"];

const names = {
  sqlite: "Tap-or-Tarp, SQLite FULL",
  redis: "Tap-or-Tarp, Redis without a file",
  aof: "Tap-or-Tarp, Redis AOF always",
} as const;

function linesOf(entries: readonly Entry[]): readonly Line[] {
  const of = (name: string, updates: Updates): Entry => {
    const found = entries.find((entry) => entry.name.startsWith(name) && entry.updates === updates);
    if (found === undefined) throw new Error(`${name} was not measured.`);
    return found;
  };
  const mine = of(names.sqlite, "changes");
  const whole = of(names.sqlite, "states");
  const cpu = (entry: Entry) => summary(entry.rounds).cpuMicrosPerTap;
  const rate = (entry: Entry) => summary(entry.rounds).tapsPerSecond;
  const micros = (what: string, most: number): Line => atMost(most, { what, unit: "us", value: cpu(mine) });
  return [
    atLeast(15_000, { what: `taps a second, ${games} tables, clients that take changes`, unit: "taps/s", value: rate(mine) }),
    atMost(2, { what: "server CPU per tap, to the bare relay's", unit: "times", value: cpuRatio(mine, of("bare", "changes")), digits: 2 }),
    micros("server CPU per tap", 45),
    micros("the same, half of Socket.IO's", cpu(of("Socket.IO", "changes")) / 2),
    micros("the same, Colyseus's", cpu(of("Colyseus", "changes"))),
    atLeast(12_000, { what: "taps a second, clients that take whole states", unit: "taps/s", value: rate(whole) }),
    atLeast(0.6, {
      what: "Redis AOF always, taps a second to SQLite's",
      unit: "times",
      value: rate(of(names.aof, "changes")) / rate(mine),
      digits: 2,
    }),
    atMost(300, {
      what: "bytes of a tap, to a viewer that takes changes",
      unit: "bytes",
      value: summary(mine.rounds).bytesPerTapAndViewer,
      digits: 0,
    }),
    atMost(1_500, {
      what: "bytes of a tap, to a viewer that takes whole states",
      unit: "bytes",
      value: summary(whole.rounds).bytesPerTapAndViewer,
      digits: 0,
    }),
  ];
}

export const taps: Piece = {
  seconds: 150,
  async run({ say, part }) {
    const entries = await compare({
      contestants: [
        bareRelay(),
        clockServer({ name: names.sqlite }),
        { ...clockServer({ name: names.redis, redis: "no" }), modes: changes },
        { ...clockServer({ name: names.aof, redis: "always" }), modes: changes },
        { ...socketIo(), modes: changes },
        { ...colyseusServer(), modes: changes },
      ],
      modes: ["changes", "states"],
      games: part(games),
      rounds,
      warmMs: part(warmMs),
      measureMs: part(measureMs),
      say,
    });
    return { lines: linesOf(entries), figures: entries.map((entry) => ({ ...entry, median: summary(entry.rounds) })) };
  },
};
