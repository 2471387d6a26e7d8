// What one connection says, in order: decode, find the game, hand the command to its room, and give the answer back.
// It decides nothing about a game.
import type { z } from "zod";
import { type RefusalCode, refusals } from "../game/refusals.ts";
import type { Cancellable } from "../ops/ambient.ts";
import { cleanFeedback } from "../protocol/feedback.ts";
import { decodeData, decodeEnvelope, type Envelope } from "../protocol/decode.ts";
import { type SessionData, type SessionType, sessionSchemas } from "../protocol/session-schemas.ts";
import type { Answer } from "../room/answer.ts";
import type { Copy } from "../room/copy.ts";
import { replyFrame } from "../room/frame.ts";
import type { Room } from "../room/room.ts";
import { StoreFault } from "../store/store.ts";
import type { Connection } from "./connection.ts";
import type { AddressLimit } from "./edge.ts";
import { Entrance, type EntranceHost } from "./entrance.ts";
import { Intake } from "./intake.ts";
import { SessionPace } from "./session-pace.ts";
import type { SessionParts } from "./session-parts.ts";
import { acknowledge, type Excuse, refuse, retryAfter, tellGrant } from "./replies.ts";

const missedMax = 100;
/** What a command that reads the log, and events told again, cost beside a tap; measured, rounded up. */
const pastCost = 10;
const missedCost = 4;
/** Refusals that a person who only uses the page never meets: worth a record. */
const noted: ReadonlySet<RefusalCode> = new Set<RefusalCode>(["not-host", "not-allowed", "no-seat"]);

type Handlers = { readonly [T in SessionType]: (session: Session, message: Envelope, data: SessionData<T>) => void };

export class Session implements EntranceHost {
  readonly #connection: Connection;
  readonly #parts: SessionParts;
  #room: Room | null = null;
  #ticks: Cancellable | null = null;
  #closed = false;
  #heard = 0;
  readonly #entrance: Entrance;
  readonly #intake: Intake;
  readonly #pace: SessionPace;

  constructor(connection: Connection, parts: SessionParts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#pace = new SessionPace(parts.edge, connection);
    this.#entrance = new Entrance(this);
    this.#intake = new Intake(connection, this);
  }

  get connection(): Connection {
    return this.#connection;
  }

  get parts(): SessionParts {
    return this.#parts;
  }

  get room(): Room | null {
    return this.#room;
  }

  /** Something it asked for has not been answered yet. */
  get isBusy(): boolean {
    return this.#intake.isBusy;
  }

  entered(room: Room): void {
    if (this.#room !== room) void this.leaveRoom();
    this.#room = room;
  }

  get traceId(): string {
    return this.#connection.traceId;
  }

  get gameId(): string | null {
    return this.#room?.gameId ?? null;
  }

  /** One text frame. It is counted now, and looked at when its turn comes. */
  receive(payload: Buffer): void {
    const admission = this.#connection.admits(payload.length);
    if (admission === "ok") this.#intake.receive(payload);
    else if (admission === "over") this.#refuseOver(payload);
  }

  /** Nothing more is heard; what is under way is still answered. */
  stopListening(): void {
    this.#intake.shut();
  }

  /** Looks at one frame whose turn has come. */
  hear(payload: Buffer): void {
    this.#heard += 1;
    const decoded = decodeEnvelope(payload.toString(), this.#heard);
    if (decoded.ok) this.#dispatchSafely(decoded.value);
    else this.refuse(decoded.id, decoded.code, decoded);
  }

  /** The connection sends faster than it may: nothing is looked at but the id, so that the refusal can be matched. */
  #refuseOver(payload: Buffer): void {
    const decoded = decodeEnvelope(payload.toString());
    this.#connection.overPace(this.#connection.pressed);
    this.refuse(decoded.ok ? decoded.value.id : decoded.id, "rate-limited", { retryAfterMs: this.#connection.waitMs });
  }

  /** The reader lost changes and takes frames again. */
  resync(): void {
    const room = this.#room;
    if (room === null) return;
    this.#parts.edge.metrics.resyncs.add();
    void room.sync(this.#connection, (answer) => {
      if (!answer.ok && refusals[answer.code].retry) this.#parts.ambient.after(retryAfter[answer.code] ?? 250, () => this.resync());
    });
  }

  /** The socket is gone: the seat shows away, nothing else happens. */
  close(): void {
    this.#closed = true;
    this.#intake.shut();
    void this.leaveRoom();
  }

  /** A throw is a bug of this one message. */
  #dispatchSafely(message: Envelope): void {
    try {
      this.#dispatch(message);
    } catch (error) {
      this.#failed(message, error);
    }
  }

  #failed(message: Envelope, error: unknown): void {
    this.#report(message, error);
    this.refuse(message.id, "internal");
  }

