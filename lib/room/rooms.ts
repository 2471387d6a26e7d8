// All rooms of this instance: found by id, opened when asked for, dropped when nobody needs them.
// A room is a cache; the store is the truth.
import { createHash } from "node:crypto";
import type { GameId } from "../game/ids.ts";
import { type RefusalCode, refusals } from "../game/refusals.ts";
import type { Cancellable } from "../ops/ambient.ts";
import { lobbyCodeAlphabet } from "../protocol/lobby-code.ts";
import { type LoadOutcome, StoreFault } from "../store/store.ts";
import { Alarms } from "./alarms.ts";
import type { Answer } from "./answer.ts";
import { type AnyRules, type GameLog, gameLog } from "./log.ts";
import type { ReadFrom } from "./order.ts";
import { Room } from "./room.ts";
import { storeFaultCodes } from "./fault-code.ts";
import type { RoomParts } from "./room-parts.ts";
import { dropHoldersOf, type Said, saidOf } from "./absence.ts";
import { SharedSettings } from "./shared-settings.ts";
import { armed, Stuck } from "./stuck.ts";
import type { Subscriber } from "./subscriber.ts";

export interface RoomsLimits {
  /** A room without viewers is dropped after this long, ms. */
  readonly roomIdleMs: number;
  /** Rooms kept in memory. */
  readonly roomsMax: number;
  /** Characters of a lobby code. */
  readonly gameIdChars: number;
  /** Codes tried for a new game before giving up. */
  readonly gameIdTriesMax: number;
}

const sweepMs = 1_000;
/** From this part of all places on, rooms without viewers make place before their time. */
const crowdedFrom = 0.9;
/** A room that was asked for in this time stays: whoever found it is about to use it. */
const staysMs = 1_000;
/** A table at which nobody did anything for so long rests. */
const restsAfterMs = 3_000;
/** Rooms looked at to make one place, so that a full house is not searched for each who comes. */
const looksMax = 64;
/** Beside those that are stuck. */
const duePerSweep = 2_000;
/** Rooms looked at in one sweep for those that rest and those that can go: all of so many, and of more all within so many sweeps. */
const idleLooksMin = 500;
const idleSweeps = 5;
/** Games due within this time are opened, so that their own alarm rings at the very moment. */
const sweepAheadMs = 1_500;
/** A game still due after this time is nobody's, or its room here is behind. */
const overdueMs = 250;
/** Games opened at the same time by a sweep, or to tell that an instance died. */
const turnWidth = 32;

export type Opened = { readonly room: Room } | { readonly refused: RefusalCode };

export interface CreateOrder {
  readonly kind: string;
  readonly sender: Subscriber;
  readonly name: string | null;
  readonly settings: unknown;
  readonly actionId: string | null;
  /** The room the sender is in when the answer is ok. */
  readonly answered: (answer: Answer, room: Room | null) => void;
}

export class Rooms {
  /** In about the order in which they were asked for last. */
  readonly #rooms = new Map<string, Room>();
  #walk = this.#rooms.entries();
  /** Rooms of codes for which a game is just being made: until that is over, nobody knows of which kind the game with the code is. */
  readonly #founding = new Map<string, Promise<unknown>>();
  readonly #rules: ReadonlyMap<string, AnyRules>;
  /** One for all games of a kind: it knows nothing of any one game. */
  readonly #logs: ReadonlyMap<AnyRules, GameLog>;
  readonly #parts: RoomParts;
  readonly #alarms: Alarms;
  readonly #limits: RoomsLimits;
  readonly #settings = new SharedSettings();
  readonly #stuck = new Stuck();
  #sweep: Cancellable | null = null;
  /** The one under way. */
  #sweeping: Promise<void> | null = null;
  #isClosed = false;

  constructor(rules: readonly AnyRules[], limits: RoomsLimits, parts: RoomParts) {
    this.#rules = new Map(rules.map((entry) => [entry.kind, entry]));
    this.#logs = new Map(rules.map((entry) => [entry, gameLog(parts.store, entry, parts.observer.threwAtLog)]));
    this.#limits = limits;
    this.#parts = parts;
    this.#alarms = new Alarms(parts.ambient);
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** The rooms that are open here. */
  open(): Iterable<Room> {
    return this.#rooms.values();
  }

  /**
   * Finds or opens the room of a game. Call a method of the room at once: an idle room may be dropped later.
   * Refusals: no-such-game, game-damaged, version-unsupported when its kind is not hosted here, store-unavailable when it cannot be known
   * now, and busy when there is no place.
   */
  find(gameId: string): Promise<Opened> {
    return this.#find(gameId, "refuse");
  }

  /** The same for what the server has to do itself: it gets a place even when none can be made. */
  #findAnyway(gameId: string): Promise<Opened> {
    return this.#find(gameId, "open");
  }

