// Which games of a shard may be past retention. Finished games have an index of their own; unfinished ones are found in the index
// of all games, in which finished ones that are kept longer lie before them and must not be walked over at each look.
import type { Ambient } from "../ops/ambient.ts";
import { indexKeys } from "./redis-keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { entriesOf } from "./redis-lists.ts";

const pageMax = 500;
/** Now and then everything is looked at again, because clocks may have been set back. */
const lookAgainMs = 24 * 3_600_000;

export class RedisPast {
  readonly #link: RedisLink;
  readonly #ambient: Ambient;
  /** By shard: all games of an earlier time than this are finished. */
  readonly #lookedTo = new Map<string, number>();
  #lookAgainAt = 0;

  constructor(link: RedisLink, ambient: Ambient) {
    this.#link = link;
    this.#ambient = ambient;
  }

  async finished(shard: string, before: number, limit: number): Promise<readonly string[]> {
    const { finished } = indexKeys(shard);
    return this.#link.call((redis) => redis.zrangebyscore(finished, "-inf", `(${before}`, "LIMIT", 0, limit));
  }

  async unfinished(shard: string, before: number, limit: number): Promise<readonly string[]> {
    if (this.#ambient.monotonicMs() >= this.#lookAgainAt) {
      this.#lookedTo.clear();
      this.#lookAgainAt = this.#ambient.monotonicMs() + lookAgainMs;
    }
    const { all, finished } = indexKeys(shard);
    const found: string[] = [];
    let from = this.#lookedTo.get(shard) ?? 0;
    for (let skip = 0; found.length < limit; ) {
      const page = entriesOf(
        await this.#link.call((redis) => redis.zrangebyscore(all, from, `(${before}`, "WITHSCORES", "LIMIT", skip, pageMax)),
      );
      const last = page.at(-1);
      if (last === undefined) break;
      const marks = await this.#link.call((redis) => redis.zmscore(finished, ...page.map(({ gameId }) => gameId)));
      const unfinished = page.filter((_, place) => marks[place] === null);
      if (found.length === 0) this.#lookedTo.set(shard, unfinished[0]?.score ?? last.score);
      found.push(...unfinished.map(({ gameId }) => gameId));
      if (page.length < pageMax) break;
      // On from the last time; of the games of that very time these were seen.
      skip = (last.score === from ? skip : 0) + page.filter(({ score }) => score === last.score).length;
      from = last.score;
    }
    return found.slice(0, limit);
  }
}
