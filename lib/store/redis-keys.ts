// Where things are in Redis. Every game belongs to one of a fixed number of shards, and a shard's name is the hash tag of all
// its keys: a game and the index entries about it share a slot, so one script changes both and no index can ever disagree.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Never changed without a migration. More than any cluster has masters, few enough to ask all of them for a list. */
export const shardCount = 64;

export const shards: readonly string[] = Array.from({ length: shardCount }, (_, shard) => `{tt${String(shard).padStart(2, "0")}}`);

export function shardOf(gameId: string): string {
  return shards[crc32(gameId) % shardCount] as string;
}

/** The sorted sets of one shard; members are game ids. `running` and `paused` are plain sets. */
export function indexKeys(shard: string) {
  return {
    /** By the time of the last change, to the minute. */
    all: `${shard}:all`,
    /** By the time of creation. */
    listed: `${shard}:listed`,
    /** By when they must be settled. */
    wake: `${shard}:wake`,
    /** By the time of the last change. */
    finished: `${shard}:finished`,
    running: `${shard}:running`,
    paused: `${shard}:paused`,
  };
}

const gameIn = (shard: string, gameId: string): string => `${shard}:g:${gameId}`;
const historyOf = (game: string): string => `${game}:h`;
const checkpointsOf = (game: string): string => `${game}:c`;
const answersOf = (game: string): readonly [string, string] => [`${game}:a`, `${game}:b`];

export function gameKey(gameId: string): string {
  return gameIn(shardOf(gameId), gameId);
}

/** Keys of the answers of a game: those of the running window, and those of the window before. */
export function answerKeys(gameId: string): readonly [string, string] {
  return answersOf(gameKey(gameId));
}

export function historyKey(gameId: string): string {
  return historyOf(gameKey(gameId));
}

export function checkpointsKey(gameId: string): string {
  return checkpointsOf(gameKey(gameId));
}

/** How many watch a game, by instance. */
export function watchersKey(gameId: string): string {
  return `${gameKey(gameId)}:w`;
}

/** By shard, in the order the scripts take them. */
const indexesOf: ReadonlyMap<string, readonly string[]> = new Map(
  shards.map((shard) => {
    const { all, listed, wake, finished, running, paused } = indexKeys(shard);
    return [shard, [all, listed, wake, finished, running, paused]];
  }),
);

/** All keys a change of this game touches, in the order the scripts take them. */
export function changeKeys(gameId: string): readonly string[] {
  return changePlaces(gameId).keys;
}

/** The same, and the channel on which the change is announced. */
export function changePlaces(gameId: string): { readonly keys: readonly string[]; readonly channel: string } {
  const shard = shardOf(gameId);
  const game = gameIn(shard, gameId);
  const keys = [game, historyOf(game), checkpointsOf(game), ...answersOf(game), ...(indexesOf.get(shard) as readonly string[])];
  return { keys, channel: shardChannel(shard, gameId) };
}

export function shardChannel(shard: string, name: string): string {
  return `${shard}:n:${name}`;
}

/** The channel on which a game's changes are announced. */
export function channelOf(gameId: string): string {
  return shardChannel(shardOf(gameId), gameId);
}

export const feedbackKey = "tt:feedback";

/** There while the same words under the same action id are not to be kept again. In the slot of `feedbackKey`. */
export function feedbackSaidKey(actionId: string, text: string): string {
  return `{${feedbackKey}}:said:${createHash("sha256")
    .update(JSON.stringify([actionId, text]))
    .digest("base64url")}`;
}

/** The registry of instances. */
export const liveKeys = {
  /** Instances by the time of their last beat, Redis time. */
  beats: "{tt-live}:beats",
  /** The last moment at which some instance is known to have lived, server time. */
  last: "{tt-live}:last",
  /** Starts of the times in which no instance lived, by their ends, server time. What an older program noted stands at its start. */
  outages: "{tt-live}:outages",
} as const;

/** Written to see whether anything can be: the first, the second trial and so on, each at another shard. */
export function trialKey(trial: number): string {
  return `${shards[trial % shardCount]}:trial`;
}

/** Games that are watched through an instance. */
export function watchedKey(instanceId: string): string {
  return `{tt-live}:at:${instanceId}`;
}

/** Set for an instance that was taken for dead, until it has heard of it: not before the clearing up has ended. */
export function takenForDeadKey(instanceId: string): string {
  return `{tt-live}:dead:${instanceId}`;
}

/** Held by the instance that clears up after a dead one. */
export function reaperKey(instanceId: string): string {
  return `{tt-live}:reap:${instanceId}`;
}
