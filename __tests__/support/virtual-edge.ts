// The edge of one instance without a network: sockets are held in the hand, time moves only when told to. Everything behind them is
// real: sessions, rooms, rules, a store in memory.
import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { localBus } from "../../lib/bus/bus-local.ts";
import type { ViewerId } from "../../lib/game/ids.ts";
import { Connection } from "../../lib/gateway/connection.ts";
import { Edge } from "../../lib/gateway/edge.ts";
import type { HostedGame } from "../../lib/gateway/hosted-game.ts";
import { Session } from "../../lib/gateway/session.ts";
import { socketWire } from "../../lib/gateway/socket-wire.ts";
import { hostedGames } from "../../lib/hosted-games.ts";
import { type Audit, noAudit } from "../../lib/ops/audit.ts";
import type { AuditEvent } from "../../lib/ops/audit-record.ts";
import { type Limits, readConfig } from "../../lib/ops/config.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { createMetrics } from "../../lib/ops/metrics.ts";
import { noReporter, type ReportContext } from "../../lib/ops/report.ts";
import { gameLock } from "../../lib/room/lock.ts";
import { silentObserver } from "../../lib/room/observer.ts";
import { Rooms } from "../../lib/room/rooms.ts";
import type { Store } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { heldAmbient } from "./held-ambient.ts";
import type { Heard } from "./table-client.ts";

class HeldSocket extends EventEmitter {
  isPaused = false;
  closedWith: number | null = null;
  terminated = false;
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  pong(): void {}
  close(code: number): void {
    this.closedWith ??= code;
  }
  terminate(): void {
    this.terminated = true;
  }
}

class Ear extends Duplex {
  readonly heard: Heard[] = [];
  pings = 0;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const short = (chunk[1] ?? 0) & 127;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (chunk[0] === 0x89) this.pings += 1;
    else if (chunk.length > 0) this.heard.push(JSON.parse(chunk.subarray(head).toString()) as Heard);
    done();
  }
  override _read(): void {}
}

export interface VirtualClient {
  readonly socket: HeldSocket;
  readonly connection: Connection;
  readonly session: Session;
  readonly heard: readonly Heard[];
  /** Says it and gives the answer with its id, once everything has settled. */
  ask(type: string, data?: object, id?: string): Promise<Heard>;
  tell(type: string, data?: object, id?: string): void;
  last(type: string): Heard | undefined;
  /** The line is gone. */
  gone(): Promise<void>;
}

interface VirtualParts {
  /** What an operator has set, beside limits. */
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
  readonly store?: Store;
  readonly ambient?: ReturnType<typeof heldAmbient>;
  readonly games?: readonly HostedGame[];
}

export function virtualEdge(parts: VirtualParts = {}) {
  const { env = {}, limits = {}, store = memoryStore(), ambient = heldAmbient(), games: hostedHere = hostedGames() } = parts;
  const base = readConfig({ NODE_ENV: "test", ...env });
  const config = { ...base, limits: { ...base.limits, ...limits } };
  const notes: { readonly event: AuditEvent; readonly detail: Readonly<Record<string, unknown>> }[] = [];
  const audit: Audit = { ...noAudit(), note: (event, _actor, detail = {}) => void notes.push({ event, detail }) };
  const metrics = createMetrics();
  let queueDepth = 0;
  const reports: { readonly error: unknown; readonly context: ReportContext }[] = [];
  const reporter = { ...noReporter(), report: (error: unknown, context: ReportContext) => void reports.push({ error, context }) };
  const edge = new Edge({ config, ambient, log: silentLog(), metrics, audit, reporter, queueDepth: () => queueDepth });
  const lock = gameLock({ lockWaitMsMax: 2_000, lockPendingMax: 200 }, ambient, () => {});
  const games = new Map(hostedHere.map((game) => [game.rules.kind, game]));
  const rules = hostedHere.map((game) => game.rules);
  const rooms = new Rooms(rules, config.limits, {
    store,
    bus: localBus(),
    lock,
    ambient,
    observer: silentObserver,
    instanceId: "here",
  });
  const outboxes = edge.outboxes(socketWire);
  let serial = 0;

  function connect(address = "203.0.113.9"): VirtualClient {
    serial += 1;
    const socket = new HeldSocket();
    const ear = new Ear();
    const connection = new Connection({
      socket: socket as unknown as WebSocket,
      stream: ear,
      viewerId: `here.${serial}` as ViewerId,
      traceId: `trace-${serial}`,
      address,
      edge,
      outboxes,
    });
    const session = new Session(connection, { games, defaultGame: "clock", rooms, store, ambient, edge });
    connection.fellBehind = () => session.resync();
    const tell = (type: string, data: object = {}, id?: string) =>
      session.receive(Buffer.from(JSON.stringify({ type, data, ...(id === undefined ? {} : { id }) })));
    return {
      socket,
      connection,
      session,
      heard: ear.heard,
      tell,
      async ask(type, data = {}, givenId) {
        serial += 1;
        const id = givenId ?? `id-${serial}`;
        const since = ear.heard.length;
        tell(type, data, id);
        for (let round = 0; round < 50; round += 1) {
          const answer = ear.heard
            .slice(since)
            .find((message) => (message.type === "ack" || message.type === "error") && message.data.id === id);
          if (answer !== undefined) return answer;
          await ambient.advance(0);
        }
        throw new Error(`${type} was not answered.`);
      },
      last: (type) => ear.heard.findLast((message) => message.type === type),
      async gone() {
        connection.closed();
        session.close();
        await ambient.advance(0);
      },
    };
  }

  /** A game with one seat taken by its host. */
  async function seated(): Promise<{
    readonly gameId: string;
    readonly host: VirtualClient;
    readonly token: string;
    readonly hostToken: string;
  }> {
    const host = connect();
    await host.ask("create", { settings: { playerCount: 3 } });
    const { gameId, token: hostToken } = host.last("claimed")?.data ?? {};
    await host.ask("claim", { playerId: 1 });
    return { gameId, host, token: host.last("claimed")?.data.token, hostToken };
  }

  return {
    ambient,
    edge,
    rooms,
    store,
    notes,
    reports,
    metrics,
    connect,
    seated,
    setQueueDepth(depth: number) {
      queueDepth = depth;
      edge.overload.sample(0);
    },
  };
}
