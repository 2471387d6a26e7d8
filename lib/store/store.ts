// The port through which the room keeps games. Adapters: memory, sqlite, redis. One contract suite holds for all.
// Bytes go in and out; nothing here knows what a game is.

/** What is kept about a game for lists, sweeps and retention. Never derived from `state` by an adapter. */
export interface StoredIndex {
  readonly kind: string;
  readonly name: string;
  readonly status: "waiting" | "running" | "paused" | "finished";
  readonly listed: boolean;
  readonly seats: number;
  readonly seatsFree: number;
  /** When the game must be settled with nobody's help, ms since epoch; null for never. */
  readonly wakeAt: number | null;
}

/** Whether nothing but `wakeAt` differs. */
export function isSameIndex(before: StoredIndex, now: StoredIndex): boolean {
  return (
    before.kind === now.kind &&
    before.name === now.name &&
    before.status === now.status &&
    before.listed === now.listed &&
    before.seats === now.seats &&
    before.seatsFree === now.seatsFree
  );
}

/** One change, complete. `v` is `expectedV + 1`; `expectedV` 0 creates the game and fails with `conflict` when the id is taken. */
export interface Commit {
  readonly gameId: string;
  readonly expectedV: number;
  /** Server time of the change, ms since epoch. */
  readonly at: number;
  /** The whole state after the change, opaque. */
  readonly state: string;
  /** The same state cut in two: see state-text.ts. */
  readonly still: string;
  readonly moving: string;
  /** `still` is what the change before left, as most changes leave it: who keeps it need not write it again. */
  readonly sameStill: boolean;
  /** The change as the log keeps it, opaque. */
  readonly change: string;
  /** Hash of the change before ("" for the first) and of this one: see chain.ts. */
  readonly prevHash: string;
  readonly hash: string;
  /** Client-made action id and the answer to give again; null when the command had none. */
  readonly actionId: string | null;
  readonly answer: string | null;
  readonly index: StoredIndex;
  /** All of `index` but `wakeAt` is what the change before left. */
  readonly sameIndex: boolean;
  /** Keep the state beside this change too, so that a replay can begin here. */
  readonly checkpoint: boolean;
  /** `OutageRecord.standstills` when the state before it was read: it knows nothing of a standstill since. Absent: there was none. */
  readonly standstills?: number;
}

/**
 * - `ok`: durable (per the store's tier). Only now may anything be shown.
 * - `conflict`: the game is not at `expectedV` (or exists, for a create). Nothing happened: decide again, on `newest` when the store
 *   gives the game as it stood then, else after a load.
 * - `duplicate`: this action id has an answer already. Nothing happened now: give that answer.
 */
export type CommitOutcome =
  | { readonly kind: "ok" }
  | { readonly kind: "conflict"; readonly newest?: LoadOutcome }
  | { readonly kind: "duplicate"; readonly answer: string };

export interface StoredGame {
  readonly gameId: string;
  readonly v: number;
  readonly hash: string;
  readonly state: string;
  /** What of the state is kept apart and need not be written again; null when the store keeps whole states. */
  readonly still: string | null;
  readonly index: StoredIndex;
  readonly updatedAt: number;
  /** Start of the first time after `updatedAt` in which no instance lived; null when some instance always did. */
  readonly outageFrom: number | null;
}

export type LoadOutcome =
  | { readonly kind: "found"; readonly game: StoredGame }
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly reason: string };

export interface StoredChange {
  readonly v: number;
  readonly at: number;
  readonly change: string;
  readonly prevHash: string;
  readonly hash: string;
  /** Present on checkpoints. */
  readonly state: string | null;
}

export interface ListedGame {
  readonly gameId: string;
  readonly v: number;
  readonly index: StoredIndex;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass it on to get the next page; null at the end. */
  readonly next: string | null;
}

export interface StoreHealth {
  /** A commit sent now can be expected to succeed. */
  readonly ready: boolean;
  /** What `ok` promises, e.g. "sqlite-full", "redis-aof-always", "memory". */
  readonly tier: string;
  /** One plain sentence when not ready, else null. */
  readonly problem: string | null;
  /** Changes waiting and the age in ms of the oldest. */
  readonly queueDepth: number;
  readonly queueAgeMs: number;
}

export interface Feedback {
  readonly at: number;
  readonly gameId: string | null;
  readonly text: string;
}