  #report({ n }: Envelope, error: unknown): void {
    const { traceId, gameId } = this;
    this.#parts.edge.bug(error, { traceId, gameId, n });
  }

  #dispatch(message: Envelope): void {
    if (Object.hasOwn(sessionSchemas, message.type)) return this.#dispatchSession(message, message.type as SessionType);
    const room = this.#room;
    const game = room === null ? undefined : this.#parts.games.get(room.rules.kind);
    if (room === null || game === undefined) return this.#refuseUnjoined(message);
    const schema = Object.hasOwn(game.commands, message.type) ? game.commands[message.type] : undefined;
    if (schema === undefined) return this.refuse(message.id, "bad-message", { field: "type" });
    const data = decodeData(schema, message.data, message.id);
    if (!data.ok) return this.refuse(message.id, data.code, data);
    const command = game.toCommand(message.type, data.value as object);
    const waitMs = this.#pace.take(room, room.rules.needs(command).past ? pastCost : 1);
    if (waitMs !== null) return this.refuse(message.id, "rate-limited", { retryAfterMs: waitMs });
    if (this.#parts.edge.sheds(this.#pace.holdsSeat ? "tap" : "watch")) return this.refuse(message.id, "busy");
    const startedAt = this.#parts.ambient.monotonicMs();
    this.#withPlace(room, (done) => {
      this.#intake.begin();
      void room.execute({
        sender: this.#connection,
        command,
        actionId: message.id,
        n: message.n,
        answered: (answer) => {
          this.answer(message, answer, { room, startedAt });
          done();
          this.#intake.end();
        },
      });
    });
  }

  /** Who holds no seat waits until there is a place in the game's queue, and what he says next waits with him. */
  #withPlace(room: Room, execute: (done: () => void) => void): void {
    if (this.#pace.holdsSeat) return execute(() => {});
    const { spectators } = this.#parts.edge;
    const done = (): void => spectators.done(room);
    if (spectators.enter(room)) return execute(done);
    this.#intake.wait();
    spectators.wait(room, () => {
      // Nothing of somebody who has gone meanwhile: a seat he claimed now nobody would put away.
      if (this.#room === room) execute(done);
      else done();
      this.#intake.goOn();
    });
  }

  #refuseUnjoined(message: Envelope): void {
    const known = [...this.#parts.games.values()].some((game) => Object.hasOwn(game.commands, message.type));
    if (known) this.refuse(message.id, "not-joined");
    else this.refuse(message.id, "bad-message", { field: "type" });
  }

  #dispatchSession<T extends SessionType>(message: Envelope, type: T): void {
    const decoded = decodeData<SessionData<T>>(sessionSchemas[type] as unknown as z.ZodType<SessionData<T>>, message.data, message.id);
    if (!decoded.ok) return this.refuse(message.id, decoded.code, decoded);
    const handlers: Handlers = Session.#handlers;
    handlers[type](this, message, decoded.value);
  }

  static readonly #handlers: Handlers = {
    create: (session, message, data) => session.#entering(message, () => session.#entrance.create(message, data)),
    join: (session, message, data) => session.#entering(message, () => session.#entrance.join(message, data)),
    reconnect: (session, message, data) => session.#entering(message, () => session.#entrance.reconnect(message, data)),
    leave: (session, message) =>
      session.#entering(message, async () => {
        await session.leaveRoom();
        session.#acknowledge(message.id, 0);
      }),
    sync: (session, message, data) => session.#sync(message, data),
    subscribeTicks: (session, message, data) => session.#subscribeTicks(message, data),
    ping: (session, _message, data) => session.#pong(data),
    feedback: (session, message, data) => void session.#feedback(message, data).catch((error: unknown) => session.#failed(message, error)),
  };

  #pong(data: SessionData<"ping">): void {
    this.#connection.send(replyFrame("pong", { ...data, serverTime: this.#parts.ambient.now() }));
  }

  /** Runs `enter` between what was said before, which is answered by then, and what is said next: each is meant for another game. */
  #entering(message: Envelope, enter: () => Promise<void>): void {
    const there = (): void => {
      if (this.#closed) void this.leaveRoom();
      this.#intake.goOn();
    };
    this.#intake.wait();
    this.#intake.whenAnswered(() => {
      enter()
        .catch((error: unknown) => this.#failed(message, error))
        .then(there, (error: unknown) => this.#report(message, error));
    });
  }

  /** From now on nothing goes to this connection but what was asked for before; done when that is answered and the seat shows away. */
  leaveRoom(): Promise<void> {
    this.#ticks?.cancel();
    this.#ticks = null;
    const room = this.#room;
    this.#room = null;
    this.#pace.unseated();
    return room === null ? Promise.resolve() : room.leave(this.#connection);
  }

  #sync(message: Envelope, data: SessionData<"sync">): void {
    const room = this.#room;
    if (room === null) return this.refuse(message.id, "not-joined");
    const waitMs = this.#pace.take(room, data.v === undefined ? 1 : missedCost);
    if (waitMs !== null) return this.refuse(message.id, "rate-limited", { retryAfterMs: waitMs });
    if (this.#parts.edge.sheds(this.#pace.holdsSeat ? "tap" : "watch")) return this.refuse(message.id, "busy");
    this.#withPlace(room, (done) => {
      this.#intake.begin();
      void room
        .sync(this.#connection, (answer) => {
          if (answer.ok) this.#acknowledge(message.id, answer.v);
          else this.refuse(message.id, answer.code);
          this.#lookAtSeat(room);
        })
        .finally(done)
        .then(() => this.#tellSince(room, data.v))
        .finally(() => this.#intake.end());
    });
  }

  /** As `#tellSince`, for whoever has just come in. Whoever comes in again and again is let in, and told nothing more. */
  async tellMissed(room: Room, v: number | undefined): Promise<void> {
    if (v === undefined || this.#room !== room || this.#pace.take(room, missedCost) !== null) return;
    await this.#tellSince(room, v);
  }

  /** The events since `v`, for the client's log; nothing when it did not say what it has seen. */
  async #tellSince(room: Room, v: number | undefined): Promise<void> {
    if (v === undefined || this.#room !== room) return;
    const changes = await room.eventsSince(this.#connection.viewerId, v, missedMax);
    if (changes !== null) this.#connection.send(replyFrame("missed", { from: v, changes }));
  }

  #subscribeTicks(message: Envelope, data: SessionData<"subscribeTicks">): void {
    if (this.#room === null) return this.refuse(message.id, "not-joined");
    this.#ticks?.cancel();
    this.#ticks = data.intervalMs === 0 ? null : this.#parts.ambient.every(data.intervalMs, () => this.#tick());
    this.#acknowledge(message.id, 0);
  }

  #tick(): void {
    const tick = this.#room?.tick(this.#connection) ?? null;
    if (tick !== null) this.#connection.send(tick);
  }

  async #feedback(message: Envelope, data: SessionData<"feedback">): Promise<void> {
    const { edge, store, ambient } = this.#parts;
    const text = cleanFeedback(data.text);
    if (text === null) return this.refuse(message.id, "bad-message", { field: "data.text" });
    if (edge.sheds("create")) return this.refuse(message.id, "busy");
    const retryAfterMs = edge.addresses.take("feedback", this.#connection.address);
    if (retryAfterMs !== null) return this.refuseLimited(message.id, "feedback", retryAfterMs);
    this.#intake.begin();
    try {
      await store.saveFeedback({ at: ambient.now(), gameId: this.#room?.gameId ?? null, text }, message.id);
      this.#acknowledge(message.id, 0);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      this.refuse(message.id, "store-unavailable");
    } finally {
      this.#intake.end();
    }
  }

  answer(message: Envelope, answer: Answer, how: { readonly room: Room | null; readonly startedAt: number }): void {
    const durationMs = this.#parts.ambient.monotonicMs() - how.startedAt;
    const { edge } = this.#parts;
    edge.answered(this, { type: message.type, n: message.n, outcome: answer.ok ? "ok" : answer.code, durationMs });
    if (!answer.ok) {
      if (noted.has(answer.code)) edge.note("action-refused", this.#connection.address, { type: message.type, code: answer.code });
      if (!refusals[answer.code].retry) this.#lookAtSeat(how.room);
      return this.refuse(message.id, answer.code, answer);
    }
    const isGranted = how.room !== null && tellGrant(this.#connection, answer, how.room.gameId);
    if (isGranted && answer.grant !== undefined) this.#pace.seated(how.room.gameId, answer.grant.seat);
    if (message.type === "join") this.#lookAtSeat(how.room);
    this.#acknowledge(message.id, answer.v);
  }

  /** He may have given his seat back, or be host no more: then he is one of those who hold none. Asked with all that needs no seat, too. */
  #lookAtSeat(room: Room | null): void {
    if (room === null || !this.#pace.holdsSeat) return;
    const look = ({ state }: Copy): void => {
      const isHolder = room.rules.connectedHolders(state).includes(this.#connection.viewerId);
      if (!isHolder && this.#room === room) this.#pace.unseated();
    };
    void room.read(look, () => {});
  }

  #acknowledge(id: string | null, v: number): void {
    acknowledge(this.#connection, id, v);
  }

  refuse(id: string | null, code: RefusalCode, excuse: Excuse = {}): void {
    if (code === "bad-message") this.#parts.edge.metrics.badMessages.add();
    refuse(this.#connection, id, { code, ...excuse });
  }

  /** Too much of `kind` came from its address. */
  refuseLimited(id: string | null, kind: AddressLimit, retryAfterMs: number): void {
    this.#parts.edge.rateLimited(kind, this.#connection.address);
    this.refuse(id, "rate-limited", { retryAfterMs });
  }
}
