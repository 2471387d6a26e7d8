// 10,000 running games in which nobody taps: what they cost, and what is sent. Each has one connection, a phone in the middle of the table.
import { setTimeout as pause } from "node:timers/promises";
import { clockServer, type OpenTable } from "../contestant.ts";
import { assertAllThere, closeCrowd, openCrowd } from "../crowd.ts";
import { cpuOf, residentBytes } from "../procfs.ts";
import { atMost, number, type Piece, type PieceOrder } from "./piece.ts";

const games = 10_000;
/** The garbage of opening so many tables is collected once, some 10 to 20 s later: that is a price of opening them, not of idling. */
const settleMs = 25_000;
const idleMs = 30_000;
/** Past the measuring: what is left is what the games themselves cost. */
const noHeartbeatMs = 600_000;

const framesOf = (tables: readonly OpenTable[]): number =>
  tables.reduce((sum, { seats }) => sum + seats.reduce((all, socket) => all + socket.framesIn, 0), 0);
const bytesOf = (tables: readonly OpenTable[]): number =>
  tables.reduce((sum, { seats }) => sum + seats.reduce((all, socket) => all + socket.bytesIn, 0), 0);

async function idleOf(env: Readonly<Record<string, string>>, part: PieceOrder["part"]) {
  const on = await clockServer({ env: { LIMIT_GAMES_PER_ADDRESS: "100000", ...env } }).start();
  let tables: readonly OpenTable[] = [];
  try {
    tables = await openCrowd(on, { games: part(games), updates: "changes", seats: 1 });
    await pause(settleMs);
    const before = { cpu: cpuOf(on.server.pid), frames: framesOf(tables), bytes: bytesOf(tables) };
    await pause(part(idleMs));
    const after = cpuOf(on.server.pid);
    assertAllThere(tables.flatMap(({ seats }) => seats));
    return {
      cores: (after.totalMs - before.cpu.totalMs) / part(idleMs),
      messages: framesOf(tables) - before.frames,
      bytes: bytesOf(tables) - before.bytes,
      seconds: part(idleMs) / 1_000,
      residentMiB: residentBytes(on.server.pid) / 2 ** 20,
    };
  } finally {
    closeCrowd(tables);
    await on.server.stop();
  }
}

export const idle: Piece = {
  seconds: 160,
  async run({ say, part }) {
    const whole = await idleOf({}, part);
    say(`with heartbeats: ${whole.cores.toFixed(4)} core, ${whole.messages} messages, ${whole.bytes} bytes`);
    const games0 = await idleOf({ LIMIT_HEARTBEAT_MS: String(noHeartbeatMs) }, part);
    say(`without heartbeats: ${games0.cores.toFixed(4)} core, ${games0.messages} messages, ${games0.bytes} bytes`);
    return {
      figures: { games, withHeartbeats: whole, withoutHeartbeats: games0 },
      lines: [
        atMost(0.01, {
          what: `${number(games)} running games in which nobody taps, without heartbeats`,
          unit: "core",
          value: games0.cores,
          digits: 4,
        }),
        atMost(0.01, { what: "the same, heartbeats to one connection each included", unit: "core", value: whole.cores, digits: 4 }),
        atMost(0, {
          what: `messages sent to ${number(games)} connections in ${whole.seconds} s beside heartbeats`,
          unit: "messages",
          value: whole.messages,
          digits: 0,
        }),
      ],
    };
  },
};
