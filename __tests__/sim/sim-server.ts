// One simulated server process: real rooms, lock, sessions and connections over a store, a bus and sockets that are held in the
// hand. It can be killed at any moment, and asked to stop.
import type { Bus } from "../../lib/bus/bus.ts";
import type { ViewerId } from "../../lib/game/ids.ts";
import { Connection } from "../../lib/gateway/connection.ts";
import type { HostedGame } from "../../lib/gateway/hosted-game.ts";
import type { Edge } from "../../lib/gateway/edge.ts";
import { Heartbeat } from "../../lib/gateway/heartbeat.ts";
import { OutboxTurn } from "../../lib/gateway/outbox.ts";
import { Session } from "../../lib/gateway/session.ts";
import { socketWire } from "../../lib/gateway/socket-wire.ts";
import type { Ambient } from "../../lib/ops/ambient.ts";
import { countAsAway } from "../../lib/ops/away.ts";
import { type StandstillWatch, standstillWatch } from "../../lib/ops/standstill.ts";
import { replyFrame } from "../../lib/room/frame.ts";
import { gameLock } from "../../lib/room/lock.ts";
import type { RoomObserver } from "../../lib/room/observer.ts";
import { Rooms } from "../../lib/room/rooms.ts";
import { lastSaved } from "../../lib/store/outages.ts";
import type { FaultyStore } from "./faulty-store.ts";
import { simEdge } from "./sim-edge.ts";
import { simGames } from "./sim-games.ts";
import type { ProcessAmbient } from "./timeline.ts";
import type { Line, ServerEnd } from "./wire.ts";

export interface SimServerParts {
  readonly instanceId: string;
  readonly ambient: ProcessAmbient;
  readonly store: FaultyStore;
  readonly bus: Bus;
  /** No other server has the same store: when it stands still, that is an outage. */
  readonly isAlone: boolean;
  readonly count: (name: string) => void;
  /** The rules threw, or something else was thrown that is no fault. */
  readonly bug: (error: unknown) => void;
}

interface Guest {
  readonly line: Line;
  readonly connection: Connection;
  readonly session: Session;
  readonly unpinged: () => void;
}

const beatMs = 1_000;
const awayMs = 10_000;

/** The same as an object that can be copied. */
const plain = (ambient: ProcessAmbient): Ambient => ({
  now: () => ambient.now(),
  monotonicMs: () => ambient.monotonicMs(),
  after: (delayMs, run) => ambient.after(delayMs, run),
  every: (intervalMs, run) => ambient.every(intervalMs, run),
  soon: (run) => ambient.soon(run),
  bytes: (count) => ambient.bytes(count),
  below: (limit) => ambient.below(limit),
});

export class SimServer {
  readonly instanceId: string;
  readonly ambient: ProcessAmbient;
  readonly store: FaultyStore;
  readonly rooms: Rooms;
  readonly #parts: SimServerParts;
  readonly #watched: Ambient;
  readonly #guests = new Set<Guest>();
  readonly #games: ReadonlyMap<string, HostedGame>;
  readonly #edge: Edge;
  readonly #heartbeat: Heartbeat;
  readonly #turn: OutboxTurn;
  #serial = 0;
  #dead = false;

