// Games kept in Redis, for any number of instances: the port over one script per mutation. It never looks into a state, never
// scans the key space, and answers `ok` only when Redis has said so.
import type { Ambient } from "../ops/ambient.ts";
import { limitVariables } from "../ops/variables.ts";
import { answered, inspectRedis, reachRedis, type RedisFacts, RedisRefused } from "./redis-gate.ts";
import {
  changeKeys,
  changePlaces,
  checkpointsKey,
  feedbackKey,
  feedbackSaidKey,
  gameKey,
  historyKey,
  shards,
  watchersKey,
} from "./redis-keys.ts";
import { RedisLink } from "./redis-link.ts";
import { liveLimits, RedisLive } from "./redis-live.ts";
import { RedisLists } from "./redis-lists.ts";
import { RedisPast } from "./redis-past.ts";
import { RedisTierWatch } from "./redis-tier.ts";
import { gameFields, readGame } from "./redis-record.ts";
import { RedisWrites } from "./redis-writes.ts";
import { checkpointScript, commitScript, expireFeedbackScript, feedbackScript, removeScript, resolveScript } from "./redis-scripts.ts";
import type {
  Commit,
  CommitOutcome,
  Feedback,
  ListedGame,
  LoadOutcome,
  OnSaved,
  OutageRecord,
  Page,
  Store,
  StoreHealth,
  StoredChange,
  StoredIndex,
} from "./store.ts";
import { StoreFault } from "./store.ts";
import { uncutState } from "./state-text.ts";

export type { LiveListener } from "./redis-live.ts";

export interface RedisLimits {
  /** Redis has this long to answer, ms. */
  readonly commandMs: number;
  /** Requests under way; past it `busy`. */
  readonly inFlightMax: number;
  /** A request older than this makes the store not ready, ms. */
  readonly readyAgeMsMax: number;
  /** Changes of a game that are kept at least, for undo and for who was away. */
  readonly historyChangesMax: number;
  /** An answer is found again for at least this long, ms. */
  readonly answersMs: number;
  readonly retentionFinishedMs: number;
  readonly retentionUntouchedMs: number;
  readonly feedbackMax: number;
  /** Time a starting server waits for Redis, ms. */
  readonly startMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What an operator may change is as usual, until the server says otherwise. */
export const redisLimits: RedisLimits = {
  commandMs: limitVariables.redisCommandMs.initial,
  inFlightMax: limitVariables.storeQueueChangesMax.initial,
  readyAgeMsMax: 2_000,
  historyChangesMax: limitVariables.historyChangesMax.initial,
  answersMs: 2 * hourMs,
  retentionFinishedMs: limitVariables.retentionFinishedMs.initial,
  retentionUntouchedMs: limitVariables.retentionUntouchedMs.initial,
  feedbackMax: 10_000,
  startMs: limitVariables.redisStartMs.initial,
};

export interface RedisOptions {
  readonly url: string;
  readonly ambient: Ambient;
  readonly instanceId: string;
  readonly limits?: Partial<RedisLimits>;
  readonly log?: (level: "info" | "warn" | "error", message: string, facts?: object) => void;
  readonly onSaved?: OnSaved;
}

export interface OpenedRedis {
  readonly store: Store;
  readonly facts: RedisFacts;
  readonly link: RedisLink;
  readonly live: RedisLive;
}

/** Keys live this much longer than their game, so that the sweep which keeps the indexes right comes first. */
const spareMs = dayMs;

/** Opens the store, or throws RedisRefused with one line for the operator. */
export async function openRedisStore(options: RedisOptions): Promise<OpenedRedis> {
  const { ambient, instanceId, url, log = () => {}, onSaved = () => {} } = options;
  const limits = { ...redisLimits, ...options.limits };
  const link = new RedisLink({ url, ambient, limits, name: `tapotarp-${instanceId}`, log });
  try {
    const until = ambient.monotonicMs() + limits.startMs;
    await reachRedis(link, ambient, limits.startMs);
    const facts = await answered(() => inspectRedis(link), { link, ambient, until });
    for (const warning of facts.warnings) log("warn", warning);
    const writes = new RedisWrites({ link, ambient, onSaved });
    const live = new RedisLive({ link, writes, ambient, instanceId, limits: liveLimits });
    const tierWatch = new RedisTierWatch({ link, ambient, facts, log });
    const store = new RedisStore({ link, live, writes, facts, tierWatch, limits, ambient, instanceId });
    await answered(() => store.probe(), { link, ambient, until });
    await answered(() => live.arrive(), { link, ambient, until });
    tierWatch.begin();
    log("info", "Redis opened", { version: facts.version, tier: facts.tier, sharded: facts.sharded });
    return { store, facts, link, live };
  } catch (error) {
    await link.close();
    if (error instanceof RedisRefused) throw error;
    throw new RedisRefused(`Redis cannot be used: ${error instanceof Error ? error.message : error}`);
  }
}

interface Parts {
  readonly link: RedisLink;
  readonly live: RedisLive;
  readonly writes: RedisWrites;
  readonly facts: RedisFacts;
  readonly tierWatch: RedisTierWatch;
  readonly limits: RedisLimits;
  readonly ambient: Ambient;
  readonly instanceId: string;
}

const ok: CommitOutcome = { kind: "ok" };
const actionField = (actionId: string) => `i${actionId}`;

class RedisStore implements Store {
  readonly #parts: Parts;
  readonly #lists: RedisLists;
  readonly #past: RedisPast;
  #closing: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#lists = new RedisLists(parts.link);
    this.#past = new RedisPast(parts.link, parts.ambient);
  }

