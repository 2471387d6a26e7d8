// Walks the key space and the indexes in Redis with SCAN, a bounded number of entries at a time, so that nobody else waits for it.
// For the operator's commands: the server itself finds games by their ids and by the indexes.
import { indexKeys, shards } from "./redis-keys.ts";
import type { RedisLink } from "./redis-link.ts";

/** Entries Redis looks at for one answer: some tenths of a millisecond of its time. */
const scanCount = 500;
const gameKeys = "{tt[0-9][0-9]}:g:*";
const partOf = /^\{tt\d\d\}:g:([^:]+)(?::([a-z]))?$/;

/** A key of a game; `part` names what is beside the record itself (h history, c checkpoints, a and b answers, w watchers). */
export interface FoundKey {
  readonly gameId: string;
  readonly part: string | null;
}

/** All keys of games, of every node. May give a key twice, and misses none that is there all the time. */
export async function* scanGameKeys(link: RedisLink): AsyncGenerator<readonly FoundKey[]> {
  for (const node of link.nodes()) {
    let cursor = "0";
    do {
      const [next, keys] = await link.call(() => node.scan(cursor, "MATCH", gameKeys, "COUNT", scanCount));
      cursor = next;
      const found = keys.map((key) => partOf.exec(key)).filter((match) => match !== null);
      if (found.length > 0) yield found.map(([, gameId = "", part]) => ({ gameId, part: part ?? null }));
    } while (cursor !== "0");
  }
}

/** The ids in all indexes, shard by shard. May give an id more than once. */
export async function* scanIndexes(link: RedisLink): AsyncGenerator<readonly string[]> {
  for (const shard of shards) {
    const { running, paused, ...sorted } = indexKeys(shard);
    for (const key of [running, paused]) yield* scanOne((cursor) => link.call((redis) => redis.sscan(key, cursor, "COUNT", scanCount)), 1);
    for (const key of Object.values(sorted))
      yield* scanOne((cursor) => link.call((redis) => redis.zscan(key, cursor, "COUNT", scanCount)), 2);
  }
}

/** `width`: values an answer has for each member; the first is the member itself. */
async function* scanOne(ask: (cursor: string) => Promise<[string, string[]]>, width: number): AsyncGenerator<readonly string[]> {
  let cursor = "0";
  do {
    const [next, values] = await ask(cursor);
    cursor = next;
    if (values.length > 0) yield values.filter((_, place) => place % width === 0);
  } while (cursor !== "0");
}
