// The bare relay: the least a server on `ws` can do for the tap workload. Parses, changes one object, makes the message once and
// sends it four times. No rules, no limits, no identity, no store: the practical limit the real server is measured against.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type RivalGame, rivalGame, tapRival } from "./rival-game.ts";

interface Table {
  readonly game: RivalGame;
  readonly sockets: WebSocket[];
  readonly sends: "states" | "changes";
}

function tapped({ game, sockets, sends }: Table): void {
  const change = tapRival(game);
  const text = JSON.stringify(sends === "states" ? { type: "state", data: game } : { type: "change", data: change });
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
    table = tables.get(gameId) ?? { game: rivalGame(gameId), sockets: [], sends: updates };
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
