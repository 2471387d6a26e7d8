// A player of a torture run: sits at one table through any instance, sends commands with ids, keeps those that were not answered,
// comes back elsewhere when its connection goes, and writes down all it sent and saw.
import WebSocket from "ws";
import { applyChange, type ViewChange } from "../../lib/protocol/change.ts";
import type { Chance } from "../checker/clean-history.ts";
import type { Observation } from "../checker/history.ts";
import { printOf } from "./print.ts";

export interface Table {
  readonly gameId: string;
  readonly seats: number;
}

export interface BotParts {
  readonly name: string;
  readonly seat: number;
  readonly table: Table;
  readonly chance: Chance;
  readonly notes: Observation[];
  /** Ports of servers that may be tried, those thought alive first. */
  readonly ports: () => readonly number[];
  readonly thinkMs: number;
}

// biome-ignore lint/suspicious/noExplicitAny: a player looks into messages of every shape
type Message = { readonly type: string; readonly data: any };

export const clockMs = () => performance.timeOrigin + performance.now();
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const answerMsMax = 6_000;
/** Longer than anything is broken. */
const backMsMax = 90_000;

export class Bot {
  readonly parts: BotParts;
  token: string | null = null;
  v = 0;
  /** Times it had to come back, and how long each took until it was in sync, ms. */
  readonly returns: number[] = [];
  done = 0;
  /** Refusals that invited another try, by code. */
  readonly putOff = new Map<string, number>();
  /** Commands given up: neither an answer nor a refusal after many tries. */
  failed = 0;
  #socket: WebSocket | null = null;
  // biome-ignore lint/suspicious/noExplicitAny: views are plain data here
  #view: any = null;
  #answered: ((message: Message) => void) | null = null;
  #isOver = false;
  #serial = 0;
  #life = 20;
  #entering: Promise<void> | null = null;
  #lostAt = 0;
  port = 0;

  constructor(parts: BotParts) {
    this.parts = parts;
    this.#life = 20 + parts.seat;
  }

  get view(): Record<string, unknown> | null {
    return this.#view;
  }

  get isThere(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN && this.#entering === null;
  }

  /** Joins and takes its seat; rejects when that does not work at once. */
  async sit(port: number): Promise<void> {
    await this.#connect(port);
    await this.ask("join", { gameId: this.parts.table.gameId, updates: this.#updates });
    await this.claim();
  }

  /** Makes the game, as its host. */
  async found(port: number, settings: object): Promise<string> {
    await this.#connect(port);
    const claimed = this.#heard("claimed");
    // Without an id: there is no game yet that the note could name.
    this.#socket?.send(JSON.stringify({ type: "create", data: { settings, updates: this.#updates } }));
    return (await claimed).data.gameId;
  }

  async claim(): Promise<void> {
    const claimed = this.#heard("claimed");
    await this.ask("claim", { playerId: this.parts.seat });
    this.token = (await claimed).data.token;
  }

  get #updates(): "states" | "changes" {
    return this.parts.seat % 2 === 0 ? "changes" : "states";
  }

  /** Sends what has to be answered well at once. */
  async ask(type: string, data: object): Promise<void> {
    const id = this.#id();
    // Part of the setting up, with an id all the same: the log must not hold an action nobody sent.
    if (type !== "join") this.#note({ type: "sent", action: id });
    const answer = await this.#send(type, data, id);
    if (answer?.type === "ack" && answer.data.v > 0 && type !== "join")
      this.#note({ type: "ok", action: id, v: answer.data.v, answer: String(answer.data.v) });
    if (answer?.type !== "ack") throw new Error(`${this.parts.name}: ${type} was answered ${JSON.stringify(answer)}`);
  }

  #id(): string {
    this.#serial += 1;
    return `${this.parts.name}.${this.#serial}`;
  }