  constructor(parts: SimServerParts) {
    this.#parts = parts;
    this.instanceId = parts.instanceId;
    this.ambient = parts.ambient;
    this.store = parts.store;
    const games = Object.values(simGames).map(({ game }) => game);
    this.#games = new Map(games.map((game) => [game.rules.kind, game]));
    const { store, bus, instanceId } = parts;
    const watch = standstillWatch(plain(parts.ambient));
    this.#watched = watch.ambient;
    const ambient = this.#watched;
    const lock = gameLock({ lockWaitMsMax: 5_000, lockPendingMax: 256 }, ambient, () => {});
    const roomsLimits = { roomIdleMs: 20_000, roomsMax: 20_000, gameIdChars: 6, gameIdTriesMax: 20 };
    const rules = games.map((game) => game.rules);
    this.rooms = new Rooms(rules, roomsLimits, { store, bus, lock, ambient, observer: this.#observer(), instanceId });
    this.rooms.start();
    this.#edge = simEdge(ambient, parts);
    this.#turn = new OutboxTurn(ambient);
    const { heartbeatMs } = this.#edge.limits;
    this.#heartbeat = new Heartbeat({ ambient, heartbeatMs, isLate: () => false });
    ambient.every(beatMs, () => void store.beat(ambient.now()).catch(() => {}));
    void store.beat(ambient.now());
    if (parts.isAlone) this.#watchForAbsence(watch);
  }

  /** As server.ts does it. */
  #watchForAbsence(watch: StandstillWatch): void {
    const { store, count } = this.#parts;
    const recall = (overMs: number) => {
      for (const { connection } of this.#guests) this.ambient.after(this.ambient.below(overMs), () => connection.close("restart"));
    };
    const log = { warn: (_facts: object, message: string) => count(message.split(":")[0] as string) };
    const metrics = { standstills: { add() {} } };
    const away = countAsAway({ store, gateway: { recall }, log, metrics }, { mostMs: awayMs, recallMs: 1_000 });
    watch.begin(awayMs, away.stoodStill);
    store.saved = lastSaved(this.#watched, away.saved);
  }

  get isAlive(): boolean {
    return !this.#dead;
  }

  get guests(): number {
    return this.#guests.size;
  }

  /** A page's request for a socket arrived. */
  accept(line: Line): ServerEnd | null {
    if (this.#dead || this.#edge.draining || this.ambient.standsStill) return null;
    this.#serial += 1;
    const viewerId = `${this.instanceId}.${this.#serial.toString(36)}` as ViewerId;
    const { socket, stream } = line.serverEnd();
    const { store, instanceId, count } = this.#parts;
    const ambient = this.#watched;
    const edge = this.#edge;
    const counts = { sent() {}, coalesced: () => count("frames left out for a slow reader") };
    const connection = new Connection({
      socket,
      stream,
      viewerId,
      traceId: viewerId,
      address: "127.0.0.1",
      edge,
      outboxes: { wire: socketWire, limits: edge.limits, ambient, turn: this.#turn, counts },
    });
    const session = new Session(connection, { games: this.#games, defaultGame: "clock", rooms: this.rooms, store, ambient, edge });
    connection.fellBehind = () => session.resync();
    const guest: Guest = { line, connection, session, unpinged: this.#heartbeat.add(connection) };
    this.#guests.add(guest);
    connection.send(replyFrame("clientId", { clientId: viewerId, instanceId, serverTime: ambient.now(), protocol: "tapotarp.v1" }));
    const onText = (text: string) => this.ambient.hear(() => void (this.#dead || session.receive(Buffer.from(text))));
    const onClose = () => this.ambient.hear(() => this.#left(guest));
    return { socket, stream, onText, onClose };
  }

  #left(guest: Guest): void {
    if (this.#dead) return;
    this.#guests.delete(guest);
    guest.unpinged();
    guest.connection.closed();
    guest.session.close();
  }

  /** kill -9: nothing of it runs any more; what it asked of the store may still happen. */
  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.ambient.kill();
    this.#parts.store.kill();
    for (const { line } of this.#guests) line.serverDied();
    this.#guests.clear();
  }

  /** SIGTERM: no new sockets, everybody is told to come back, then it is gone. */
  drain(): void {
    this.#edge.draining = true;
    const guests = [...this.#guests];
    guests.forEach(({ connection }, place) => {
      connection.send(replyFrame("shutdown_warning", { message: "", timeout: 1_000, retryAfterMs: 300 }));
      this.ambient.after(place * 50, () => connection.close("restart"));
    });
  }

  /** Another instance was found dead: what it held shows away. Said again until it is saved. */
  buryInstance(instanceId: string, gameIds: readonly string[]): void {
    const again = () => this.ambient.after(1_000, () => this.buryInstance(instanceId, gameIds));
    this.rooms.dropInstance(instanceId, gameIds).catch(again);
  }

  #observer(): RoomObserver {
    const { count, bug } = this.#parts;
    return {
      lockWaited() {},
      committed: (outcome) => outcome === "conflict" && count("conflicts"),
      notCommitted() {},
      fannedOut() {},
      changed() {},
      tokensRevoked: () => count("keys revoked"),
      steppedBack: (gameId, from, to) => bug(new Error(`${gameId} stepped back from v${from} to v${to}`)),
      vanished: (gameId, { v }) => bug(new Error(`${gameId} is gone that was at v${v}`)),
      resynced: () => count("resyncs"),
      wokeLate: (lateMs) => lateMs > 1_000 && count("wakes more than 1 s late"),
      damaged: (gameId, reason) => bug(new Error(`${gameId} is damaged: ${reason}`)),
      bug: (_gameId, error) => bug(error),
      threwAtLog: (_gameId, error) => bug(error),
      fault: (_gameId, error) => count(`faults: ${error instanceof Error ? error.name : "?"}`),
    };
  }
}
