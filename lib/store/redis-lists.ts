// Lists over all games: each shard's index is asked, and the answers are merged. Reads only; the scripts keep the indexes.
import { gameKey, indexKeys, shards } from "./redis-keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { listedFields, readListed } from "./redis-record.ts";
import type { ListedGame, Page, StoredIndex } from "./store.ts";

interface Entry {
  readonly gameId: string;
  readonly score: number;
}

export function entriesOf(flat: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  for (let place = 0; place < flat.length; place += 2) entries.push({ gameId: flat[place] as string, score: Number(flat[place + 1]) });
  return entries;
}

const newestFirst = (a: Entry, b: Entry) => b.score - a.score || (a.gameId < b.gameId ? 1 : -1);

/** A cursor is the score and id of the last game given. A foreign one reads as "from the start". */
function positionOf(cursor: string | null): Entry | null {
  const [, score, gameId] = /^(\d{1,16})\.(.+)$/.exec(cursor ?? "") ?? [];
  return score === undefined || gameId === undefined ? null : { score: Number(score), gameId };
}

export class RedisLists {
  readonly #link: RedisLink;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  async #each<T>(ask: (keys: ReturnType<typeof indexKeys>) => Promise<T>): Promise<readonly T[]> {
    return Promise.all(shards.map((shard) => ask(indexKeys(shard))));
  }

  async due(atMs: number, limit: number): Promise<readonly string[]> {
    const found = await this.#each(({ wake }) =>
      this.#link.call((redis) => redis.zrangebyscore(wake, "-inf", atMs, "WITHSCORES", "LIMIT", 0, limit)),
    );
    const entries = found.flatMap(entriesOf).sort((a, b) => a.score - b.score);
    return entries.slice(0, limit).map(({ gameId }) => gameId);
  }

  /** One page of an index, highest score first. A game that is gone meanwhile is left out. */
  async page(list: "all" | "listed", cursor: string | null, limit: number): Promise<Page<ListedGame>> {
    const after = positionOf(cursor);
    const found = await this.#each((keys) => this.#behind(keys[list], after, limit + 1));
    const entries = found.flat().sort(newestFirst);
    const shown = entries.slice(0, limit);
    const rows = await Promise.all(shown.map(({ gameId }) => this.#row(gameId)));
    const last = shown.at(-1);
    const next = last !== undefined && entries.length > limit ? `${last.score}.${last.gameId}` : null;
    return { items: rows.filter((row) => row !== null), next };
  }

  /** At most `limit` entries of one index that come after a position. */
  async #behind(key: string, after: Entry | null, limit: number): Promise<Entry[]> {
    const read = (max: string, min: string) =>
      this.#link.call((redis) => redis.zrevrangebyscore(key, max, min, "WITHSCORES", "LIMIT", 0, limit)).then(entriesOf);
    if (after === null) return read("+inf", "-inf");
    // Games of the same millisecond: all of them are read, and there are few.
    const beside = await this.#link.call((redis) => redis.zrevrangebyscore(key, after.score, after.score, "WITHSCORES")).then(entriesOf);
    return [...beside.filter(({ gameId }) => gameId < after.gameId), ...(await read(`(${after.score}`, "-inf"))];
  }

  async #row(gameId: string): Promise<ListedGame | null> {
    return readListed(gameId, await this.#link.call((redis) => redis.hmget(gameKey(gameId), ...listedFields)));
  }

  async counts(): Promise<Readonly<Record<StoredIndex["status"], number>>> {
    const counts = { waiting: 0, running: 0, paused: 0, finished: 0 };
    const found = await this.#each((keys) =>
      Promise.all([
        this.#link.call((redis) => redis.zcard(keys.all)),
        this.#link.call((redis) => redis.scard(keys.running)),
        this.#link.call((redis) => redis.scard(keys.paused)),
        this.#link.call((redis) => redis.zcard(keys.finished)),
      ]),
    );
    for (const [all, running, paused, finished] of found) {
      counts.running += running;
      counts.paused += paused;
      counts.finished += finished;
      counts.waiting += all - running - paused - finished;
    }
    return counts;
  }
}
