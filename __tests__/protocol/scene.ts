// One instance with real sockets whose time and chance are held in the hand: what goes over its wire is the same, byte for byte, at
// every run. Written down as the golden frames.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import WebSocket from "ws";
import { localBus } from "../../lib/bus/bus-local.ts";
import { Edge } from "../../lib/gateway/edge.ts";
import { openGateway } from "../../lib/gateway/gateway.ts";
import { noAudit } from "../../lib/ops/audit.ts";
import { readConfig } from "../../lib/ops/config.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { createMetrics } from "../../lib/ops/metrics.ts";
import { noReporter } from "../../lib/ops/report.ts";
import { gameLock } from "../../lib/room/lock.ts";
import { silentObserver } from "../../lib/room/observer.ts";
import { Rooms } from "../../lib/room/rooms.ts";
import type { Store } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { hostedGames } from "../../lib/hosted-games.ts";
import { heldAmbient } from "../support/held-ambient.ts";

/** One line of the record: who, which way (`>` to the server, `<` from it, `x` the end), and the bytes as text. */
export interface Line {
  readonly type: string;
  readonly text: string;
}

export class Guest {
  readonly name: string;
  readonly socket: WebSocket;
  readonly #lines: Line[];
  readonly #heard: { readonly type: string; readonly data: Record<string, unknown> }[] = [];
  readonly #closed: Promise<unknown>;
  #serial = 0;

  constructor(name: string, socket: WebSocket, lines: Line[]) {
    this.name = name;
    this.socket = socket;
    this.#lines = lines;
    this.#closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("message", (payload) => this.#hear(String(payload)));
    socket.on("close", (code, reason) => this.#lines.push({ type: "close", text: `${name} x ${code} ${reason}` }));
  }

  #hear(text: string): void {
    const message = JSON.parse(text) as { type: string; data: Record<string, unknown> };
    this.#heard.push(message);
    this.#lines.push({ type: message.type, text: `${this.name} < ${text}` });
  }

  /** The newest message of a type. */
  last(type: string): Record<string, unknown> {
    return this.#heard.findLast((message) => message.type === type)?.data ?? {};
  }

  tell(text: string, type: string): void {
    this.#lines.push({ type, text: `${this.name} > ${text}` });
    this.socket.send(text);
  }

  /** Says it under an id and waits until that is answered. Throws when it cannot be: his line is closed. */
  async say(type: string, data: object = {}): Promise<void> {
    this.#serial += 1;
    const id = `${this.name}-${this.#serial}`;
    this.tell(JSON.stringify({ type, data, id }), type);
    const isAnswered = () => this.#heard.some(({ type: kind, data: answer }) => ["ack", "error"].includes(kind) && answer["id"] === id);
    while (!isAnswered()) {
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`${this.name} said ${type} and is not answered: his line is closed`);
      await Promise.race([new Promise((resolve) => this.socket.once("message", resolve)), this.#closed]);
    }
  }

  /** Everything on its way to this guest has arrived. */
  async settled(): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    const arrived = Promise.race([new Promise((resolve) => this.socket.once("pong", resolve)), this.#closed]);
    this.socket.ping();
    await arrived;
  }
}

export interface Scene {
  enter(name: string): Promise<Guest>;
  /** Time passes for the server, and everything that it sends meanwhile arrives. */
  pass(ms: number): Promise<void>;
  /** The server sends everybody away. */
  drain(): Promise<void>;
  readonly lines: readonly Line[];
  close(): Promise<void>;
}

export async function openScene(store: Store = memoryStore()): Promise<Scene> {
  const ambient = heldAmbient();
  const config = readConfig({ NODE_ENV: "test" });
  const metrics = createMetrics();
  const edge = new Edge({ config, ambient, log: silentLog(), metrics, audit: noAudit(), reporter: noReporter(), queueDepth: () => 0 });
  const games = hostedGames();
  const lock = gameLock({ lockWaitMsMax: 2_000, lockPendingMax: 200 }, ambient, () => {});
  const roomParts = { store, bus: localBus(), lock, ambient, observer: silentObserver, instanceId: "golden" };
  const rooms = new Rooms(
    games.map(({ rules }) => rules),
    config.limits,
    roomParts,
  );
  const server = createServer();
  const byKind = new Map(games.map((game) => [game.rules.kind, game]));
  const gateway = openGateway({ server, games: byKind, defaultGame: "clock", rooms, store, ambient, edge, instanceId: "golden" });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const lines: Line[] = [];
  const guests: Guest[] = [];
  const settled = async () => {
    for (const guest of guests) await guest.settled();
  };
  return {
    lines,
    async enter(name) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`, "tapotarp.v1");
      const guest = new Guest(name, socket, lines);
      guests.push(guest);
      await once(socket, "open");
      await settled();
      return guest;
    },
    async pass(ms) {
      await ambient.advance(ms);
      await settled();
    },
    async drain() {
      const drained = gateway.drain(0);
      await ambient.advance(0);
      await drained;
      while (guests.some(({ socket }) => socket.readyState !== WebSocket.CLOSED)) await ambient.advance(0);
    },
    async close() {
      for (const { socket } of guests) socket.terminate();
      gateway.close();
      await rooms.close();
      metrics.close();
      server.close();
    },
  };
}
