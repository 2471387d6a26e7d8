// The way out of one server: players first, then rooms and sockets, the store last. What each step closes is named here, the order and
// the limits are stop.ts's.
import type { Server } from "node:http";
import type { Bus } from "../bus/bus.ts";
import type { Rooms } from "../room/rooms.ts";
import type { Store } from "../store/store.ts";
import type { Ambient, Cancellable } from "./ambient.ts";
import type { Audit } from "./audit.ts";
import type { Config } from "./config.ts";
import { exitSurely } from "./crash.ts";
import type { Log } from "./log.ts";
import type { Operations } from "./operations.ts";
import { createStop, type Stop } from "./stop.ts";

const wholeStopMs = 29_000;
const hurryMs = 3_000;
/** Time the last sockets have after the drain. */
const closeMs = 4_000;
const closeRoomsMs = 2_000;
/** Whatever the operator allows players: the rooms and the store have their time after them, the store as much as when it is hurried. */
const letGoMsMax = wholeStopMs - closeRoomsMs - hurryMs;

interface WayOutParts {
  readonly config: Config;
  readonly ambient: Ambient;
  readonly log: Log;
  readonly audit: Audit;
  readonly store: Pick<Store, "close">;
  readonly bus: Pick<Bus, "close">;
  readonly server: Server;
  readonly gateway: { drain(overMs: number): Promise<void>; close(): void };
  readonly rooms: Pick<Rooms, "close">;
  readonly operations: Pick<Operations, "close">;
  readonly timers: readonly Cancellable[];
  /** From here on the server is not ready. */
  readonly leaving: () => void;
}

export function wayOut(parts: WayOutParts): Stop {
  const { ambient, log, audit, store, bus, server, gateway, rooms, operations, timers, leaving } = parts;
  const drainMs = Math.min(parts.config.limits.drainMs, letGoMsMax - closeMs);
  const letGo = () => {
    leaving();
    audit.note("server-stopping", "server");
    return gateway.drain(drainMs);
  };
  const closeAll = async () => {
    for (const timer of timers) timer.cancel();
    gateway.close();
    await rooms.close();
    await bus.close();
    await operations.close();
    server.close();
    server.closeAllConnections();
  };
  return createStop({
    ambient,
    log,
    wholeMs: wholeStopMs,
    hurryMs,
    flush: () => store.close(),
    exit: exitSurely,
    steps: [
      { name: "let players go", limitMs: drainMs + closeMs, run: letGo },
      { name: "close rooms and sockets", limitMs: closeRoomsMs, run: closeAll },
    ],
  });
}