  #heard(type: string): Promise<Message> {
    return new Promise((resolve) => {
      const socket = this.#socket;
      const look = (payload: WebSocket.RawData) => {
        const message = JSON.parse(String(payload)) as Message;
        if (message.type !== type) return;
        socket?.off("message", look);
        resolve(message);
      };
      socket?.on("message", look);
    });
  }

  async #connect(port: number): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false, handshakeTimeout: 3_000 });
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    socket.on("error", () => {});
    socket.on("message", (payload) => this.#receive(JSON.parse(String(payload)) as Message));
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#answered?.({ type: "closed", data: {} });
      // Whoever plays on waits for it too, and hears that it failed.
      if (!this.#isOver) this.#comeBack().catch(() => {});
    });
    this.#socket = socket;
    this.port = port;
  }

  #receive({ type, data }: Message): void {
    // Its own game is known from the first message that names it.
    if (this.parts.table.gameId === "" && type === "claimed")
      (this.parts as { table: Table }).table = { ...this.parts.table, gameId: data.gameId };
    if (type === "state") this.#show(data);
    else if (type === "claimed" || type === "reconnected") this.#show(data.state);
    else if (type === "change") this.#change(data);
    else if (type === "ack" || type === "error") this.#answered?.({ type, data });
  }

  // biome-ignore lint/suspicious/noExplicitAny: views are plain data here
  #show(state: any): void {
    this.#view = state;
    this.#saw(state.v);
  }

  // biome-ignore lint/suspicious/noExplicitAny: changes are plain data here
  #change({ v, serverTime, events, ...changed }: any): void {
    if (v !== this.v + 1 || this.#view === null) {
      if (v > this.v) this.#socket?.send(JSON.stringify({ type: "sync", data: {} }));
      return;
    }
    void serverTime;
    void events;
    this.#view = applyChange(this.#view, changed as ViewChange);
    this.#saw(v);
  }

  #saw(v: number): void {
    this.v = v;
    this.#note({ type: "saw", v, print: printOf(this.#view) });
  }

  #note(seen: object): void {
    const { name, table, notes } = this.parts;
    notes.push({ client: name, game: table.gameId, at: clockMs(), ...seen } as Observation);
  }

  /** Tries one server after another until its seat is its own again. */
  #comeBack(): Promise<void> {
    this.#lostAt = clockMs();
    this.#entering ??= this.#enter().finally(() => {
      this.#entering = null;
    });
    return this.#entering;
  }

  async #enter(): Promise<void> {
    const until = clockMs() + backMsMax;
    let why: unknown = "told to wait";
    for (let attempt = 0; !this.#isOver; attempt += 1) {
      if (clockMs() > until) throw new Error(`${this.parts.name} is not back after ${backMsMax} ms`, { cause: why });
      await pause(attempt === 0 ? this.parts.chance.below(300) : 100 + this.parts.chance.below(300));
      const ports = this.parts.ports();
      const port = ports[this.parts.chance.below(ports.length)] as number;
      try {
        await this.#connect(port);
        if (await this.#reclaim()) {
          this.returns.push(clockMs() - this.#lostAt);
          return;
        }
        this.#drop();
      } catch (error) {
        why = error;
        this.#drop();
      }
    }
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
  }

  async #reclaim(): Promise<boolean> {
    const socket = this.#socket;
    if (socket === null) return false;
    const answer = await new Promise<Message | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), answerMsMax);
      const end = (message: Message | null) => {
        clearTimeout(timer);
        socket.off("message", look);
        resolve(message);
      };
      const look = (payload: WebSocket.RawData) => {
        const message = JSON.parse(String(payload)) as Message;
        if (message.type === "reconnected" || message.type === "error") end(message);
      };
      socket.on("message", look);
      socket.once("close", () => end(null));
      const { gameId } = this.parts.table;
      socket.send(
        JSON.stringify({ type: "reconnect", data: { gameId, playerId: this.parts.seat, token: this.token, updates: this.#updates } }),
      );
    });
    if (answer?.type === "reconnected") {
      this.token = answer.data.token;
      return true;
    }
    if (answer?.type === "error" && answer.data.retry !== true)
      throw new Error(`${this.parts.name} may not come back: ${answer.data.code}`);
    return false;
  }

  /** Sends and waits for the answer to this id; null when the connection went or none came in time. */
  #send(type: string, data: object, id: string): Promise<Message | null> {
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) return Promise.resolve(null);
    return new Promise((resolve) => {
      const end = (message: Message | null) => {
        clearTimeout(timer);
        this.#answered = null;
        resolve(message);
      };
      const timer = setTimeout(() => end(null), answerMsMax);
      this.#answered = (message) => {
        if (message.type === "closed") end(null);
        else if (message.data.id === id) end(message);
      };
      socket.send(JSON.stringify({ type, data, id }));
    });
  }

  /** Plays until `isOver`; each command is sent again, with its id, until it is answered. */
  async play(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const [type, data] = this.#next();
      await this.#surely(type, data);
      await pause(this.parts.chance.below(2 * this.parts.thinkMs + 1));
    }
  }

  #next(): readonly [string, object] {
    const { chance, seat } = this.parts;
    const lot = chance.below(10);
    const view = this.#view as { status: string; activePlayer: number | null } | null;
    if (view?.status === "running" && view.activePlayer === seat && lot < 5) return ["passTurn", {}];
    // A roll is never the same as none: done twice it shows, which a new life total would not.
    if (lot >= 6) return ["rollDice", { sides: 20 }];
    this.#life = this.#life >= 900 ? 20 : this.#life + 1;
    return ["updatePlayer", { playerId: seat, life: this.#life }];
  }

  async #surely(type: string, data: object): Promise<void> {
    const action = this.#id();
    const until = clockMs() + 60_000;
    while (clockMs() < until) {
      while (this.#entering !== null) await this.#entering;
      this.#note({ type: "sent", action });
      const answer = await this.#send(type, data, action);
      if (answer === null) {
        this.#note({ type: "unknown", action });
        // A connection that gave no answer in time is not trusted any more.
        if (this.#socket !== null) this.#drop();
        await this.#comeBack();
      } else if (answer.type === "ack") {
        this.done += 1;
        return this.#note({ type: "ok", action, v: answer.data.v, answer: String(answer.data.v) });
      } else {
        const { code, retry } = answer.data;
        this.#note({ type: "refused", action, retry, answer: code });
        if (retry !== true) {
          this.done += 1;
          return;
        }
        this.putOff.set(code, (this.putOff.get(code) ?? 0) + 1);
        await pause(30 + this.parts.chance.below(100));
      }
    }
    this.failed += 1;
  }

  end(): void {
    this.#isOver = true;
    this.#drop();
  }
}
