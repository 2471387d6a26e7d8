// What outlives every simulated server: the memory store, every state that was ever durable, and when somebody lived.
// It sees each change the moment it is written, and says at once when one breaks a rule.
import type { Instant } from "../../lib/game/ids.ts";
import { type LogRecord, readRecord, replayChange } from "../../lib/room/log.ts";
import { chainHash } from "../../lib/store/chain.ts";
import type { Commit, CommitOutcome, LoadOutcome, Store } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import type { WireEvent } from "../../lib/game/wire-event.ts";
import type { LoggedChange } from "../checker/history.ts";
import type { SimGame } from "./sim-game.ts";

export interface Durable {
  readonly commit: Commit;
  readonly state: unknown;
  readonly record: LogRecord;
  readonly events: readonly WireEvent[];
}

export interface DiskWatcher {
  /** A change was written. */
  written(change: Durable, before: unknown): void;
  wrong(rule: string, about: string): void;
}

/** Signs of life come once in so long. */
const beatMs = 1_000;
/** A time in which the server did nothing counts when it was longer. */
const stillMs = 10_000;
/** A time in which nothing could be saved counts when it was longer than 10 s; a sign of life may come a moment later. */
const fullMs = 12_000;

export class Disk {
  readonly store: Store = memoryStore();
  readonly games = new Map<string, Durable[]>();
  /** What `resolve` wrote for an action, by action id; it can never happen after that. */
  readonly buried = new Map<string, string>();
  readonly gameOf = new Map<string, string>();
  readonly #watcher: DiskWatcher;
  readonly #game: SimGame;
  readonly #outages: { readonly from: number; readonly to: number; readonly isPlain: boolean }[] = [];
  /** How many of them each game has been through. */
  readonly #known = new Map<string, number>();
  /** Standstills of more than `stillMs`, as whoever made the server stand still knows them: it may not have noticed. */
  readonly #still: { readonly from: number; readonly to: number }[] = [];
  /** Times of more than `fullMs` when nothing could be saved, as the disk itself knows it. */
  readonly #full: { readonly from: number; readonly to: number }[] = [];
  #fullFrom: number | null = null;
  readonly #views = new Map<string, object>();
  /** No two servers at a time, whose clocks could differ. */
  hasOneClock = false;
  /** The last moment at which some server is known to have lived. */
  aliveAt = 0;

  constructor(game: SimGame, watcher: DiskWatcher) {
    this.#game = game;
    this.#watcher = watcher;
  }

  versionOf(gameId: string): number {
    return this.games.get(gameId)?.length ?? 0;
  }

  /** Writes for real. What becomes of the answer is the caller's business. */
  async commit(commit: Commit): Promise<CommitOutcome> {
    const outcome = await this.store.commit(commit);
    if (outcome.kind === "ok") {
      this.#written(commit);
      await this.#assertKept(commit);
    }
    this.lives(commit.at);
    return outcome;
  }

  async resolve(gameId: string, actionId: string, tombstone: string): Promise<string> {
    const answer = await this.store.resolve(gameId, actionId, tombstone);
    this.gameOf.set(actionId, gameId);
    if (answer === tombstone && !this.isWritten(gameId, actionId)) this.buried.set(actionId, tombstone);
    return answer;
  }

  isWritten(gameId: string, actionId: string): boolean {
    return this.games.get(gameId)?.some(({ commit }) => commit.actionId === actionId) ?? false;
  }

  async load(gameId: string): Promise<LoadOutcome> {
    const loaded = await this.store.load(gameId);
    if (loaded.kind !== "found") return loaded;
    const outageFrom = this.#outageAfter(gameId, loaded.game.updatedAt);
    return { kind: "found", game: { ...loaded.game, outageFrom } };
  }

  /** A change may lie within an outage: it was on its way when nothing else could be saved any more. */
  #outageAfter(gameId: string, at: number): number | null {
    // Of servers with clocks of their own one may be at a time before the end of an outage that the game knows of, as on Redis.
    const known = this.hasOneClock ? 0 : (this.#known.get(gameId) ?? 0);
    const outage = this.#outages.slice(known).find(({ from, to }) => from >= at || to > at);
    return outage === undefined ? null : Math.max(outage.from, at);
  }

  /** Some server lives at `at` (its own wall time). */
  lives(at: number): void {
    this.aliveAt = Math.max(this.aliveAt, at);
  }

  /** A server starts at `at` after a time in which none lived. */
  outageEnds(at: number): void {
    if (this.aliveAt > 0) this.#outages.push({ from: this.aliveAt, to: Math.max(at, this.aliveAt), isPlain: true });
    this.lives(at);
  }

  /** The only server has noticed that it stood still, or that nothing could be saved. */
  stoodStill(from: number, to: number): void {
    // One that is hardly long enough is noticed by the first save after it alone, and what was saved so had been decided before.
    this.#outages.push({ from, to, isPlain: to - from > fullMs });
    this.lives(to);
  }

  /** The only server stood still, whether it noticed or not. */
  wasStill(from: number, to: number): void {
    if (to - from > stillMs) this.#still.push({ from, to });
  }

  /** From now on nothing can be saved. */
  isFull(): void {
    this.#fullFrom = this.aliveAt;
  }

