// A player at a whole server that is killed again and again: taps when it is his turn, comes back with his token, sends again what
// was not answered, and writes down everything for the checker.
import type { Observation } from "../checker/history.ts";
import type { Chance } from "../checker/clean-history.ts";
import { connectTable, type Heard, type TableClient } from "../support/table-client.ts";
import { printOf } from "./print.ts";

export interface Seated {
  readonly gameId: string;
  readonly playerId: number;
  token: string;
}

const now = () => performance.timeOrigin + performance.now();

/** The server's own words for "I do not know whether it happened; ask again with the same id". */
const askAgain = "store-unavailable";

export class ServerPlayer {
  readonly seat: Seated;
  readonly name: string;
  readonly observations: Observation[] = [];
  readonly open = new Set<string>();
  readonly #chance: Chance;
  #client: TableClient | null = null;
  #count = 0;
  #actedAtV = 0;
  #isResting = false;

  constructor(seat: Seated, chance: Chance) {
    this.seat = seat;
    this.#chance = chance;
    this.name = `${seat.gameId}.${seat.playerId}`;
  }

  /** Takes a connection over that holds the seat already; what it has heard so far comes first, in its order. */
  adopt(client: TableClient): void {
    this.#client = client;
    client.socket.on("message", (payload) => this.#hear(JSON.parse(String(payload)) as Heard));
    for (const message of client.heard.filter(({ type }) => ["state", "claimed", "reconnected"].includes(type))) this.#hear(message);
  }

  /** Comes back to the same seat on a new connection; then sends again half of what was never answered, and gives up the rest. */
  async comeBack(port: number): Promise<void> {
    const client = await connectTable(port);
    const { gameId, playerId, token } = this.seat;
    const back = client.until((message) => message.type === "reconnected" || message.type === "error", 0);
    client.send("reconnect", { gameId, playerId, token });
    const answer = await back;
    if (answer.type !== "reconnected") throw new Error(`${this.name} was not let back: ${JSON.stringify(answer.data)}`);
    this.adopt(client);
    for (const action of [...this.open]) {
      if (this.#chance.below(2) === 0) this.#send(action);
      else {
        this.#note({ type: "unknown", ...this.#about(action) });
        this.open.delete(action);
      }
    }
  }

  /** Stops tapping, so that the game comes to rest. */
  rest(): void {
    this.#isResting = true;
  }

  /** Asks for the whole state and waits for it. */
  async sync(): Promise<void> {
    if (this.#client === null) return;
    const state = this.#client.next("state");
    this.#client.send("sync");
    await state;
  }

  async leave(): Promise<void> {
    await this.#client?.close();
  }

  #hear({ type, data }: Heard): void {
    if (type === "ack") this.#answered({ type: "ok", ...this.#about(data.id), v: data.v });
    if (type === "error" && data.id !== undefined) this.#refused(data);
    if (type === "reconnected") this.seat.token = data.token;
    const state = type === "state" ? data : type === "reconnected" || type === "claimed" ? data.state : null;
    if (state === null || state === undefined) return;
    this.#note({ type: "saw", client: this.name, game: this.seat.gameId, at: now(), v: state.v, print: printOf(state) });
    const isMine = state.status === "running" && state.activePlayer === this.seat.playerId;
    if (isMine && state.v > this.#actedAtV && !this.#isResting) {
      this.#actedAtV = state.v;
      setTimeout(() => this.#tap(), this.#chance.below(8));
    }
  }

  #refused({ id, code, retry }: { id: string; code: string; retry: boolean }): void {
    if (code === askAgain) this.#answered({ type: "unknown", ...this.#about(id) });
    else this.#answered({ type: "refused", ...this.#about(id), retry, answer: code });
  }

  #tap(): void {
    this.#count += 1;
    if (this.#client?.socket.readyState === 1) this.#send(`${this.name}.${this.#count}`);
  }

  #send(action: string): void {
    this.open.add(action);
    this.#note({ type: "sent", ...this.#about(action) });
    this.#client?.send("passTurn", {}, action);
  }

  #answered(seen: Observation & { readonly action: string }): void {
    this.open.delete(seen.action);
    this.#note(seen);
  }

  #about(action: string) {
    return { client: this.name, game: this.seat.gameId, action, at: now() };
  }

  #note(seen: Observation): void {
    this.observations.push(seen);
  }
}
