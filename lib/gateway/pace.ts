// How fast commands may come: per session (a seat keeps its pace through every new connection) and per game. Bounded memory.
import { LRUCache } from "lru-cache";
import type { Ambient } from "../ops/ambient.ts";
import type { Limits } from "../ops/config.ts";
import { Bucket } from "./bucket.ts";

const burstSeconds = 5;
/** Seats remembered; the least recently used are forgotten first. */
const seatsMax = 50_000;

export class Pace {
  readonly #limits: Limits;
  readonly #ambient: Pick<Ambient, "monotonicMs">;
  // Counted one by one: a bound given as `max` takes its memory at once, for seats that may never be.
  readonly #seats = new LRUCache<string, Bucket>({ maxSize: seatsMax, sizeCalculation: () => 1 });
  readonly #games = new WeakMap<object, Bucket>();

  constructor(limits: Limits, ambient: Pick<Ambient, "monotonicMs">) {
    this.#limits = limits;
    this.#ambient = ambient;
  }

  #bucket(perSecond: number): Bucket {
    return new Bucket({ perSecond, burst: perSecond * burstSeconds }, this.#ambient.monotonicMs());
  }

  /** For a session that holds no seat. */
  fresh(): Bucket {
    return this.#bucket(this.#limits.commandsPerSessionPerSecondMax);
  }

  /** The session of a seat, whichever connection speaks for it. `seat` null: the host's chair. */
  ofSeat(gameId: string, seat: number | null): Bucket {
    const key = `${gameId} ${seat ?? "host"}`;
    const known = this.#seats.get(key) ?? this.fresh();
    this.#seats.set(key, known);
    return known;
  }

  ofGame(room: object): Bucket {
    const known = this.#games.get(room) ?? this.#bucket(this.#limits.commandsPerGamePerSecondMax);
    this.#games.set(room, known);
    return known;
  }
}