  hasRoom(at: number): void {
    if (this.#fullFrom !== null && at - this.#fullFrom > fullMs) this.#full.push({ from: this.#fullFrom, to: at });
    this.#fullFrom = null;
  }

  /** What an audience sees of version `v` as it is true at `serverTime`; null when there is no such version. */
  viewAt(gameId: string, v: number, seen: { readonly audience: string; readonly serverTime: number }): object | null {
    const durable = this.games.get(gameId)?.[v - 1];
    if (durable === undefined) return null;
    const { audience, serverTime } = seen;
    const key = `${gameId} ${v} ${serverTime} ${audience}`;
    let view = this.#views.get(key);
    if (view === undefined) {
      view = JSON.parse(JSON.stringify(this.#game.game.rules.view(durable.state, audience, serverTime as Instant))) as object;
      this.#views.set(key, view);
    }
    return view;
  }

  log(gameId: string): LoggedChange[] {
    return (this.games.get(gameId) ?? []).map(({ commit }) => {
      const { at, state, change, prevHash, hash, actionId, answer, expectedV } = commit;
      const refused = answer !== null && !(JSON.parse(answer) as { ok: boolean }).ok;
      return { v: expectedV + 1, at, prevHash, hash, change, state, actionId: refused ? null : actionId };
    });
  }

  #written(commit: Commit): void {
    const { gameId, expectedV } = commit;
    const durables = this.games.get(gameId) ?? [];
    this.games.set(gameId, durables);
    const before = durables.at(-1)?.state ?? null;
    const record = readRecord(commit);
    const state = this.#decoded(commit);
    const change: Durable = { commit, state, record, events: record.events as readonly WireEvent[] };
    durables.push(change);
    if (record.command.type === "outage") this.#known.set(gameId, this.#outages.length);
    if (durables.length !== expectedV + 1) this.#wrong("gap", commit, `${durables.length} changes, version ${expectedV + 1}`);
    if (chainHash(commit.prevHash, expectedV + 1, commit.change, commit.state) !== commit.hash) this.#wrong("chain", commit, "hash");
    if (commit.actionId !== null) {
      this.gameOf.set(commit.actionId, gameId);
      if (this.buried.has(commit.actionId)) this.#wrong("ghost", commit, `action ${commit.actionId} was buried`);
    }
    for (const broken of this.#game.broken(state)) this.#wrong("invariant", commit, broken);
    for (const secret of this.#game.given(state, change.events)) this.#wrong("secret", commit, secret);
    this.#replays(change, before);
    this.#stoodStillMeanwhile(change, durables.at(-2));
    this.#watcher.written(change, before);
  }

  /** A commit writes less than a state: what is then read must be all of it. */
  async #assertKept(commit: Commit): Promise<void> {
    const { gameId, expectedV, state, index } = commit;
    const loaded = await this.store.load(gameId);
    if (loaded.kind !== "found" || loaded.game.v !== expectedV + 1) return;
    const isSame = loaded.game.state === state && JSON.stringify(loaded.game.index) === JSON.stringify(index);
    if (!isSame) this.#wrong("kept", commit, "what was left out of the commit was not as before");
  }

  #decoded(commit: Commit): unknown {
    const { rules } = this.#game.game;
    const state = rules.decode(commit.state);
    if (rules.encode(state) !== commit.state) this.#wrong("codec", commit, "the state does not survive its codec");
    // Only who comes in brings a new secret that a view could show.
    if (commit.change.includes("tokenHash")) {
      const views = this.#game.audiences(state).map((audience) => JSON.stringify(rules.view(state, audience, commit.at as Instant)));
      if (views.some((view) => /[0-9a-f]{64}/.test(view))) this.#wrong("view", commit, "a view shows a hash");
    }
    return state;
  }

  /** The change decided again from what the log says must lead to the same bytes. */
  #replays({ commit, record }: Durable, before: unknown): void {
    const { rules } = this.#game.game;
    const { gameId, expectedV, at } = commit;
    const pastState = record.past === null ? null : (this.games.get(gameId)?.[record.past.v - 2]?.state ?? null);
    const past = record.past === null || pastState === null ? null : { ...record.past, state: pastState };
    const state = replayChange(rules, { gameId, v: expectedV + 1, at, state: before, record, past });
    if (state === null || rules.encode(state) !== commit.state) this.#wrong("replay", commit, record.command.type);
  }

  /** What is the first to be decided about a running game after a time without a server is that it stood still. Servers that have one clock only. */
  #stoodStillMeanwhile({ commit, record }: Durable, last: Durable | undefined): void {
    if (!this.hasOneClock || last?.commit.index.status !== "running" || record.command.type === "outage") return;
    const { at } = last.commit;
    // A change may have been under way when it began, or have waited for what it needs when it ended.
    const plain = this.#outages.filter(({ isPlain }) => isPlain);
    const wasOutage = [...plain, ...this.#still].some(({ from, to }) => (from >= at || to > at) && commit.at >= to);
    const wasFull = this.#full.some(({ from, to }) => from >= at - beatMs && commit.at >= to);
    if (wasOutage || wasFull) this.#wrong("outage", commit, `${record.command.type} charges the time without a server`);
  }

  #wrong(rule: string, commit: Commit, about: string): void {
    this.#watcher.wrong(rule, `${commit.gameId} v${commit.expectedV + 1}: ${about}`);
  }
}
