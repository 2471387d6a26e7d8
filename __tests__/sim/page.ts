// What a simulated player holds in his hand: the page's own connection and model, or a simple client of whole states that fits
// on a screen. Both come back by themselves and send again what was not answered.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { emptyModel, type Input, type Model, type Sent, shownGame } from "../../public/app/model/model.ts";
import { step } from "../../public/app/model/step.ts";
import type { Chance } from "./chance.ts";
import type { Shown } from "./sim-game.ts";

export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  onerror: (() => void) | null;
}

interface Shelf {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): readonly string[];
}

/** The page's surroundings, as public/app/device/env.ts has them. */
export interface PageEnv {
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly after: (ms: number, call: () => void) => () => void;
  readonly jitter: () => number;
  readonly freshId: () => string;
  readonly openSocket: () => SocketLike;
  readonly isSpoken: () => Promise<boolean>;
  readonly shelf: Shelf;
}

export interface Page {
  readonly name: string;
  readonly table: Shown | null;
  readonly gameId: string | null;
  readonly seat: number | null;
  readonly link: Model["link"];
  /** Commands that wait for their answer, and what is not settled yet. */
  readonly unanswered: number;
  create(settings: object, game: string): void;
  enter(gameId: string): void;
  give(type: string, data: object): void;
  /** The person wants his seat back from another page. */
  takeBack(): void;
  /** The page is looked at again. */
  wake(): void;
}

interface PageConnection {
  want(wish: object): void;
  post(sent: Sent): void;
  comeBackNow(): void;
  takeBack(): void;
}

/** The parts of the page that are not typed here, because they know the browser. */
interface PageParts {
  readonly connection: new (ports: {
    readonly env: PageEnv;
    readonly keys: object;
    readonly shelf: object;
    readonly model: () => Model;
    readonly dispatch: (input: Input) => void;
  }) => PageConnection;
  readonly keys: new (shelf: Shelf, wallMs: () => number) => object;
  readonly shelf: new (shelf: Shelf, clocks: { readonly wallMs: () => number; readonly serverMs: () => number }) => object;
}

const net = (file: string): string => pathToFileURL(resolve(import.meta.dirname, "../../public/app/net", file)).href;

export async function loadPageParts(): Promise<PageParts> {
  const [connection, keys, shelf] = await Promise.all([
    import(net("connection.ts")),
    import(net("seat-keys.ts")),
    import(net("outbox-shelf.ts")),
  ]);
  return { connection: connection.Connection, keys: keys.SeatKeys, shelf: shelf.OutboxShelf } as PageParts;
}

/** The page as it is served, without its screens. */
export function browserPage(name: string, env: PageEnv, parts: PageParts): Page {
  let model: Model = emptyModel;
  const dispatch = (input: Input): void => {
    model = step(model, input);
  };
  const keys = new parts.keys(env.shelf, env.wallMs);
  const serverMs = (): number => env.nowMs() + model.serverClock.offsetMs;
  const shelf = new parts.shelf(env.shelf, { wallMs: env.wallMs, serverMs });
  const connection = new parts.connection({ env, keys, shelf, model: () => model, dispatch });
  return {
    name,
    get table() {
      return shownGame(model);
    },
    get gameId() {
      return model.gameId;
    },
    get seat() {
      return model.seat;
    },
    get link() {
      return model.link;
    },
    get unanswered() {
      return model.outbox.length + (model.stale ? 1 : 0);
    },
    create(settings, game) {
      dispatch({ type: "enter", gameId: null });
      dispatch({ type: "link", link: "connecting" });
      connection.want({ type: "create", id: env.freshId(), name: null, settings, game });
    },
    enter(gameId) {
      dispatch({ type: "enter", gameId });
      dispatch({ type: "link", link: "connecting" });
      connection.want({ type: "game", gameId });
    },
    give(type, data) {
      if (model.gameId !== null && type !== "leave")
        connection.post({ id: env.freshId(), gameId: model.gameId, type, data, at: env.wallMs(), serverAt: serverMs() });
    },
    takeBack: () => connection.takeBack(),
    wake: () => connection.comeBackNow(),
  };
}

const isHeld = (shown: Shown, seat: number): boolean => ("game" in shown ? shown.seat === seat : shown.players[seat - 1]?.claimed === true);

interface Waiting {
  readonly id: string | null;
  readonly type: string;
  readonly data: object;
}

interface Key {
  readonly seat: number | null;
  readonly token: string;
  /** The id under which this key is shown, until that is answered. */
  readonly showId: string;
}

interface Told {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: messages of every shape
  readonly data: any;
}

const silenceMs = 9_000;
const pingMs = 4_000;

/** Takes whole states and remembers nothing but its key and what was not answered. Some of what it says has no id. */
export class PlainPage implements Page {
  readonly name: string;
  table: Shown | null = null;
  gameId: string | null = null;
  seat: number | null = null;
  link: Model["link"] = "connecting";
  readonly #env: PageEnv;
  readonly #chance: Chance;
  readonly #thiefPerMille: number;
  readonly #oldTokens: string[] = [];
  #socket: SocketLike | null = null;
  #settled = false;
  #creation: Waiting | null = null;
  #key: Key | null = null;
  #outbox: Waiting[] = [];
  #heardAt = 0;
  #leaving: string | null = null;

