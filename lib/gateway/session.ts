// What one connection says, in order: decode, find the game, hand the command to its room, and give the answer back.
// It decides nothing about a game.
import type { z } from "zod";
import { type RefusalCode, refusals } from "../game/refusals.ts";
import type { Ambient, Cancellable } from "../ops/ambient.ts";
import { decodeData, decodeEnvelope, type Envelope } from "../protocol/decode.ts";
import { type SessionData, type SessionType, sessionSchemas } from "../protocol/session-schemas.ts";
import type { Answer } from "../room/answer.ts";
import { Frame, replyFrame } from "../room/frame.ts";
import type { Room } from "../room/room.ts";
import type { Rooms } from "../room/rooms.ts";
import { sha256Hex } from "../room/token-draw.ts";
import type { Store } from "../store/store.ts";
import type { Connection } from "./connection.ts";
import type { HostedGame } from "./hosted-game.ts";

export interface SessionParts {
  readonly games: ReadonlyMap<string, HostedGame>;
  readonly defaultGame: string;
  readonly rooms: Rooms;
  readonly store: Store;
  readonly ambient: Ambient;
  /** A command was answered: its type, "ok" or the refusal's code, and how long it took. */
  readonly answered: (type: string, outcome: string, durationMs: number) => void;
}

/** Messages that may wait while a connection is on its way into a game. */
const waitingMax = 64;
const missedMax = 100;

type Handlers = { readonly [T in SessionType]: (message: Envelope, data: SessionData<T>) => void };

export class Session {
  readonly #connection: Connection;
  readonly #parts: SessionParts;
  #room: Room | null = null;
  /** Set while the connection enters a game: later messages wait, so that they meet the game they were meant for. */
  #waiting: Envelope[] | null = null;
  #ticks: Cancellable | null = null;
  #closed = false;

  constructor(connection: Connection, parts: SessionParts) {
    this.#connection = connection;
    this.#parts = parts;
  }

  get gameId(): string | null {
    return this.#room?.gameId ?? null;
  }

  receive(text: string): void {
    const decoded = decodeEnvelope(text);
    if (!decoded.ok) return this.#refuse(decoded.id, decoded.code, decoded.field);
    if (this.#waiting === null) return this.#dispatch(decoded.value);
    if (this.#waiting.length >= waitingMax) return this.#refuse(decoded.value.id, "busy");
    this.#waiting.push(decoded.value);
  }

  /** The socket is gone: the seat shows away, nothing else happens. */
  close(): void {
    this.#closed = true;
    this.#waiting = null;
    this.#leaveRoom();
  }

  #dispatch(message: Envelope): void {
    if (Object.hasOwn(sessionSchemas, message.type)) return this.#dispatchSession(message, message.type as SessionType);
    const room = this.#room;
    const game = room === null ? undefined : this.#parts.games.get(room.rules.kind);
    if (room === null || game === undefined) return this.#refuseUnjoined(message);
    const schema = Object.hasOwn(game.commands, message.type) ? game.commands[message.type] : undefined;
    if (schema === undefined) return this.#refuse(message.id, "bad-message", "type");
    const data = decodeData(schema, message.data, message.id);
    if (!data.ok) return this.#refuse(message.id, data.code, data.field);
    const startedAt = this.#parts.ambient.monotonicMs();
    void room.execute({
      sender: this.#connection,
      command: game.toCommand(message.type, data.value as object),
      actionId: message.id,
      answered: (answer) => this.#answer(message, answer, { room, startedAt }),
    });
  }

  #refuseUnjoined(message: Envelope): void {
    const known = [...this.#parts.games.values()].some((game) => Object.hasOwn(game.commands, message.type));
    if (known) this.#refuse(message.id, "not-joined");
    else this.#refuse(message.id, "bad-message", "type");
  }

  #dispatchSession<T extends SessionType>(message: Envelope, type: T): void {
    const decoded = decodeData<SessionData<T>>(sessionSchemas[type] as unknown as z.ZodType<SessionData<T>>, message.data, message.id);
    if (!decoded.ok) return this.#refuse(message.id, decoded.code, decoded.field);
    const handlers: Handlers = this.#handlers;
    handlers[type](message, decoded.value);
  }

