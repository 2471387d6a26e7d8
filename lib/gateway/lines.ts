// How many lines one address may hold, whatever is asked over them: pages and probes are answered over lines as well, and who held all
// that the server has would keep everybody else out. Behind a trusted proxy lines are the proxy's own to count.
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { lineAddressReader } from "./address.ts";
import type { Edge } from "./edge.ts";

/** Cuts lines past the share of their address before anything is read. Gives back how to stop. */
export function boundLines(server: Server, edge: Edge): () => void {
  const addressOf = lineAddressReader(edge.config.trustedProxies);
  const held = new WeakMap<Socket, string>();
  // One function for all: it stays with each line for as long as it lives.
  function onClose(this: Socket): void {
    edge.addresses.lineClosed(held.get(this) as string);
  }
  const onConnection = (socket: Socket): void => {
    const address = addressOf(socket.remoteAddress);
    if (address === null) return;
    if (!edge.addresses.lineOpened(address)) {
      edge.rateLimited("connections", address);
      return void socket.destroy();
    }
    // A line that is closed has no address any more.
    held.set(socket, address);
    socket.on("close", onClose);
  };
  server.on("connection", onConnection);
  return () => void server.off("connection", onConnection);
}