export type FaultKind =
  /** Nothing was written and nothing will be: safe to try again. */
  | "busy"
  | "unavailable"
  /** What was asked for is damaged and cannot be read, now or later. What was not asked for may be good. */
  | "damaged"
  /** The request may or may not have happened: ask with `resolve`. */
  | "unknown";

/**
 * Thrown by every method of a store that could not do its work. Caught where something is answered or tried again: in the room, at the
 * edge, and by what looks again every so often.
 */
export class StoreFault extends Error {
  readonly kind: FaultKind;
  constructor(kind: FaultKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreFault";
    this.kind = kind;
  }
}

/** A fault that follows one of unknown outcome: "nothing was written" holds for the last attempt alone, so the whole is unknown too. */
export function inDoubt(error: unknown): unknown {
  return error instanceof StoreFault && error.kind !== "unknown" ? new StoreFault("unknown", error.message, { cause: error }) : error;
}

/** Something was saved at `untilAt`, and nothing since `fromAt`. Told before anybody hears what was saved. Server time, ms. */
export type OnSaved = (fromAt: number, untilAt: number) => void;

/** The times when no instance lived. */
export interface OutageRecord {
  /**
   * This process did nothing from `fromAt` until `untilAt`, or could save nothing, as if it had been dead. Unless another instance lived that
   * was an outage: games that are loaded from now on say so. Told before anything else is done after it.
   */
  stoodStill(fromAt: number, untilAt: number): void;
  /** How often that was told: a game that was loaded before the last time may have stood still since, and is loaded again. */
  readonly standstills: number;
  /** Whether there was an outage since a change at `at`, as far as can be said without its game. */
  wasSince(at: number): boolean;
}

export interface Store {
  /** Reads a game with its newest version. Called by the room on first use and after a conflict. Sees every commit that was answered `ok`. */
  load(gameId: string): Promise<LoadOutcome>;
  /** Writes one change atomically with its action id and answer, or does nothing. Called inside the game's lock. */
  commit(commit: Commit): Promise<CommitOutcome>;
  /**
   * Settles what an action id came to, in one atomic step: gives the stored answer if there is one, else stores `tombstone`
   * as the answer, which stands as long as a repeat may come (the action never happened and will not), and gives that. Used for refusals
   * with an id and after `unknown`.
   */
  resolve(gameId: string, actionId: string, tombstone: string): Promise<string>;
  /** Changes with v > `afterV`, oldest first, at most `limit`. */
  changes(gameId: string, afterV: number, limit: number): Promise<readonly StoredChange[]>;
  /** The newest checkpoint at or below `v`: its version and state. */
  checkpoint(gameId: string, v: number): Promise<{ readonly v: number; readonly state: string } | null>;
  /** Ids of games with wakeAt <= `atMs`, earliest first, at most `limit`. By index. */
  due(atMs: number, limit: number): Promise<readonly string[]>;
  /** Listed games, newest first; `cursor` from the page before, null for the first. By index. */
  listed(cursor: string | null, limit: number): Promise<Page<ListedGame>>;
  /** All games, newest change first, for the operator. By index. */
  all(cursor: string | null, limit: number): Promise<Page<ListedGame>>;
  /** Number of games by status. */
  counts(): Promise<Readonly<Record<StoredIndex["status"], number>>>;
  /** Forgets a game: state, changes, answers, id. */
  remove(gameId: string): Promise<void>;
  /**
   * Removes games past retention: finished before `finishedBefore`; unfinished, untouched since `untouchedSince`. At most `limit`; gives the
   * ids. By index. They are gone at once; what a long log takes of the disk may go later, so that nobody waits for it.
   */
  expire(finishedBefore: number, untouchedSince: number, limit: number): Promise<readonly string[]>;
  readonly outages: OutageRecord;
  /** Notes durably that this instance lives at `atMs`. Called about once a second, so a store may clear up a little with it, too. */
  beat(atMs: number): Promise<void>;
  /**
   * Keeps it once, however often the same words come with the same action id (null: each time). The words too, because an id is only as
   * unique as its client makes it, and here no game stands beside it.
   */
  saveFeedback(feedback: Feedback, actionId: string | null): Promise<void>;
  feedback(cursor: string | null, limit: number): Promise<Page<Feedback>>;
  /** Forgets what was said before `before`, of the oldest `limit` words that are kept; gives how many went. No more words than those are looked at. */
  expireFeedback(before: number, limit: number): Promise<number>;
  health(): StoreHealth;
  /** Finishes what was accepted, then lets go of files and sockets; asked again, it ends when that has. After it every call throws `unavailable`. */
  close(): Promise<void>;
}
