// Games looked for by their codes, and seats by their tokens. Whoever guesses has to wait; and an address never has more guesses under way
// than it may still miss, or those made all at once would all be answered before the first of them is counted. The rest wait, in order.
import type { Opened, Rooms } from "../room/rooms.ts";
import type { AddressLimits } from "./address-limits.ts";
import { addressKey } from "./address.ts";

/** `waitMs`: too many were missed from there; after this time another may be tried. */
export type LookedUp = Opened | { readonly waitMs: number };

/** The look-ups of one address. */
interface Lane {
  /** Those that look or wait. */
  here: number;
  underWay: number;
  readonly waiting: (() => void)[];
}

interface Guess<T> {
  attempt(): Promise<T>;
  isMiss(found: Awaited<T>): boolean;
}

const isNoGame = (found: Opened): boolean => "refused" in found && found.refused === "no-such-game";

export class LookUps {
  readonly #addresses: Pick<AddressLimits, "ask" | "take" | "left">;
  readonly #lanes = new Map<string, Lane>();

  constructor(addresses: Pick<AddressLimits, "ask" | "take" | "left">) {
    this.#addresses = addresses;
  }

  /** Addresses from which somebody looks or waits now. */
  get size(): number {
    return this.#lanes.size;
  }

  find(rooms: Pick<Rooms, "find">, gameId: string, address: string): Promise<LookedUp> {
    return this.guess(address, () => rooms.find(gameId), isNoGame);
  }

  /** One `attempt` in its turn; `isMiss` says whether what came of it counts. */
  async guess<T>(
    address: string,
    attempt: () => Promise<T>,
    isMiss: (found: Awaited<T>) => boolean,
  ): Promise<Awaited<T> | { readonly waitMs: number }> {
    const key = addressKey(address);
    const lane = this.#lanes.get(key) ?? { here: 0, underWay: 0, waiting: [] };
    this.#lanes.set(key, lane);
    lane.here += 1;
    try {
      for (;;) {
        const waitMs = this.#addresses.ask("joinFailures", address);
        if (waitMs !== null) return { waitMs };
        if (lane.underWay < this.#addresses.left("joinFailures", address)) return await this.#look(lane, address, { attempt, isMiss });
        // One at least is under way, and calls the next when it is done.
        await new Promise<void>((resolve) => void lane.waiting.push(resolve));
      }
    } finally {
      lane.here -= 1;
      lane.waiting.shift()?.();
      if (lane.here === 0) this.#lanes.delete(key);
    }
  }

  async #look<T>(lane: Lane, address: string, { attempt, isMiss }: Guess<T>): Promise<Awaited<T>> {
    lane.underWay += 1;
    try {
      const found = await attempt();
      if (isMiss(found)) this.#addresses.take("joinFailures", address);
      return found;
    } finally {
      lane.underWay -= 1;
    }
  }
}
