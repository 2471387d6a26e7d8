// Kills a whole server under players on sockets, starts it again on the same folder and port, and lets the checker judge all of it:
// from the tap of a player to what every player sees in the end.
import { decode } from "../../lib/game/decode.ts";
import { checkHistory, type Verdict } from "../checker/checker.ts";
import { seededChance } from "../checker/clean-history.ts";
import type { ClockSums, GameLog } from "../checker/history.ts";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable } from "../support/table-client.ts";
import { percentile, readLogs } from "./rounds.ts";
import { ServerPlayer } from "./server-player.ts";

export interface ServerKillFigures {
  readonly kills: number;
  /** Kills that left taps unanswered. */
  readonly inFlight: number;
  readonly players: number;
  /** From the kill until every player had his seat and the whole state again. */
  readonly backMsP50: number;
  readonly backMsMax: number;
  readonly verdict: Verdict;
}

const env = {
  LIMIT_COMMANDS_PER_SESSION: "1000",
  LIMIT_COMMANDS_PER_GAME: "2000",
  LIMIT_FRAMES_PER_SECOND: "1000",
  LIMIT_UPGRADES_PER_ADDRESS: "10000",
  LOG_LEVEL: "warn",
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function serverKills(wish: {
  readonly rounds: number;
  readonly tables: number;
  readonly seed: number;
}): Promise<ServerKillFigures> {
  const chance = seededChance(wish.seed);
  const dataDir = newFolder();
  let server = await startRunningServer({ dataDir, env: { ...env, LOG_LEVEL: "info" } });
  const { port } = server;
  try {
    const players = await seatAll(port, wish.tables, wish.seed);
    const backs: number[] = [];
    let inFlight = 0;
    for (let round = 0; round < wish.rounds; round += 1) {
      await pause(150 + chance.below(350));
      const killedAt = performance.now();
      await server.kill();
      await pause(5);
      if (players.some((player) => player.open.size > 0)) inFlight += 1;
      server = await startRunningServer({ dataDir, port, env: { ...env, LOG_LEVEL: "info" } });
      await Promise.all(players.map((player) => player.comeBack(port)));
      backs.push(performance.now() - killedAt);
    }
    const verdict = await judge({ server, players, dataDir, kills: wish.rounds });
    return {
      kills: wish.rounds,
      inFlight,
      players: players.length,
      backMsP50: percentile(backs, 0.5),
      backMsMax: Math.max(...backs),
      verdict,
    };
  } finally {
    await server.dispose();
    dropFolder(dataDir);
  }
}

async function seatAll(port: number, tables: number, seed: number): Promise<ServerPlayer[]> {
  const players: ServerPlayer[] = [];
  for (let place = 0; place < tables; place += 1) {
    const table = await seatTable(port, 2);
    for (const [at, client] of table.players.entries()) {
      const seat = { gameId: table.gameId, playerId: at + 1, token: table.tokens[at] ?? "" };
      const player = new ServerPlayer(seat, seededChance(seed + players.length));
      player.adopt(client);
      players.push(player);
    }
    table.players[0]?.send("start");
  }
  return players;
}

interface Last {
  readonly server: RunningServer;
  readonly players: readonly ServerPlayer[];
  readonly dataDir: string;
  readonly kills: number;
}

async function judge({ server, players, dataDir, kills }: Last): Promise<Verdict> {
  await pause(200);
  for (const player of players) player.rest();
  await pause(300);
  for (const player of players) await player.sync();
  await Promise.all(players.map((player) => player.sync()));
  const settled = players.map((player) => ({ client: player.name, game: player.seat.gameId }));
  const observations = players.flatMap((player) => player.observations);
  await server.kill();
  const played = new Set(players.map((player) => player.seat.gameId));
  const logs = readLogs(dataDir, "%")
    .filter((log) => played.has(log.game))
    .map(onlyPlayersActions)
    .map(withClock);
  return checkHistory({ observations, logs, settled, faults: [{ name: "kill", hits: kills }] });
}

/** Seats were taken by another client of the test, with ids of its own; and the log's prints are of its states, the players' of views. */
function onlyPlayersActions(log: GameLog): GameLog {
  const isOurs = (action: string | null | undefined) => action?.startsWith(`${log.game}.`) === true;
  return {
    ...log,
    changes: log.changes.map(({ print: _ofState, ...change }) => ({
      ...change,
      actionId: isOurs(change.actionId) ? (change.actionId ?? null) : null,
    })),
  };
}

/** The accounts of the newest state, and of every state that was kept. */
function withClock(log: GameLog): GameLog {
  const newest = log.final?.v;
  const changes = log.changes.map((change) => {
    const text = change.v === newest ? log.final?.state : change.state;
    return text === null || text === undefined ? change : { ...change, clock: sumsOf(text) };
  });
  return { ...log, changes };
}

function sumsOf(text: string): ClockSums {
  const { at, ledger, seats } = decode(text);
  const onClock = seats.reduce((sum, { spent }) => sum + spent.turn + spent.priority + spent.target, 0) - ledger.parallel;
  const lag = seats.reduce((sum, { spent }) => sum + spent.lag, 0);
  const stood = ledger.waiting + ledger.paused + ledger.finished + ledger.undone;
  return { elapsedMs: at - ledger.sinceAt, chargedMs: onClock - lag, pausedMs: stood, outageMs: ledger.outage, creditedMs: lag };
}

export function tellServer(title: string, figures: ServerKillFigures): string {
  const { kills, inFlight, players, backMsP50, backMsMax, verdict } = figures;
  const { changes, ok, unknown, lost, ghost, twice } = verdict.figures;
  return [
    `${title}: ${kills} kills under ${players} players on sockets, ${inFlight} with taps in flight`,
    `${changes} changes, ${ok} acknowledged, ${unknown} unknown; lost ${lost}, ghost ${ghost}, twice ${twice}, ${verdict.result}`,
    `everybody back after p50 ${backMsP50.toFixed(0)} ms, at most ${backMsMax.toFixed(0)} ms`,
  ].join("; ");
}
