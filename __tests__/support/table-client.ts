// A player at the end of a socket, for tests: sends commands, waits for what it names, keeps everything it heard.
// It understands the wire as any client would and nothing of the server.
import { once } from "node:events";
import WebSocket, { type ClientOptions } from "ws";

export interface Heard {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every shape
  readonly data: any;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

const waitMsMax = 10_000;

export interface TableClient {
  readonly socket: WebSocket;
  /** Everything heard, oldest first. */
  readonly heard: readonly Heard[];
  /** The newest whole state heard, in `state`, `claimed` or `reconnected`; changes are not merged. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into states of every shape
  readonly state: any;
  /** Highest `v` heard. */
  readonly v: number;
  send(type: string, data?: object, id?: string): void;
  /** Sends text as it is. */
  raw(text: string): void;
  /** Sends with an id (drawn when left out) and waits for its `ack` or `error`. */
  request(type: string, data?: object, id?: string): Promise<Heard>;
  /** The next message of this type from now on, or one already heard after `since` (an index into `heard`). */
  next(type: string, since?: number): Promise<Heard>;
  until(matches: (message: Heard) => boolean, since?: number): Promise<Heard>;
  readonly closed: Promise<Closed>;
  /** Closes and waits for it. */
  close(): Promise<void>;
  /** Cuts the line without a word. */
  cut(): void;
}

export interface ClientSettings extends ClientOptions {
  readonly path?: string;
  readonly protocols?: readonly string[];
}

/** Connects to a server on loopback. Rejects with the HTTP status in the message when the upgrade is refused. */
export async function connectTable(port: number, settings: ClientSettings = {}): Promise<TableClient> {
  const { path = "/", protocols = [], ...options } = settings;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...protocols], { perMessageDeflate: false, ...options });
  const client = tableClient(socket);
  await once(socket, "open");
  return client;
}

export function tableClient(socket: WebSocket): TableClient {
  const heard: Heard[] = [];
  const waiting = new Set<(message: Heard) => void>();
  let state: unknown = null;
  let v = 0;
  let serial = 0;
  const own = Math.random().toString(36).slice(2, 10);
  socket.on("message", (payload) => {
    const message = JSON.parse(String(payload)) as Heard;
    heard.push(message);
    if (message.type === "state") state = message.data;
    else if (message.type === "claimed" || message.type === "reconnected") state = message.data.state;
    if (typeof message.data?.v === "number" && message.type !== "ack") v = Math.max(v, message.data.v);
    for (const look of [...waiting]) look(message);
  });
  socket.on("error", () => undefined);
  const closed = new Promise<Closed>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });

  function until(matches: (message: Heard) => boolean, since = heard.length): Promise<Heard> {
    const already = heard.slice(since).find(matches);
    if (already !== undefined) return Promise.resolve(already);
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      const look = (message: Heard) => {
        if (!matches(message)) return;
        end();
        resolve(message);
      };
      const timer = setTimeout(() => {
        end();
        const last = heard.slice(-5).map((message) => JSON.stringify(message).slice(0, 200));
        reject(new Error(`Not heard within ${waitMsMax} ms. Last messages:\n${last.join("\n")}`));
      }, waitMsMax);
      waiting.add(look);
      void closed.then(({ code, reason }) => {
        if (!waiting.has(look)) return;
        end();
        reject(new Error(`Closed with ${code} ${reason} while waiting.`));
      });
    });
  }

  const raw = (text: string) => socket.send(text);
  const send = (type: string, data: object = {}, id?: string) => raw(JSON.stringify({ type, data, ...(id === undefined ? {} : { id }) }));

  return {
    socket,
    heard,
    get state() {
      return state;
    },
    get v() {
      return v;
    },
    send,
    raw,
    async request(type, data = {}, givenId) {
      serial += 1;
      const id = givenId ?? `${own}-${serial}`;
      const answer = until((message) => (message.type === "ack" || message.type === "error") && message.data.id === id);
      send(type, data, id);
      return answer;
    },
    next: (type, since) => until((message) => message.type === type, since),
    until,
    closed,
    async close() {
      socket.close();
      await closed;
    },
    cut: () => socket.terminate(),
  };
}

export interface Table {
  readonly gameId: string;
  /** The host first; it holds seat 1. The others hold seats 2, 3 ... */
  readonly players: readonly TableClient[];
  /** Each player's reconnect token, by its place in `players`. */
  readonly tokens: readonly string[];
  readonly hostToken: string;
}

/** A game with `seats` players, each on a connection of its own and seated; not started. */
export async function seatTable(
  port: number,
  seats: number,
  how: { readonly settings?: object; readonly client?: ClientSettings } = {},
): Promise<Table> {
  const host = await connectTable(port, how.client);
  await host.request("create", { settings: { playerCount: Math.max(2, seats), ...how.settings } });
  const created = host.heard.find((message) => message.type === "claimed");
  const gameId = String(created?.data.gameId);
  const players = [host];
  const tokens: string[] = [];
  for (let seat = 1; seat <= seats; seat += 1) {
    const player = seat === 1 ? host : await connectTable(port, how.client);
    if (seat > 1) {
      players.push(player);
      await player.request("join", { gameId });
    }
    const since = player.heard.length;
    const claimed = player.next("claimed", since);
    await player.request("claim", { playerId: seat });
    tokens.push((await claimed).data.token);
  }
  return { gameId, players, tokens, hostToken: String(created?.data.token) };
}