  async #find(gameId: string, whenFull: "refuse" | "open"): Promise<Opened> {
    const founding = this.#founding.get(gameId);
    if (founding !== undefined) await founding;
    const open = this.#openRoom(gameId);
    if (open !== undefined) return { room: open };
    let loaded: LoadOutcome;
    const { standstills } = this.#parts.store.outages;
    try {
      loaded = await this.#parts.store.load(gameId);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      this.#parts.observer.fault(gameId, error);
      return { refused: storeFaultCodes[error.kind] };
    }
    if (loaded.kind === "absent") return { refused: "no-such-game" };
    if (loaded.kind === "damaged") {
      this.#parts.observer.damaged(gameId, loaded.reason);
      return { refused: "game-damaged" };
    }
    if (this.#founding.has(gameId)) return this.#find(gameId, whenFull);
    const meanwhile = this.#openRoom(gameId);
    if (meanwhile !== undefined) return { room: meanwhile };
    if (standstills !== this.#parts.store.outages.standstills) return this.#find(gameId, whenFull);
    const rules = this.#rules.get(loaded.game.index.kind);
    // Of a server that hosts more, while one version takes the place of another. Not "no such game": on that word pages forget their keys.
    if (rules === undefined) return { refused: "version-unsupported" };
    const hasPlace = this.#madePlace();
    if (!hasPlace && whenFull === "refuse") return { refused: "busy" };
    const room = this.#roomOf(gameId as GameId, rules, loaded);
    this.#rooms.set(gameId, room);
    return { room };
  }

  #openRoom(gameId: string): Room | undefined {
    const room = this.#rooms.get(gameId);
    if (room !== undefined) this.#putLast(gameId, room);
    room?.touch();
    return room;
  }

