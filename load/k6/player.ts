// One player at the end of a socket: sends commands with ids, waits for answers, follows the versions. It knows the wire and no rules.
import { WebSocket } from "k6/websockets";
import { answerMs, commandsDone, commandsRefused, commandsSent, commandsUnanswered, failures, syncsDone, versionGaps } from "./counts.ts";

export interface Message {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: messages of every shape
  readonly data: any;
}

/** The part of a view that the scripts look at. */
export interface Seen {
  v: number;
  /** Of the last whole state, as are the times. */
  serverTime: number;
  status: string;
  activePlayer: number | null;
  /** Time left by seat, ms, true at `serverTime`. */
  readonly times: Map<number, number>;
}

export type Outcome = "done" | "refused" | "unanswered";

const openMsMax = 10_000;
const answerMsMax = 10_000;

export const serverUrl = __ENV["URL"] ?? "http://127.0.0.1:3000";
const socketUrl = `${serverUrl.replace(/^http/, "ws")}/`;

/** How a change begins. Most messages are one, and to parse each took a third of all the memory that k6 had to clear up for a crowd. */
const changeHead = '{"type":"change"';

const versionKey = '"v":';
const activeKey = '"activePlayer":';
const statusKey = '"status":"';

/** The whole number that begins at `at`; null when none does. */
function numberAt(text: string, at: number): number | null {
  const value = Number.parseInt(text.slice(at, at + 16), 10);
  return Number.isNaN(value) ? null : value;
}

let serial = 0;

export class Player {
  readonly seen: Seen = { v: 0, serverTime: 0, status: "", activePlayer: null, times: new Map() };
  gameId = "";
  token = "";
  /** Seat held; 0 for none. */
  seat = 0;
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();
  #socket: WebSocket | null = null;

  /** Opens the socket. Rejects when it cannot. */
  open(): Promise<void> {
    const socket = new WebSocket(socketUrl, null, { headers: { Origin: serverUrl } });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the socket did not open in time")), openMsMax);
      socket.onopen = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.onmessage = (event) => {
        const text = String(event?.data);
        if (text.startsWith(changeHead)) this.#changed(text);
        else this.#heard(JSON.parse(text) as Message);
      };
      socket.onerror = (event) => reject(new Error(event?.error ?? "the socket failed"));
      socket.onclose = () => {
        clearTimeout(timer);
        // A socket that was replaced ends late: what waits now was sent through the newer one.
        if (this.#socket !== socket) return;
        for (const settle of [...this.#waiting.values()]) settle("unanswered");
      };
    });
  }

  /** Sends a command and waits for its answer. Latency counts from `dueAt`, when it should have been sent. */
  request(type: string, data: object = {}, dueAt = Date.now()): Promise<Outcome> {
    serial += 1;
    const id = `${__VU}-${serial}-${dueAt}`;
    commandsSent.add(1);
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (outcome === "unanswered") commandsUnanswered.add(1);
        else answerMs.add(Date.now() - dueAt);
        failures.add(outcome === "unanswered");
        if (outcome === "done" && type === "sync") syncsDone.add(1);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle("unanswered"), answerMsMax);
      this.#waiting.set(id, settle);
      this.#socket?.send(JSON.stringify({ type, data, id }));
    });
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  #heard({ type, data }: Message): void {
    if (type === "ack") {
      commandsDone.add(1);
      this.#waiting.get(data.id)?.("done");
    } else if (type === "error") {
      commandsRefused.add(1);
      if (data.id !== undefined) this.#waiting.get(data.id)?.("refused");
    } else if (type === "state") this.#whole(data);
    else if (type === "claimed" || type === "reconnected") {
      this.gameId = data.gameId;
      if (data.playerId !== null) {
        this.token = data.token;
        this.seat = data.playerId;
      }
      this.#whole(data.state);
    }
  }

  #whole(data: Message["data"]): void {
    const { seen } = this;
    if (data.v < seen.v) versionGaps.add(1);
    seen.v = data.v;
    seen.serverTime = data.serverTime;
    // A brief state leaves out what seldom changes.
    if (data.status !== undefined) seen.status = data.status;
    if (data.activePlayer !== undefined) seen.activePlayer = data.activePlayer;
    for (const { id, timeRemaining } of data.players ?? []) seen.times.set(id, timeRemaining);
  }

  /** Looked at, not parsed: `v` comes first, what changed of the game last. What else it says is in the next whole state. */
  #changed(text: string): void {
    const { seen } = this;
    const v = numberAt(text, text.indexOf(versionKey) + versionKey.length);
    if (v !== seen.v + 1) versionGaps.add(1);
    seen.v = v ?? seen.v;
    const active = text.lastIndexOf(activeKey);
    if (active >= 0) seen.activePlayer = numberAt(text, active + activeKey.length);
    const status = text.lastIndexOf(statusKey) + statusKey.length;
    if (status >= statusKey.length) seen.status = text.slice(status, text.indexOf('"', status));
  }
}
