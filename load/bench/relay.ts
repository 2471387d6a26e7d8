// The bare relay: the least a server on `ws` can do for the tap workload. Parses, changes one object, makes the message once and
// sends it four times. No rules, no limits, no identity, no store: the practical limit the real server is measured against.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

interface Seat {
  id: number;
  name: string;
  color: string;
  timeRemaining: number;
  delayRemaining: number;
  penalties: number;
  isEliminated: boolean;
  claimed: boolean;
  connected: boolean;
  life: number;
  counters: Record<string, number>;
  commanderDamage: Record<string, readonly number[]>;
  timeoutPending: boolean;
  timeoutRemaining: number;
  asks: string[];
}

interface Game {
  v: number;
  serverTime: number;
  viewers: number;
  id: string;
  name: string;
  mode: string;
  status: string;
  activePlayer: number;
  turn: number;
  settings: object;
  players: Seat[];
}

interface Table {
  readonly game: Game;
  readonly sockets: WebSocket[];
  readonly sends: "states" | "changes";
}

const settings = {
  mode: "casual",
  initialTime: 600_000,
  bonusTime: 1_000,
  delayTime: 0,
  bronsteinTime: 0,
  warningThresholds: [300_000, 60_000, 30_000],
  onTimeout: "choice",
  timeoutGracePeriod: 30_000,
  startingLife: 20,
  dropPolicy: "charge",
};

function seatOf(id: number): Seat {
  return {
    id,
    name: `Player ${id}`,
    color: "#aabbcc",
    timeRemaining: 600_000,
    delayRemaining: 0,
    penalties: 0,
    isEliminated: false,
    claimed: true,
    connected: true,
    life: 20,
    counters: {},
    commanderDamage: {},
    timeoutPending: false,
    timeoutRemaining: 0,
    asks: [],
  };
}

function tableOf(id: string, sends: Table["sends"]): Table {
  const players = [1, 2, 3, 4].map(seatOf);
  const game = {
    v: 0,
    serverTime: 0,
    viewers: 4,
    id,
    name: "",
    mode: "casual",
    status: "running",
    activePlayer: 1,
    turn: 1,
    settings,
    players,
  };
  return { game, sockets: [], sends };
}

/** The same few bytes as the real server's change of a passed turn. */
function changeOf({ v, serverTime, activePlayer, turn, players }: Game, from: number): object {
  const data = { from, to: activePlayer, turn };
  const seats = [from, activePlayer].map((id) => ({ id, timeRemaining: players[id - 1]?.timeRemaining }));
  return { v, serverTime, events: [{ type: "turnPassed", data }], activePlayer, turn, running: [activePlayer], players: seats };
}

function tapped(table: Table): void {
  const { game, sockets, sends } = table;
  const from = game.activePlayer;
  game.v += 1;
  game.serverTime = Date.now();
  game.turn += 1;
  game.activePlayer = (from % 4) + 1;
  const seat = game.players[from - 1];
  if (seat !== undefined) seat.timeRemaining += 999;
  const message = sends === "states" ? { type: "state", data: game } : { type: "change", data: changeOf(game, from) };
  const text = JSON.stringify(message);
  for (const socket of sockets) socket.send(text);
}

const tables = new Map<string, Table>();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 65_536 });
sockets.on("connection", (socket) => {
  let table: Table | undefined;
  socket.on("message", (payload) => {
    const message = JSON.parse(String(payload)) as { type: string; data: { gameId: string; updates: Table["sends"] } };
    if (message.type === "passTurn") {
      if (table !== undefined) tapped(table);
      return;
    }
    const { gameId, updates } = message.data;
    table = tables.get(gameId) ?? tableOf(gameId, updates);
    tables.set(gameId, table);
    table.sockets.push(socket);
    socket.send(JSON.stringify({ type: "state", data: table.game }));
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (table === undefined) return;
    table.sockets.splice(table.sockets.indexOf(socket), 1);
    if (table.sockets.length === 0) tables.delete(table.game.id);
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`ready on port:${(server.address() as AddressInfo).port}\n`);
});
