// How fast a connection may send, and how fast commands may come: per session (a seat keeps its pace through every new connection) and
// per game. Bounded memory.
import { LRUCache } from "lru-cache";
import type { Ambient } from "../ops/ambient.ts";
import type { Limits } from "../ops/config.ts";
import { Bucket, type Rate } from "./bucket.ts";

const burstSeconds = 5;
const frameBurstSeconds = 2;
/** What all who hold no seat may use of a game's pace together. */
const spectatorsShare = 0.5;
/** Seats remembered; those of the games least recently used are forgotten first. */
const seatsMax = 50_000;

type Buckets = readonly (Bucket | null)[];

const rateOf = (perSecond: number, seconds: number): Rate => ({ perSecond, burst: perSecond * seconds });

export class Pace {
  /** Frames and bytes of one connection. */
  readonly frames: Rate;
  readonly bytes: Rate;
  readonly #session: Rate;
  readonly #game: Rate;
  readonly #spectator: Rate;
  readonly #ambient: Pick<Ambient, "monotonicMs">;
  /** By game, each by seat with the host's chair first. Counted one by one: a bound given as `max` takes its memory at once. */
  readonly #seats = new LRUCache<string, Buckets>({ maxSize: seatsMax, sizeCalculation: (seats) => seats.length });
  readonly #games = new WeakMap<object, Bucket>();
  readonly #spectators = new WeakMap<object, Bucket>();

  constructor(limits: Limits, ambient: Pick<Ambient, "monotonicMs">) {
    this.frames = rateOf(limits.framesPerSecondMax, frameBurstSeconds);
    const bytes = rateOf(limits.bytesPerSecondMax, burstSeconds);
    // One message as large as messages may be is no flood, however few bytes a second are free.
    this.bytes = { ...bytes, burst: Math.max(bytes.burst, limits.frameBytesMax) };
    this.#session = rateOf(limits.commandsPerSessionPerSecondMax, burstSeconds);
    this.#game = rateOf(limits.commandsPerGamePerSecondMax, burstSeconds);
    this.#spectator = rateOf(limits.commandsPerGamePerSecondMax * spectatorsShare, burstSeconds);
    this.#ambient = ambient;
  }

  /** For a session that holds no seat. */
  fresh(): Bucket {
    return new Bucket(this.#session, this.#ambient.monotonicMs());
  }

  /** The session of a seat, whichever connection speaks for it. `seat` null: the host's chair. */
  ofSeat(gameId: string, seat: number | null): Bucket {
    const place = seat ?? 0;
    const seats = this.#seats.get(gameId) ?? [];
    const known = seats[place];
    if (known) return known;
    const made = this.fresh();
    // A list that grows takes places for many more: most games have a few.
    const all = Array.from({ length: Math.max(seats.length, place + 1) }, (_, at) => (at === place ? made : (seats[at] ?? null)));
    this.#seats.set(gameId, all);
    return made;
  }

  ofGame(room: object): Bucket {
    return this.#bucketOf(this.#games, room, this.#game);
  }

  /** Of those who hold no seat in the game. What they use counts for the game as well. */
  ofSpectators(room: object): Bucket {
    return this.#bucketOf(this.#spectators, room, this.#spectator);
  }

  #bucketOf(buckets: WeakMap<object, Bucket>, room: object, rate: Rate): Bucket {
    const known = buckets.get(room);
    if (known !== undefined) return known;
    const made = new Bucket(rate, this.#ambient.monotonicMs());
    buckets.set(room, made);
    return made;
  }
}
