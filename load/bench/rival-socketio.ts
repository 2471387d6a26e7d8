// The trivial game on Socket.IO rooms, WebSocket transport only, everything else as it comes.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { type RivalGame, rivalGame, tapRival } from "./rival-game.ts";

interface Joining {
  readonly gameId: string;
  readonly updates: "states" | "changes";
}

/** Raw sockets do not answer pings: none is sent during a run. */
const noPingMs = 3_600_000;

const games = new Map<string, RivalGame>();
const server = createServer();
const io = new Server(server, { transports: ["websocket"], pingInterval: noPingMs, perMessageDeflate: false });
io.on("connection", (socket) => {
  let game: RivalGame | undefined;
  let sends: Joining["updates"] = "changes";
  socket.on("join", async ({ gameId, updates }: Joining) => {
    game = games.get(gameId) ?? rivalGame(gameId);
    games.set(gameId, game);
    sends = updates;
    await socket.join(gameId);
    socket.emit("state", game);
  });
  socket.on("passTurn", () => {
    if (game === undefined) return;
    const change = tapRival(game);
    if (sends === "states") io.to(game.id).emit("state", game);
    else io.to(game.id).emit("change", change);
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`ready on port:${(server.address() as AddressInfo).port}\n`);
});
