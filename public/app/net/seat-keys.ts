// The keys of this device: reconnect tokens by game, kept over reloads. A key leaves only when the server has said for good
// that it opens nothing any more.
import type { Shelf } from "../device/env.ts";

export interface SeatKey {
  /** null: the host's chair. */
  readonly playerId: number | null;
  readonly token: string;
  /** Version of the game with which it came; none in keys that older pages kept. */
  readonly v?: number;
}

export interface GameKeys {
  readonly gameId: string;
  readonly name: string;
  /** Wall time of the last use, ms: the oldest games are forgotten first. */
  readonly usedAt: number;
  readonly seat: SeatKey | null;
  readonly chair: SeatKey | null;
}

/** Refusals that say that a key opens nothing any more; no other does. */
export const deadKeyCodes: ReadonlySet<string> = new Set(["bad-token", "token-expired"]);

const prefix = "tapotarp:keys:";
/** Games this device remembers. */
const gamesMax = 20;

function parsed(text: string | null): GameKeys | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as GameKeys;
    return typeof value.gameId === "string" ? value : null;
  } catch {
    return null;
  }
}

export class SeatKeys {
  private readonly shelf: Shelf;
  private readonly wallMs: () => number;

  constructor(shelf: Shelf, wallMs: () => number) {
    this.shelf = shelf;
    this.wallMs = wallMs;
  }

  of(gameId: string): GameKeys | null {
    return parsed(this.shelf.get(prefix + gameId));
  }

  /** The seat's key before the chair's: a seat is also the host where it is one. */
  best(gameId: string): SeatKey | null {
    const keys = this.of(gameId);
    return keys?.seat ?? keys?.chair ?? null;
  }

  keep(gameId: string, key: SeatKey): void {
    const old = this.of(gameId);
    const seat = key.playerId === null ? (old?.seat ?? null) : key;
    const chair = key.playerId === null ? key : (old?.chair ?? null);
    this.write({ gameId, name: old?.name ?? "", usedAt: this.wallMs(), seat, chair });
    this.forgetOldest(gameId);
  }

  named(gameId: string, name: string): void {
    const old = this.of(gameId);
    if (old && old.name !== name) this.write({ ...old, name });
  }

  /** The server refused this key for good. */
  drop(gameId: string, token: string): void {
    const old = this.of(gameId);
    if (!old) return;
    const seat = old.seat?.token === token ? null : old.seat;
    const chair = old.chair?.token === token ? null : old.chair;
    if (seat || chair) this.write({ ...old, seat, chair });
    else this.shelf.remove(prefix + gameId);
  }

  forget(gameId: string): void {
    this.shelf.remove(prefix + gameId);
  }

  /** The seat was left, with version `leftV` where that is known. False: the key here came later, its owner has sat down again. */
  dropSeat(gameId: string, leftV = Number.POSITIVE_INFINITY): boolean {
    const seat = this.of(gameId)?.seat;
    if (seat?.v !== undefined && seat.v >= leftV) return false;
    if (seat) this.drop(gameId, seat.token);
    return true;
  }

  /** Newest first. */
  all(): readonly GameKeys[] {
    const games = this.shelf
      .keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => parsed(this.shelf.get(key)));
    return games.filter((game) => game !== null).sort((a, b) => b.usedAt - a.usedAt);
  }

  /** `newest` by name: a device's clock that was set back makes it look like the oldest. */
  private forgetOldest(newest: string): void {
    const others = this.all().filter(({ gameId }) => gameId !== newest);
    for (const { gameId } of others.slice(gamesMax - 1)) this.forget(gameId);
  }

  private write(keys: GameKeys): void {
    this.shelf.set(prefix + keys.gameId, JSON.stringify(keys));
  }
}
