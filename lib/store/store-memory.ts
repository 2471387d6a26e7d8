// Games kept in this process's memory: for tests, the simulator and recorded games. No server is given it: a restart forgets all.
import type { Commit, CommitOutcome, Feedback, ListedGame, LoadOutcome, Page } from "./store.ts";
import { type Store, type StoreHealth, StoreFault, type StoredChange, type StoredIndex } from "./store.ts";
import { filled } from "./state-text.ts";
import { Outages } from "./outages.ts";
import { numberCursor, pageOf, pairCursor, touchedMinute } from "./cursor.ts";

interface Kept {
  readonly serial: number;
  readonly createdAt: number;
  v: number;
  hash: string;
  still: string;
  moving: string;
  index: StoredIndex;
  updatedAt: number;
  readonly changes: StoredChange[];
}

/** A store of its own, empty. Nothing is shared between two of them. */
export function memoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly outages = new Outages();
  readonly #games = new Map<string, Kept>();
  readonly #answers = new Map<string, Map<string, string>>();
  readonly #feedback: Feedback[] = [];
  /** Action id and words of each. */
  readonly #said = new Set<string>();
  #serial = 0;
  #closed = false;

  async load(gameId: string): Promise<LoadOutcome> {
    this.#assertOpen();
    const game = this.#games.get(gameId);
    if (game === undefined) return { kind: "absent" };
    const { v, hash, still, moving, index, updatedAt } = game;
    const outageFrom = this.outages.after(updatedAt);
    return { kind: "found", game: { gameId, v, hash, state: filled(still, moving) ?? moving, still, index, updatedAt, outageFrom } };
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    this.#assertOpen();
    const { gameId, actionId } = commit;
    const known = actionId === null ? undefined : this.#answers.get(gameId)?.get(actionId);
    if (known !== undefined) return { kind: "duplicate", answer: known };
    const game = this.#games.get(gameId);
    if (game === undefined ? commit.expectedV !== 0 : game.v !== commit.expectedV || game.hash !== commit.prevHash)
      return { kind: "conflict" };
    const { at, change, prevHash, hash, moving } = commit;
    const v = commit.expectedV + 1;
    // What a commit says is as before is taken from before, as stores do that do not write it again.
    const still = game !== undefined && commit.sameStill ? game.still : commit.still;
    const index = game !== undefined && commit.sameIndex ? { ...game.index, wakeAt: commit.index.wakeAt } : commit.index;
    const kept = game ?? { serial: ++this.#serial, createdAt: at, v, hash, still, moving, index, updatedAt: at, changes: [] };
    Object.assign(kept, { v, hash, still, moving, index, updatedAt: at });
    kept.changes.push({ v, at, change, prevHash, hash, state: commit.checkpoint ? commit.state : null });
    this.#games.set(gameId, kept);
    if (actionId !== null) this.#answersOf(gameId).set(actionId, commit.answer ?? "");
    return { kind: "ok" };
  }

  async resolve(gameId: string, actionId: string, tombstone: string): Promise<string> {
    this.#assertOpen();
    const answers = this.#answersOf(gameId);
    const known = answers.get(actionId);
    if (known === undefined) answers.set(actionId, tombstone);
    return known ?? tombstone;
  }

  async changes(gameId: string, afterV: number, limit: number): Promise<readonly StoredChange[]> {
    this.#assertOpen();
    const from = Math.max(0, afterV);
    return this.#games.get(gameId)?.changes.slice(from, from + limit) ?? [];
  }

  async checkpoint(gameId: string, v: number): Promise<{ readonly v: number; readonly state: string } | null> {
    this.#assertOpen();
    const changes = this.#games.get(gameId)?.changes ?? [];
    const newest = changes.slice(0, Math.max(0, v)).findLast((change) => change.state !== null);
    return newest?.state == null ? null : { v: newest.v, state: newest.state };
  }

  async due(atMs: number, limit: number): Promise<readonly string[]> {
    this.#assertOpen();
    return [...this.#games]
      .filter(([, game]) => game.index.wakeAt !== null && game.index.wakeAt <= atMs)
      .sort(([, a], [, b]) => (a.index.wakeAt ?? 0) - (b.index.wakeAt ?? 0))
      .slice(0, limit)
      .map(([gameId]) => gameId);
  }

  async listed(cursor: string | null, limit: number): Promise<Page<ListedGame>> {
    this.#assertOpen();
    const before = numberCursor(cursor);
    const newestFirst = [...this.#games]
      .filter(([, game]) => game.index.listed && game.serial < before)
      .sort(([, a], [, b]) => b.serial - a.serial);
    return pageOf(newestFirst, { limit, item: listedGame, cursor: ([, game]) => String(game.serial) });
  }

  async all(cursor: string | null, limit: number): Promise<Page<ListedGame>> {
    this.#assertOpen();
    const [minute, serial] = pairCursor(cursor);
    const older = ([, game]: [string, Kept]) => {
      const touched = touchedMinute(game.updatedAt);
      return touched < minute || (touched === minute && game.serial < serial);
    };
    const newestFirst = ([, a]: [string, Kept], [, b]: [string, Kept]) =>
      touchedMinute(b.updatedAt) - touchedMinute(a.updatedAt) || b.serial - a.serial;
    const cursorOf = ([, game]: [string, Kept]) => `${touchedMinute(game.updatedAt)}.${game.serial}`;
    return pageOf([...this.#games].filter(older).sort(newestFirst), { limit, item: listedGame, cursor: cursorOf });
  }

  async counts(): Promise<Readonly<Record<StoredIndex["status"], number>>> {
    this.#assertOpen();
    const counts = { waiting: 0, running: 0, paused: 0, finished: 0 };
    for (const game of this.#games.values()) counts[game.index.status] += 1;
    return counts;
  }

  async remove(gameId: string): Promise<void> {
    this.#assertOpen();
    this.#games.delete(gameId);
    this.#answers.delete(gameId);
  }

  async expire(finishedBefore: number, untouchedSince: number, limit: number): Promise<readonly string[]> {
    this.#assertOpen();
    const past = ({ index, updatedAt }: Kept) => updatedAt < (index.status === "finished" ? finishedBefore : untouchedSince);
    const ids = [...this.#games].filter(([, game]) => past(game)).map(([gameId]) => gameId);
    const removed = ids.slice(0, limit);
    for (const gameId of removed) await this.remove(gameId);
    return removed;
  }

  async beat(): Promise<void> {
    this.#assertOpen();
  }

  async saveFeedback(feedback: Feedback, actionId: string | null): Promise<void> {
    this.#assertOpen();
    const said = JSON.stringify([actionId, feedback.text]);
    if (actionId !== null && this.#said.has(said)) return;
    this.#said.add(said);
    this.#feedback.push(feedback);
  }

  async feedback(cursor: string | null, limit: number): Promise<Page<Feedback>> {
    this.#assertOpen();
    const end = Math.min(numberCursor(cursor), this.#feedback.length);
    const start = Math.max(0, end - limit);
    return { items: this.#feedback.slice(start, end).reverse(), next: start === 0 ? null : String(start) };
  }

  async expireFeedback(before: number, limit: number): Promise<number> {
    this.#assertOpen();
    const oldest = this.#feedback.slice(0, limit);
    const left = oldest.filter(({ at }) => at >= before);
    this.#feedback.splice(0, oldest.length, ...left);
    return oldest.length - left.length;
  }

  health(): StoreHealth {
    const problem = this.#closed ? "The store is closed." : null;
    return { ready: !this.#closed, tier: "memory", problem, queueDepth: 0, queueAgeMs: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #answersOf(gameId: string): Map<string, string> {
    const answers = this.#answers.get(gameId) ?? new Map<string, string>();
    this.#answers.set(gameId, answers);
    return answers;
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreFault("unavailable", "The store is closed.");
  }
}

function listedGame([gameId, { v, index, createdAt, updatedAt }]: readonly [string, Kept]): ListedGame {
  return { gameId, v, index, createdAt, updatedAt };
}