  #putLast(gameId: string, room: Room): void {
    this.#rooms.delete(gameId);
    this.#rooms.set(gameId, room);
  }

  /** Whether one more room can be opened. In a full house the room nobody needs that was asked for longest ago goes for it. */
  #madePlace(): boolean {
    if (this.#rooms.size < this.#limits.roomsMax) return true;
    const since = this.#parts.ambient.now() - staysMs;
    let looks = 0;
    for (const [gameId, room] of this.#rooms) {
      if (room.isIdle(since)) {
        this.#letGo(gameId, room);
        return true;
      }
      looks += 1;
      if (looks === looksMax) return false;
      // Those in use are not looked at again before all others.
      this.#putLast(gameId, room);
    }
    return false;
  }

  /** Makes a new game under a free code. The same action id always comes to the same game. */
  async create(order: CreateOrder): Promise<void> {
    const rules = this.#rules.get(order.kind);
    if (rules === undefined) return order.answered({ ok: false, code: "bad-message", field: "game" }, null);
    for (let attempt = 0; attempt < this.#limits.gameIdTriesMax; attempt += 1) {
      const gameId = this.#code(order.actionId, attempt) as GameId;
      const wasOpen = this.#rooms.has(gameId);
      const room = this.#reserved(gameId, rules);
      if (room === "full") return order.answered({ ok: false, code: "busy" }, null);
      if (room === null) continue;
      const { sender, name, actionId } = order;
      const settings = this.#settings.of(order.settings);
      const answered = (answer: Answer) => order.answered(answer, answer.ok ? room : null);
      const founding = room.found({ sender, name, settings, actionId, answered });
      if (!wasOpen) this.#founding.set(gameId, founding);
      const result = await founding;
      if (!wasOpen) this.#founding.delete(gameId);
      if (result.kind === "done") return;
      // The game that has this code may be of another kind: it gets a room of its own when somebody looks for it.
      if (!wasOpen) this.#letGo(gameId, room);
      if (result.kind === "again") return this.#repeat(gameId, result.answer, order);
    }
    order.answered({ ok: false, code: "no-free-code" }, null);
  }

  #letGo(gameId: string, room: Room): void {
    if (this.#rooms.get(gameId) === room) this.#rooms.delete(gameId);
    void room.close();
  }

  /**
   * The room of a code before there is a game: whoever looks for it from the moment the game is durable finds this room and no
   * second one. When nothing comes of it, it goes like any room that nobody uses. Null when another kind of game has the code.
   */
  #reserved(gameId: GameId, rules: AnyRules): Room | "full" | null {
    const open = this.#openRoom(gameId);
    if (open !== undefined) return open.rules === rules ? open : null;
    if (!this.#madePlace()) return "full";
    const room = this.#roomOf(gameId, rules, null);
    this.#rooms.set(gameId, room);
    return room;
  }

  #roomOf(gameId: GameId, rules: AnyRules, loaded: LoadOutcome | null): Room {
    return new Room(gameId, rules, { parts: this.#parts, alarms: this.#alarms, loaded, log: this.#logs.get(rules) as GameLog });
  }

  async #repeat(gameId: string, stored: string, order: CreateOrder): Promise<void> {
    const found = await this.find(gameId);
    if ("refused" in found) return order.answered({ ok: false, code: found.refused }, null);
    const { sender, actionId } = order;
    const answered = (answer: Answer) => order.answered(answer, answer.ok ? found.room : null);
    await found.room.repeat(stored, { sender, actionId, command: { type: "create" }, answered });
  }

  /** A code drawn by chance; for an action id the same sequence of codes each time, so that a create sent twice meets itself. */
  #code(actionId: string | null, attempt: number): string {
    const bytes =
      actionId === null
        ? this.#parts.ambient.bytes(this.#limits.gameIdChars)
        : createHash("sha256").update(`create ${attempt} ${actionId}`).digest();
    let code = "";
    for (let i = 0; i < this.#limits.gameIdChars; i += 1) code += lobbyCodeAlphabet[(bytes[i] as number) % lobbyCodeAlphabet.length];
    return code;
  }

  /** Begins to settle games nobody holds, and to drop rooms nobody needs. */
  start(): void {
    this.#sweep ??= this.#parts.ambient.every(sweepMs, () => void this.sweep());
  }

  async sweep(): Promise<void> {
    if (this.#sweeping !== null || this.#isClosed) return;
    this.#sweeping = this.#sweepOnce().finally(() => {
      this.#sweeping = null;
    });
    await this.#sweeping;
  }

  async #sweepOnce(): Promise<void> {
    try {
      const now = this.#parts.ambient.now();
      await this.#restOrDrop(now);
      const { store } = this.#parts;
      // Asked together: one wait and, for a store that answers in batches, one write.
      const most = duePerSweep + this.#stuck.size;
      const [overdue, soon] = await Promise.all([store.due(now - overdueMs, most), store.due(now + sweepAheadMs, most)]);
      this.#stuck.keep(overdue);
      await this.#inTurns(this.#stuck.among(overdue, now), (gameId) => this.#arm(gameId, "store"));
      const unheld = this.#stuck.among(soon, now).filter((gameId) => !this.#rooms.has(gameId));
      await this.#inTurns(unheld, (gameId) => this.#arm(gameId, "copy"));
    } catch (error) {
      this.#parts.observer.fault(null, error);
    }
  }

  async #inTurns(gameIds: readonly string[], work: (gameId: string) => Promise<void>): Promise<void> {
    for (let place = 0; place < gameIds.length && !this.#isClosed; place += turnWidth)
      await Promise.all(gameIds.slice(place, place + turnWidth).map(work));
  }

  async #arm(gameId: string, from: ReadFrom): Promise<void> {
    const found = await this.#findAnyway(gameId);
    const code = "room" in found ? await armed(found.room, from) : found.refused;
    if (code !== null && !refusals[code].retry) this.#stuck.add(gameId, this.#parts.ambient.now());
  }

  /** The store has forgotten these games: what is open of them here looks again, and sends its viewers away. */
  forgotten(gameIds: readonly string[]): void {
    for (const gameId of gameIds) this.#rooms.get(gameId)?.onGap();
  }

  /** An instance died that held connections into these games. Gives those that can be told by others only. Rejects when not all was saved. */
  async dropInstance(instanceId: string, gameIds: readonly string[]): Promise<readonly string[]> {
    const said = new Map<string, Said>();
    await this.#inTurns(gameIds, async (gameId) => {
      const found = await this.#findAnyway(gameId);
      said.set(gameId, "room" in found ? await dropHoldersOf(found.room, instanceId) : saidOf(found.refused));
    });
    const failed = gameIds.filter((gameId) => (said.get(gameId) ?? "again") === "again").length;
    if (failed > 0) throw new StoreFault("unavailable", `${failed} games could not be told that an instance died.`);
    return gameIds.filter((gameId) => said.get(gameId) === "left");
  }

  /** Looks at some of many rooms each time, in turn: they cost next to nothing while nobody comes or goes. Those that rest take less memory. */
  async #restOrDrop(now: number): Promise<void> {
    const { roomIdleMs, roomsMax } = this.#limits;
    const { size } = this.#rooms;
    const closing: Promise<void>[] = [];
    for (let left = Math.min(size, Math.max(idleLooksMin, size / idleSweeps)); left > 0; left -= 1) {
      const { gameId, room } = this.#nextRoom();
      const idleMs = this.#rooms.size > roomsMax * crowdedFrom ? Math.min(staysMs, roomIdleMs) : roomIdleMs;
      if (room === undefined) continue;
      room.rest(now - restsAfterMs);
      if (!room.isIdle(now - idleMs)) continue;
      this.#rooms.delete(gameId);
      closing.push(room.close());
    }
    // All at once: a broker is told of each, and until then no deadline is looked for.
    await Promise.all(closing);
  }

  /** Round and round, whoever comes and goes meanwhile. */
  #nextRoom(): { readonly gameId: string; readonly room: Room | undefined } {
    let next = this.#walk.next();
    if (next.done === true) {
      this.#walk = this.#rooms.entries();
      next = this.#walk.next();
    }
    return next.done === true ? { gameId: "", room: undefined } : { gameId: next.value[0], room: next.value[1] };
  }

  async close(): Promise<void> {
    this.#sweep?.cancel();
    this.#sweep = null;
    this.#isClosed = true;
    await this.#closeAll();
    // What it was about to open while the others closed goes, too: after us the store is closed.
    await this.#sweeping;
    await this.#closeAll();
  }

  async #closeAll(): Promise<void> {
    const rooms = [...this.#rooms.values()];
    this.#rooms.clear();
    await Promise.all(rooms.map((room) => room.close()));
  }
}
