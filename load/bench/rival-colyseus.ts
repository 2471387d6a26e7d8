// The trivial game on Colyseus: a schema whose changes are sent as a patch at once after each tap, nothing on a timer.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Room, Server } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";

const SeatState = schema({ id: t.number(), timeRemaining: t.number(), life: t.number() });
const TableState = schema({
  v: t.number(),
  serverTime: t.number(),
  activePlayer: t.number(),
  turn: t.number(),
  players: t.array(SeatState),
});

class TableRoom extends Room {
  override maxClients = 4;
  override patchRate = null;
  override state = new TableState();

  override onCreate(): void {
    this.state.v = 0;
    this.state.activePlayer = 1;
    this.state.turn = 1;
    for (let id = 1; id <= 4; id += 1) this.state.players.push(new SeatState().assign({ id, timeRemaining: 600_000, life: 20 }));
    this.onMessage("passTurn", () => this.#tapped());
  }

  #tapped(): void {
    const { state } = this;
    const seat = state.players[state.activePlayer - 1];
    if (seat !== undefined) seat.timeRemaining += 999;
    state.v += 1;
    state.serverTime = Date.now();
    state.turn += 1;
    state.activePlayer = (state.activePlayer % 4) + 1;
    this.broadcastPatch();
  }
}

const http = createServer();
const server = new Server({ transport: new WebSocketTransport({ server: http, pingInterval: 0 }), greet: false });
server.define("table", TableRoom).filterBy(["gameId"]);
await server.listen(0, "127.0.0.1");
process.stdout.write(`ready on port:${(http.address() as AddressInfo).port}\n`);
