// How fast one session may speak, and whether as somebody who holds a seat. The session bites before the game, the game before all.
import type { Room } from "../room/room.ts";
import type { Bucket } from "./bucket.ts";
import type { Connection } from "./connection.ts";
import type { Edge } from "./edge.ts";

export class SessionPace {
  readonly #edge: Edge;
  readonly #connection: Pick<Connection, "overPace">;
  /** Without a seat, in whatever game. Null before the first command: most who watch never say anything. */
  #own: Bucket | null = null;
  /** The seat's, whichever connection speaks for it; null while none is held. */
  #seat: Bucket | null = null;

  constructor(edge: Edge, connection: Pick<Connection, "overPace">) {
    this.#edge = edge;
    this.#connection = connection;
  }

  /** It speaks for a seat, or for the host's chair. */
  get holdsSeat(): boolean {
    return this.#seat !== null;
  }

  /** `seat` null: the host's chair. */
  seated(gameId: string, seat: number | null): void {
    this.#seat = this.#edge.pace.ofSeat(gameId, seat);
  }

  unseated(): void {
    this.#seat = null;
  }

  /** Null when another command may come now, else the time to wait, ms. */
  take(room: Room, cost: number): number | null {
    const { ambient, pace } = this.#edge;
    const now = ambient.monotonicMs();
    if (this.#seat === null) this.#own ??= pace.fresh();
    const session = this.#seat ?? (this.#own as Bucket);
    if (!session.take(cost, now)) {
      this.#connection.overPace("session");
      return session.waitMs(cost, now);
    }
    const game = pace.ofGame(room);
    // Who holds no seat leaves a part of the game's pace to those who do.
    const spectators = this.holdsSeat ? null : pace.ofSpectators(room);
    const short = spectators !== null && !spectators.take(cost, now) ? spectators : game.take(cost, now) ? null : game;
    if (short === null) return null;
    this.#connection.overPace("game");
    return short.waitMs(cost, now);
  }
}
