// The ways into a game: create, join, reconnect. Finds or makes the room, and slows down whoever guesses codes or tokens.
// Permission inside a game is decided by its rules, not here.
import type { RefusalCode } from "../game/refusals.ts";
import type { Envelope } from "../protocol/decode.ts";
import { decodeData } from "../protocol/decode.ts";
import type { SessionData } from "../protocol/session-schemas.ts";
import type { Answer } from "../room/answer.ts";
import type { Room } from "../room/room.ts";
import { sha256Hex } from "../room/token-draw.ts";
import type { Connection } from "./connection.ts";
import type { AddressLimit } from "./edge.ts";
import type { Excuse } from "./replies.ts";
import type { SessionParts } from "./session-parts.ts";

/** What the entrance does to the session it belongs to. */
export interface EntranceHost {
  readonly connection: Connection;
  readonly parts: SessionParts;
  /** It is in `room` from now on, and out of any other: not before it is let in, or a refusal would cost it the game it plays. */
  entered(room: Room): void;
  answer(message: Envelope, answer: Answer, how: { readonly room: Room | null; readonly startedAt: number }): void;
  tellMissed(room: Room, v: number | undefined): Promise<void>;
  refuse(id: string | null, code: RefusalCode, excuse?: Excuse): void;
  refuseLimited(id: string | null, kind: AddressLimit, retryAfterMs: number): void;
}

const isTokenRefused = (code: RefusalCode | null): boolean => code === "bad-token" || code === "token-expired";

export class Entrance {
  readonly #host: EntranceHost;

  constructor(host: EntranceHost) {
    this.#host = host;
  }

  async create(message: Envelope, data: SessionData<"create">): Promise<void> {
    const { connection, parts } = this.#host;
    const { games, defaultGame, edge, rooms, ambient } = parts;
    const kind = data.game ?? defaultGame;
    const game = games.get(kind);
    if (game === undefined) return this.#host.refuse(message.id, "bad-message", { field: "data.game" });
    const settings = decodeData(game.createSettings, data.settings ?? {}, message.id);
    if (!settings.ok) return this.#host.refuse(message.id, settings.code, { field: settings.field?.replace("data", "data.settings") });
    if (edge.draining) return this.#host.refuse(message.id, "draining");
    if (edge.sheds("create")) return this.#host.refuse(message.id, "busy");
    const retryAfterMs = edge.addresses.take("creates", connection.address);
    if (retryAfterMs !== null) return this.#host.refuseLimited(message.id, "creates", retryAfterMs);
    const startedAt = ambient.monotonicMs();
    await rooms.create({
      kind,
      sender: connection,
      name: data.name ?? null,
      settings: settings.value,
      actionId: message.id,
      answered: (answer, room) => {
        if (room !== null) this.#enter(room, data.updates);
        this.#host.answer(message, answer, { room, startedAt });
      },
    });
  }

  async join(message: Envelope, data: SessionData<"join">): Promise<void> {
    const { connection, parts } = this.#host;
    if (parts.edge.sheds("join")) return this.#host.refuse(message.id, "busy");
    const room = await this.#find(message, data.gameId);
    if (room === null) return;
    const startedAt = parts.ambient.monotonicMs();
    const joined = (answer: Answer): void => {
      if (answer.ok) this.#enter(room, data.updates);
      this.#host.answer(message, answer, { room, startedAt });
    };
    // Only those who come to watch are counted out: a seated player always comes back (L23).
    const { limits, spectators } = parts.edge;
    await spectators.during(room, () => room.join(connection, joined, { seenV: data.v, viewersMax: limits.viewersPerGameMax }));
    await this.#host.tellMissed(room, data.v);
  }

  async reconnect(message: Envelope, data: SessionData<"reconnect">): Promise<void> {
    const { connection, parts } = this.#host;
    const seat = data.playerId ?? null;
    if ((seat === null) !== (data.host === true)) return this.#host.refuse(message.id, "bad-message", { field: "data.playerId" });
    const room = await this.#find(message, data.gameId);
    if (room === null) return;
    const startedAt = parts.ambient.monotonicMs();
    const shown = (): Promise<RefusalCode | null> =>
      new Promise((resolve) => {
        void room.execute({
          sender: connection,
          command: { type: "reconnect", seat, tokenHash: sha256Hex(data.token), grantId: null },
          actionId: message.id,
          n: message.n,
          answered: (answer) => {
            resolve(answer.ok ? null : answer.code);
            if (answer.ok) this.#enter(room, data.updates);
            else this.#tokenRefused(answer.code, room.gameId);
            this.#host.answer(message, answer, { room, startedAt });
          },
        });
      });
    const outcome = await parts.edge.lookUps.guess(connection.address, shown, isTokenRefused);
    if (typeof outcome === "object" && outcome !== null) return this.#host.refuseLimited(message.id, "joins", outcome.waitMs);
    await this.#host.tellMissed(room, data.v);
  }

  #enter(room: Room, updates: Connection["updates"] = "states"): void {
    this.#host.connection.updates = updates;
    this.#host.entered(room);
  }

  #tokenRefused(code: RefusalCode, gameId: string): void {
    if (!isTokenRefused(code)) return;
    const { connection, parts } = this.#host;
    parts.edge.note("token-refused", connection.address, { gameId, code });
  }

  /** Finds a game by its code. Whoever guesses codes has to wait. */
  async #find(message: Envelope, gameId: string): Promise<Room | null> {
    const { connection, parts } = this.#host;
    const { edge, rooms } = parts;
    const found = await edge.lookUps.find(rooms, gameId, connection.address);
    if ("room" in found) return found.room;
    if ("waitMs" in found) {
      this.#host.refuseLimited(message.id, "joins", found.waitMs);
      return null;
    }
    this.#host.refuse(message.id, found.refused);
    return null;
  }
}
