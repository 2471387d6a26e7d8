// How many watch a game at each instance, kept in Redis so that every instance can tell its viewers the sum. Presence, not truth:
// a count may be late, and one that could not be told is told again until it is.
import type { Ambient } from "../ops/ambient.ts";
import { channelOf, watchersKey } from "../store/redis-keys.ts";
import type { RedisLink } from "../store/redis-link.ts";
import { watchersScript } from "../store/redis-scripts.ts";

interface WatchersParts {
  readonly link: RedisLink;
  readonly ambient: Ambient;
  readonly instanceId: string;
  readonly sharded: boolean;
}

/** Counts of a game nobody changed for so long are gone, ms; who still watches tells his again long before. */
const countsMs = 24 * 3_600_000;
const tellAgainMs = countsMs / 4;
/** Counts told at the same time. */
const tellWidth = 100;

/** Begins with an empty line, which no announcement of a change does; then an instance and its count in turn, each on a line. */
const mark = "\n";

/** What the watchers script published, as counts by instance; null when it is something else. */
export function readWatchers(message: Buffer): ReadonlyMap<string, number> | null {
  if (message[0] !== mark.charCodeAt(0)) return null;
  const lines = message.toString("utf8", 1).split("\n");
  const counts = new Map<string, number>();
  for (let place = 0; place + 1 < lines.length; place += 2) counts.set(lines[place] as string, Number(lines[place + 1]));
  return counts;
}

interface Told {
  readonly here: number;
  /** When Redis last had it, monotonic ms; null when it has to be told. */
  atMs: number | null;
}

export class RedisWatchers {
  readonly #parts: WatchersParts;
  /** What this instance has to say, by game. Games nobody watches here are left out once that is told. */
  readonly #counts = new Map<string, Told>();
  #telling: Promise<void> | null = null;

  constructor(parts: WatchersParts) {
    this.#parts = parts;
  }

  /** So many watch here now. Never throws, never waits. */
  tell(gameId: string, here: number): void {
    this.#counts.set(gameId, { here, atMs: null });
    void this.flush();
  }

  /** Somebody watches here. */
  isWatched(gameId: string): boolean {
    return (this.#counts.get(gameId)?.here ?? 0) > 0;
  }

  /** Redis may have lost what it was told, and we may have missed what it said: everything is told again. */
  async tellAll(): Promise<void> {
    // Made anew, so that one which is on its way now does not count as told.
    for (const [gameId, { here }] of this.#counts) this.#counts.set(gameId, { here, atMs: null });
    await this.flush();
  }

  /** Tells what is not told yet or was told long ago. What cannot be told now waits for the next call. */
  flush(): Promise<void> {
    this.#telling ??= this.#tellWaiting().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  async #tellWaiting(): Promise<void> {
    for (let waiting = this.#waiting(); waiting.length > 0; waiting = this.#waiting()) {
      const told = await Promise.all(waiting.map(([gameId, count]) => this.#say(gameId, count)));
      if (told.includes(false)) return;
    }
  }

  #waiting(): readonly (readonly [string, Told])[] {
    const before = this.#parts.ambient.monotonicMs() - tellAgainMs;
    const waiting: (readonly [string, Told])[] = [];
    for (const [gameId, count] of this.#counts) {
      if (count.atMs === null || count.atMs < before) waiting.push([gameId, count]);
      if (waiting.length === tellWidth) break;
    }
    return waiting;
  }

  async #say(gameId: string, count: Told): Promise<boolean> {
    const { instanceId, ambient } = this.#parts;
    try {
      await this.#write(gameId, instanceId, count.here);
    } catch {
      return false;
    }
    count.atMs = ambient.monotonicMs();
    if (count.here === 0 && this.#counts.get(gameId) === count) this.#counts.delete(gameId);
    return true;
  }

  async #write(gameId: string, instanceId: string, count: number): Promise<void> {
    const { link, sharded } = this.#parts;
    const args = [instanceId, count, countsMs, sharded ? "SPUBLISH" : "PUBLISH", channelOf(gameId)];
    await link.run(watchersScript, [watchersKey(gameId)], args);
  }

  /** The viewers of an instance that died are gone. Rejects when that could not be written. */
  async bury(instanceId: string, gameIds: readonly string[]): Promise<void> {
    await Promise.all(gameIds.map((gameId) => this.#write(gameId, instanceId, 0)));
  }

  /** Viewers at the other instances, for a game that is not listened to. */
  async elsewhere(gameId: string): Promise<number> {
    const counts = await this.#parts.link.call((redis) => redis.hgetall(watchersKey(gameId)));
    return this.others(new Map(Object.entries(counts).map(([instance, count]) => [instance, Number(count)])));
  }

  others(counts: ReadonlyMap<string, number>): number {
    let sum = 0;
    for (const [instance, count] of counts) if (instance !== this.#parts.instanceId) sum += count;
    return sum;
  }

  /** Nobody watches here any more. */
  async close(): Promise<void> {
    await this.#telling;
    for (const gameId of this.#counts.keys()) this.#counts.set(gameId, { here: 0, atMs: null });
    await this.flush();
  }
}