  /** Writes, reads and forgets a game nobody can have, so that a user without the rights to do so is found out at the start. */
  async probe(): Promise<void> {
    const { instanceId, ambient } = this.#parts;
    const gameId = `probe-${instanceId}`;
    const at = ambient.now();
    // Should it be left behind, by a user who may write and not forget, nobody is shown it, and nobody finds it due for ever.
    const index = { kind: "probe", name: "", status: "finished", listed: false, seats: 0, seatsFree: 0, wakeAt: null } as const;
    const commit = {
      gameId,
      expectedV: 0,
      at,
      ...uncutState("{}"),
      change: "",
      prevHash: "",
      hash: "",
      actionId: "probe",
      answer: "",
      index,
      sameStill: false,
      sameIndex: false,
      checkpoint: true,
    };
    await this.commit(commit);
    await this.checkpoint(gameId, 1);
    await this.remove(gameId);
  }

  async load(gameId: string): Promise<LoadOutcome> {
    if (!this.#parts.live.isJoined) await this.#parts.live.joined();
    return this.#loaded(gameId, await this.#parts.link.call((redis) => redis.hmget(gameKey(gameId), ...gameFields)));
  }

  /** A game as it is read from `gameFields`. */
  #loaded(gameId: string, values: readonly (string | null)[]): LoadOutcome {
    const read = readGame(gameId, values);
    if (read.kind !== "found") return read;
    const { game, outageKnown } = read;
    return { kind: "found", game: { ...game, outageFrom: this.#parts.live.outageAfter(game.updatedAt, outageKnown) } };
  }

  /** Not async, like `write` and `run`: they are called for every tap, and each promise less is a part of what a commit costs here. */
  commit(commit: Commit): Promise<CommitOutcome> {
    const { gameId, expectedV, at, prevHash, hash, moving, change, actionId, answer, index } = commit;
    const { kind, name, status, listed, seats, seatsFree, wakeAt } = index;
    const { link, limits, ambient, facts, instanceId, live } = this.#parts;
    const ttlMs = status === "finished" ? limits.retentionFinishedMs : limits.retentionUntouchedMs;
    const { keys, channel } = changePlaces(gameId);
    const args = [gameId, expectedV, expectedV + 1, prevHash, hash, at, moving, change];
    if (actionId === null) args.push("", "");
    else args.push(actionField(actionId), answer ?? "");
    args.push(commit.checkpoint ? commit.state : "");
    if (commit.sameIndex) args.push("", "", "", "", "", "");
    else args.push(kind, name, status, listed ? 1 : 0, seats, seatsFree);
    args.push(wakeAt ?? "", ambient.now(), limits.answersMs, ttlMs + spareMs, limits.historyChangesMax);
    args.push(facts.sharded ? "SPUBLISH" : "PUBLISH", channel, instanceId);
    args.push(live.outageKnown(commit.standstills), commit.sameStill ? "" : commit.still);
    const written = this.#write(() => link.run(commitScript, keys, args));
    return written.then((reply) => (reply === 1 ? ok : this.#notDone(commit, reply as readonly (string | null)[])));
  }

  /** What the commit script says when it wrote nothing. */
  #notDone({ gameId, expectedV }: Commit, values: readonly (string | null)[]): CommitOutcome {
    if (values.length === 1) return { kind: "duplicate", answer: String(values[0]) };
    // A create wants another code, not the game that has this one.
    return expectedV === 0 ? { kind: "conflict" } : { kind: "conflict", newest: this.#loaded(gameId, values) };
  }

  async resolve(gameId: string, actionId: string, tombstone: string): Promise<string> {
    const { limits, ambient, link } = this.#parts;
    const args = [actionField(actionId), tombstone, ambient.now(), limits.answersMs, limits.retentionUntouchedMs + spareMs];
    return String(await this.#write(() => link.run(resolveScript, changeKeys(gameId), args)));
  }

  async changes(gameId: string, afterV: number, limit: number): Promise<readonly StoredChange[]> {
    if (limit <= 0) return [];
    const from = `${Math.max(0, afterV) + 1}-0`;
    const rows = await this.#parts.link.call((redis) => redis.xrange(historyKey(gameId), from, "+", "COUNT", limit));
    return rows.map(([id, [, at, , prevHash = "", , hash = "", , change = "", , , , state]]) => {
      return { v: Number.parseInt(id, 10), at: Number(at), change, prevHash, hash, state: state ?? null };
    });
  }

  async checkpoint(gameId: string, v: number): Promise<{ readonly v: number; readonly state: string } | null> {
    const found = await this.#parts.link.run(checkpointScript, [historyKey(gameId), checkpointsKey(gameId)], [v]);
    if (found === null) return null;
    const [foundV, state] = found as [string, string];
    return { v: Number(foundV), state };
  }

  async due(atMs: number, limit: number): Promise<readonly string[]> {
    return this.#lists.due(atMs, limit);
  }

  async listed(cursor: string | null, limit: number): Promise<Page<ListedGame>> {
    return this.#lists.page("listed", cursor, limit);
  }

  async all(cursor: string | null, limit: number): Promise<Page<ListedGame>> {
    return this.#lists.page("all", cursor, limit);
  }

  async counts(): Promise<Readonly<Record<StoredIndex["status"], number>>> {
    return this.#lists.counts();
  }

  async remove(gameId: string): Promise<void> {
    await this.#forget(gameId, "", "");
  }

  async expire(finishedBefore: number, untouchedSince: number, limit: number): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const shard of shards) {
      const finished = await this.#past.finished(shard, finishedBefore, limit);
      const unfinished = await this.#past.unfinished(shard, untouchedSince, limit);
      for (const gameId of [...finished, ...unfinished]) {
        if (removed.length >= limit) return removed;
        if ((await this.#forget(gameId, finishedBefore, untouchedSince)) === 1) removed.push(gameId);
      }
    }
    return removed;
  }

  #forget(gameId: string, finishedBefore: number | "", untouchedSince: number | ""): Promise<unknown> {
    const { link, facts } = this.#parts;
    const { keys, channel } = changePlaces(gameId);
    const args = [gameId, finishedBefore, untouchedSince, facts.sharded ? "SPUBLISH" : "PUBLISH", channel];
    return link.run(removeScript, [...keys, watchersKey(gameId)], args);
  }

  get outages(): OutageRecord {
    return this.#parts.live;
  }

  async beat(atMs: number): Promise<void> {
    if (this.#closing !== null) throw new StoreFault("unavailable", "The store is closed.");
    await this.#parts.live.beat(atMs);
  }

  async saveFeedback({ at, gameId, text }: Feedback, actionId: string | null): Promise<void> {
    const { link, limits } = this.#parts;
    const keys = actionId === null ? [feedbackKey] : [feedbackKey, feedbackSaidKey(actionId, text)];
    await this.#write(() => link.run(feedbackScript, keys, [at, gameId ?? "", text, limits.feedbackMax, limits.answersMs]));
  }

  async feedback(cursor: string | null, limit: number): Promise<Page<Feedback>> {
    const from = cursor !== null && /^[1-9]\d{0,14}-\d{1,15}$/.test(cursor) ? `(${cursor}` : "+";
    const rows = await this.#parts.link.call((redis) => redis.xrevrange(feedbackKey, from, "-", "COUNT", limit + 1));
    const items = rows
      .slice(0, limit)
      .map(([, [, at, , game = "", , text = ""]]) => ({ at: Number(at), gameId: game === "" ? null : game, text }));
    return { items, next: rows.length > limit ? (rows[limit - 1]?.[0] ?? null) : null };
  }

  async expireFeedback(before: number, limit: number): Promise<number> {
    return Number(await this.#parts.link.run(expireFeedbackScript, [feedbackKey], [before, limit]));
  }

  health(): StoreHealth {
    const { link, writes, tierWatch, limits } = this.#parts;
    const queueAgeMs = link.oldestMs;
    const isSlow = queueAgeMs > limits.readyAgeMsMax;
    const problem =
      this.#closing !== null ? "The store is closed." : (link.problem ?? writes.problem ?? (isSlow ? "Redis is slow." : null));
    return { ready: problem === null, tier: tierWatch.tier, problem, queueDepth: link.inFlight, queueAgeMs };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { link, live, tierWatch } = this.#parts;
    tierWatch.stop();
    await link.settled();
    await live.depart().catch(() => {});
    await link.close();
  }

  #write<T>(write: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) return Promise.reject(new StoreFault("unavailable", "The store is closed."));
    return this.#parts.writes.run(write);
  }
}