  constructor(name: string, env: PageEnv, how: { readonly chance: Chance; readonly thiefPerMille: number }) {
    this.name = name;
    this.#env = env;
    this.#chance = how.chance;
    this.#thiefPerMille = how.thiefPerMille;
    this.#watch();
  }

  get unanswered(): number {
    return this.#outbox.length + (this.#settled ? 0 : 1);
  }

  create(settings: object, game: string): void {
    this.#creation = { id: this.#env.freshId(), type: "create", data: { settings, game } };
    this.#open();
  }

  enter(gameId: string): void {
    this.gameId = gameId;
    this.#open();
  }

  give(type: string, data: object): void {
    if (type === "leave") return this.#leaveAndReturn();
    const said: Waiting = { id: this.#chance.hit(85) ? this.#env.freshId() : null, type, data };
    if (said.id !== null) this.#outbox.push(said);
    if (this.#settled) this.#say(said);
  }

  takeBack(): void {
    this.link = "lost";
    this.#open();
  }

  wake(): void {
    if (this.#socket === null && this.link === "lost") this.#open();
  }

  /** Out of the game and in again through the same socket, whatever is still under way. */
  #leaveAndReturn(): void {
    if (!this.#settled) return;
    this.#settled = false;
    this.#leaving = this.#env.freshId();
    this.#say({ id: this.#leaving, type: "leave", data: {} });
  }

  #say({ id, type, data }: Waiting): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify({ type, data, ...(id === null ? {} : { id }) }));
  }

  #open(): void {
    this.#leave();
    const socket = this.#env.openSocket();
    this.#socket = socket;
    this.#heardAt = this.#env.nowMs();
    socket.onopen = () => this.#hello();
    socket.onmessage = (event) => this.#heard(JSON.parse(String(event.data)) as Told);
    socket.onclose = (event) => this.#closed(event.code);
  }

  #leave(): void {
    const old = this.#socket;
    this.#socket = null;
    this.#settled = false;
    this.#leaving = null;
    if (old === null) return;
    old.onopen = old.onmessage = old.onclose = null;
    old.close();
  }

  #hello(): void {
    if (this.#key !== null) {
      const { seat, showId } = this.#key;
      const stolen = this.#chance.below(1_000) < this.#thiefPerMille ? this.#oldTokens.at(-3) : undefined;
      const token = stolen ?? this.#key.token;
      const who = seat === null ? { host: true } : { playerId: seat };
      this.#say({ id: showId, type: "reconnect", data: { gameId: this.gameId, ...who, token } });
    } else if (this.gameId !== null) this.#say({ id: null, type: "join", data: { gameId: this.gameId, v: this.table?.v ?? 0 } });
    else if (this.#creation !== null) this.#say(this.#creation);
  }

  #heard({ type, data }: Told): void {
    this.#heardAt = this.#env.nowMs();
    if (type === "state") this.#saw(data as Shown);
    if (type === "claimed" || type === "reconnected") this.#granted(data);
    if (type === "ack" && data.id === this.#leaving) {
      this.#leaving = null;
      this.#hello();
    }
    if (type === "ack") this.#outbox = this.#outbox.filter(({ id }) => id !== data.id);
    if (type === "error") this.#refused(data);
  }

  #granted(data: { readonly gameId: string; readonly playerId: number | null; readonly token: string; readonly state: Shown }): void {
    this.gameId = data.gameId;
    if (data.playerId !== null || this.#key === null || this.#key.seat === null) {
      if (this.seat !== data.playerId) this.#oldTokens.length = 0;
      this.#oldTokens.push(data.token);
      this.#key = { seat: data.playerId, token: data.token, showId: this.#env.freshId() };
      this.seat = data.playerId;
    }
    this.#saw(data.state);
  }

  #saw(table: Shown): void {
    this.table = table;
    if (this.seat !== null && !isHeld(table, this.seat)) this.seat = null;
    if (this.#settled || this.#leaving !== null) return;
    this.#settled = true;
    this.link = "open";
    for (const said of this.#outbox) this.#say(said);
  }

  #refused(error: { readonly id?: string; readonly retry: boolean; readonly code: string }): void {
    const socket = this.#socket;
    if (error.retry) {
      const again = (): void => {
        if (this.#socket !== socket) return;
        const said = this.#outbox.find(({ id }) => id === error.id);
        if (said !== undefined) this.#say(said);
        else if (!this.#settled) this.#hello();
      };
      this.#env.after(300 + 300 * this.#env.jitter(), again);
      return;
    }
    this.#outbox = this.#outbox.filter(({ id }) => id !== error.id);
    if (error.code === "no-such-game" && !this.#settled) this.gameId = null;
    if (this.#settled || error.id === undefined || error.id !== this.#key?.showId) return;
    this.#key = null;
    this.seat = null;
    this.#hello();
  }

  #closed(code: number): void {
    this.#leave();
    if (code === 4001) this.link = "displaced";
    else if (code === 4003) {
      this.link = "kicked";
      this.#key = null;
      this.seat = null;
    } else if (code === 4004) this.link = "closed";
    else {
      this.link = "lost";
      this.#env.after(200 + 1_500 * this.#env.jitter(), () => this.wake());
    }
  }

  #watch(): void {
    this.#env.after(pingMs, () => {
      this.#say({ id: null, type: "ping", data: {} });
      if (this.#socket !== null && this.#env.nowMs() - this.#heardAt > silenceMs) this.#closed(1006);
      this.#watch();
    });
  }
}
