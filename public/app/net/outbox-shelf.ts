// Commands that have not been answered, kept over reloads. One key per command, so that two tabs cannot overwrite each other's.
import type { Shelf } from "../device/env.ts";
import type { Sent } from "../model/model.ts";

const prefix = "tapotarp:out:";
/** Older taps are not meant any more. */
export const sentAgeMaxMs = 10 * 60_000;

export interface Clocks {
  readonly wallMs: () => number;
  readonly serverMs: () => number;
}

export class OutboxShelf {
  private readonly shelf: Shelf;
  private readonly clocks: Clocks;

  constructor(shelf: Shelf, clocks: Clocks) {
    this.shelf = shelf;
    this.clocks = clocks;
  }

  put(sent: Sent): void {
    this.shelf.set(prefix + sent.id, JSON.stringify(sent));
  }

  remove(id: string): void {
    this.shelf.remove(prefix + id);
  }

  /** What is still to be sent to this game, oldest first; what is too old is thrown away on the way. */
  of(gameId: string): readonly Sent[] {
    const found: Sent[] = [];
    for (const key of this.shelf.keys()) {
      if (!key.startsWith(prefix)) continue;
      const sent = this.read(key);
      if (!sent || this.tooOld(sent)) this.shelf.remove(key);
      else if (sent.gameId === gameId) found.push(sent);
    }
    return found.sort((a, b) => a.serverAt - b.serverAt);
  }

  /** By both clocks: each of them alone may be wrong by hours, and a tap that somebody waits for would be thrown away. */
  tooOld({ at, serverAt }: Sent): boolean {
    return Math.min(this.clocks.wallMs() - at, this.clocks.serverMs() - serverAt) > sentAgeMaxMs;
  }

  private read(key: string): Sent | null {
    try {
      const sent = JSON.parse(this.shelf.get(key) ?? "null") as Sent | null;
      return sent && typeof sent.id === "string" && typeof sent.type === "string" ? sent : null;
    } catch {
      return null;
    }
  }
}