  readonly #handlers: Handlers = {
    create: (message, data) => this.#entering(() => this.#create(message, data)),
    join: (message, data) => this.#entering(() => this.#join(message, data)),
    reconnect: (message, data) => this.#entering(() => this.#reconnect(message, data)),
    leave: (message) => {
      this.#leaveRoom();
      this.#acknowledge(message.id, 0);
    },
    sync: (message, data) => this.#sync(message, data),
    subscribeTicks: (message, data) => this.#subscribeTicks(message, data),
    ping: (_message, data) => this.#connection.send(replyFrame("pong", { ...data, serverTime: this.#parts.ambient.now() })),
    feedback: (message, data) => void this.#feedback(message, data),
  };

  /** Runs `enter` while later messages wait, then lets them in. */
  #entering(enter: () => Promise<void>): void {
    const waiting: Envelope[] = [];
    this.#waiting = waiting;
    void enter().finally(() => {
      this.#waiting = null;
      if (this.#closed) return this.#leaveRoom();
      for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
        this.#dispatch(message);
        // It enters another game: the rest waits for that.
        if (this.#waiting !== null) return void (this.#waiting as Envelope[]).push(...waiting);
      }
    });
  }

  async #create(message: Envelope, data: SessionData<"create">): Promise<void> {
    const kind = data.game ?? this.#parts.defaultGame;
    const game = this.#parts.games.get(kind);
    if (game === undefined) return this.#refuse(message.id, "bad-message", "data.game");
    const settings = decodeData(game.createSettings, data.settings ?? {}, message.id);
    if (!settings.ok) return this.#refuse(message.id, settings.code, settings.field?.replace("data", "data.settings"));
    this.#leaveRoom();
    this.#connection.updates = data.updates ?? "states";
    const startedAt = this.#parts.ambient.monotonicMs();
    await this.#parts.rooms.create({
      kind,
      sender: this.#connection,
      name: data.name ?? null,
      settings: settings.value,
      actionId: message.id,
      answered: (answer, room) => {
        if (room !== null) this.#room = room;
        this.#answer(message, answer, { room, startedAt });
      },
    });
  }

  async #join(message: Envelope, data: SessionData<"join">): Promise<void> {
    const room = await this.#find(message, data.gameId);
    if (room === null) return;
    if (this.#room !== room) this.#leaveRoom();
    this.#connection.updates = data.updates ?? this.#connection.updates;
    const startedAt = this.#parts.ambient.monotonicMs();
    await room.join(this.#connection, (answer) => {
      if (answer.ok) this.#room = room;
      this.#answer(message, answer, { room, startedAt });
    });
    await this.#tellMissed(room, data.v);
  }

  async #reconnect(message: Envelope, data: SessionData<"reconnect">): Promise<void> {
    const seat = data.playerId ?? null;
    if ((seat === null) !== (data.host === true)) return this.#refuse(message.id, "bad-message", "data.playerId");
    const room = await this.#find(message, data.gameId);
    if (room === null) return;
    if (this.#room !== room) this.#leaveRoom();
    this.#connection.updates = data.updates ?? this.#connection.updates;
    const startedAt = this.#parts.ambient.monotonicMs();
    await room.execute({
      sender: this.#connection,
      command: { type: "reconnect", seat, tokenHash: sha256Hex(data.token), grantId: null },
      actionId: message.id,
      answered: (answer) => {
        if (answer.ok) this.#room = room;
        this.#answer(message, answer, { room, startedAt });
      },
    });
    await this.#tellMissed(room, data.v);
  }

  async #find(message: Envelope, gameId: string): Promise<Room | null> {
    const found = await this.#parts.rooms.find(gameId);
    if ("room" in found) return found.room;
    this.#refuse(message.id, found.refused);
    return null;
  }

  #leaveRoom(): void {
    this.#ticks?.cancel();
    this.#ticks = null;
    const room = this.#room;
    this.#room = null;
    if (room !== null) void room.leave(this.#connection);
  }

  #sync(message: Envelope, data: SessionData<"sync">): void {
    const room = this.#room;
    if (room === null) return this.#refuse(message.id, "not-joined");
    void room
      .sync(this.#connection, (answer) => {
        if (answer.ok) this.#acknowledge(message.id, answer.v);
        else this.#refuse(message.id, answer.code);
      })
      .then(() => this.#tellMissed(room, data.v));
  }

  /** The events since `v`, for the client's log; nothing when it did not say what it has seen. */
  async #tellMissed(room: Room, v: number | undefined): Promise<void> {
    if (v === undefined || this.#room !== room) return;
    const changes = await room.eventsSince(this.#connection.viewerId, v, missedMax);
    if (changes !== null) this.#connection.send(replyFrame("missed", { from: v, changes }));
  }

  #subscribeTicks(message: Envelope, data: SessionData<"subscribeTicks">): void {
    if (this.#room === null) return this.#refuse(message.id, "not-joined");
    this.#ticks?.cancel();
    this.#ticks = data.intervalMs === 0 ? null : this.#parts.ambient.every(data.intervalMs, () => this.#tick());
    this.#acknowledge(message.id, 0);
  }

  #tick(): void {
    const tick = this.#room?.tick(this.#connection) ?? null;
    if (tick !== null) this.#connection.send(tick);
  }

  async #feedback(message: Envelope, data: SessionData<"feedback">): Promise<void> {
    try {
      await this.#parts.store.saveFeedback({ at: this.#parts.ambient.now(), gameId: this.#room?.gameId ?? null, text: data.text });
      this.#acknowledge(message.id, 0);
    } catch {
      this.#refuse(message.id, "store-unavailable");
    }
  }

  #answer(message: Envelope, answer: Answer, how: { readonly room: Room | null; readonly startedAt: number }): void {
    this.#parts.answered(message.type, answer.ok ? "ok" : answer.code, this.#parts.ambient.monotonicMs() - how.startedAt);
    if (!answer.ok) return this.#refuse(message.id, answer.code, answer.field);
    if (how.room !== null) this.#tellGrant(answer, how.room);
    this.#acknowledge(message.id, answer.v);
  }

  #tellGrant(answer: Extract<Answer, { ok: true }>, room: Room): void {
    const { grant, token, stateJson } = answer;
    if (grant === undefined || token === undefined || stateJson === undefined) return;
    const head = JSON.stringify({ playerId: grant.seat, gameId: room.gameId, token });
    this.#connection.send(new Frame("reply", 0, `{"type":"${grant.how}","data":${head.slice(0, -1)},"state":${stateJson}}}`));
    // A client that takes whole states needs to know no other message to play.
    if (this.#connection.updates === "states") this.#connection.send(new Frame("state", answer.v, `{"type":"state","data":${stateJson}}`));
  }

  #acknowledge(id: string | null, v: number): void {
    if (id !== null) this.#connection.send(replyFrame("ack", { id, v }));
  }

  #refuse(id: string | null, code: RefusalCode, field?: string): void {
    const { message, retry } = refusals[code];
    this.#connection.send(
      replyFrame("error", { ...(id === null ? {} : { id }), code, message, retry, ...(field === undefined ? {} : { field }) }),
    );
  }
}
