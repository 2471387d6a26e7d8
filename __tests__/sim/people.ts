// Judges what becomes of people, whatever they play: a key that opens a seat lets its holder in, a game that is there is found, nobody is
// sent away whom no change dismissed, a page sits where it believes to sit and shows as here, and when all have gone nobody does.
import { closeCodes } from "../../lib/protocol/close-codes.ts";
import type { ViewerId } from "../../lib/game/ids.ts";
import { sha256Hex } from "../../lib/room/token-draw.ts";
import type { Disk, Durable } from "./disk.ts";
import type { Page } from "./page.ts";
import type { SimGame } from "./sim-game.ts";
import type { Timeline } from "./timeline.ts";

interface PeopleParts {
  readonly game: SimGame;
  readonly disk: Disk;
  readonly timeline: Timeline;
  readonly wrong: (rule: string, about: string) => void;
}

/** What goes through one line, each called at the moment when that end sends it. */
export interface LineEars {
  said(text: string): void;
  told(text: string): void;
  /** The server closes it. */
  closed(code: number): void;
}

/** How a page wants to come into a game. */
interface Knock {
  readonly gameId: string;
  readonly id: string | undefined;
  /** Null for whoever only wants to watch. */
  readonly tokenHash: string | null;
  /** By a seat's key; else by the chair's. */
  readonly isSeats: boolean;
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly data: { readonly [name: string]: unknown };
}

/** A look for a game that was made a moment ago may have begun before it was there. */
const justMadeMs = 20_000;
const dismissing = [closeCodes.displaced, closeCodes.kicked, closeCodes.closed] as const;
const reasons = ["displaced", "kicked", "closed"] as const;

export class People {
  readonly #parts: PeopleParts;
  readonly #viewerOf = new Map<Page, ViewerId>();
  readonly #dismissed = new Set<string>();
  readonly #madeAt = new Map<string, number>();

  constructor(parts: PeopleParts) {
    this.#parts = parts;
  }

  written({ commit, record }: Durable): void {
    const { gameId } = commit;
    if (!this.#madeAt.has(gameId)) this.#madeAt.set(gameId, this.#parts.timeline.elapsed);
    for (const { viewerId, reason } of record.dismissals) this.#dismissed.add(`${reason} ${viewerId ?? "all"}`);
  }

  line(page: Page): LineEars {
    let viewerId = "" as ViewerId;
    let knock: Knock | null = null;
    return {
      said: (text) => {
        const { type, id, data } = JSON.parse(text) as Message;
        if (type !== "join" && type !== "reconnect") return;
        const tokenHash = type === "join" ? null : sha256Hex(String(data["token"]));
        knock = { gameId: String(data["gameId"]), id, tokenHash, isSeats: typeof data["playerId"] === "number" };
      },
      told: (text) => {
        const { type, data } = JSON.parse(text) as Message;
        if (type === "clientId") {
          viewerId = data["clientId"] as ViewerId;
          this.#viewerOf.set(page, viewerId);
        }
        if (type === "error" && knock !== null && data["id"] === knock.id) this.#turnedAway(page, knock, String(data["code"]));
      },
      closed: (code) => {
        const reason = reasons[dismissing.findIndex((one) => one.code === code)];
        if (reason === undefined || this.#dismissed.has(`${reason} ${viewerId}`) || this.#dismissed.has(`${reason} all`)) return;
        this.#parts.wrong("sent away", `${page.name} (${viewerId}): ${reason}, and no change says so`);
      },
    };
  }

  #turnedAway(page: Page, { gameId, tokenHash, isSeats }: Knock, code: string): void {
    const { disk, timeline, wrong } = this.#parts;
    const newest = disk.games.get(gameId)?.at(-1);
    if (newest === undefined) return;
    const isNew = timeline.elapsed - (this.#madeAt.get(gameId) ?? 0) < justMadeMs;
    if (code === "no-such-game" && !isNew) wrong("vanished", `${page.name} was told that ${gameId} is not there`);
    const isLocked = code === "bad-token" || code === "token-expired";
    // Who came back by the chair was given one key for it and for his seat: when he has left that, it opens the chair alone.
    const doors = JSON.stringify(newest.state, (name, value: unknown) => (isSeats && name === "chair" ? null : value));
    // A key opens from the moment it is given until a newer one does: what opens now has opened when it was shown.
    if (isLocked && tokenHash !== null && doors.includes(`"tokenHash":"${tokenHash}"`))
      wrong("locked out", `${page.name} showed the newest key of ${gameId}: ${code}`);
  }

  /**
   * What is wrong with where this open page sits, in words; null when nothing is. `isTold`: nobody else may have been told of a seat that
   * it has, and no answer of which it keeps no id.
   */
  misplaced(page: Page, isTold: boolean): string | null {
    const { game, disk } = this.#parts;
    const { rules } = game.game;
    const state = disk.games.get(page.gameId ?? "")?.at(-1)?.state;
    const viewerId = this.#viewerOf.get(page);
    if (state === undefined || viewerId === undefined) return null;
    const seat = rules.seatOf(state, viewerId);
    if (page.seat === null && !isTold) return null;
    if (seat !== page.seat) return `believes to sit at ${page.seat}, and sits at ${seat}`;
    return seat === null || rules.connectedHolders(state).includes(viewerId) ? null : `is here, and shows away at ${seat}`;
  }

  /** When all have gone, and there was time to notice: nobody shows as here. */
  async whenAllHaveGone(): Promise<void> {
    const { game, disk, wrong } = this.#parts;
    for (const [gameId, changes] of disk.games) {
      const loaded = await disk.load(gameId);
      // Whoever looks at it next finds that nobody was there.
      if (loaded.kind === "found" && loaded.game.outageFrom !== null) continue;
      const here = game.game.rules.connectedHolders(changes.at(-1)?.state);
      if (here.length > 0) wrong("here", `${gameId} shows ${here.join(", ")} as here, and all have gone`);
    }
  }
}
