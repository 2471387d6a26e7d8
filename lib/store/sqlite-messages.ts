// What the main thread and the writer thread say to each other. Tuples, not objects: one message carries a whole batch.
import type { Failpoint } from "./failpoint.ts";
import type { Outage } from "./outages.ts";
import type { StoredIndex } from "./store.ts";

/** What of a game's index changes seldom, in the order of its columns. */
export type ShownColumns = readonly [
  kind: string,
  name: string,
  status: StoredIndex["status"],
  listed: boolean,
  seats: number,
  seatsFree: number,
];

/** One request to the writer. `still`, `state` and `shown` are null when they are not to be written. */
export type Op =
  | readonly [
      op: "commit",
      gameId: string,
      expectedV: number,
      at: number,
      moving: string,
      change: string,
      prevHash: string,
      hash: string,
      actionId: string | null,
      answer: string | null,
      wakeAt: number | null,
      still: string | null,
      state: string | null,
      shown: ShownColumns | null,
    ]
  | readonly [op: "resolve", gameId: string, actionId: string, tombstone: string, at: number]
  | readonly [op: "remove", gameId: string]
  | readonly [op: "expire", finishedBefore: number, untouchedSince: number, limit: number]
  | readonly [op: "due", atMs: number, limit: number]
  | readonly [op: "beat", atMs: number, outages: readonly Outage[]]
  | readonly [op: "feedback", at: number, gameId: string | null, text: string, actionId: string | null, once?: true]
  | readonly [op: "expireFeedback", before: number, limit: number]
  | readonly [op: "quarantine", gameId: string, at: number, reason: string]
  | readonly [op: "probe"];

export type CommitOp = Extract<Op, readonly [op: "commit", ...rest: unknown[]]>;
export type FeedbackOp = Extract<Op, readonly [op: "feedback", ...rest: unknown[]]>;

/**
 * What one op came to. `null`: done. `false`: conflict. A string: the stored answer. A number: how many. A list: ids. An object: it could
 * not be written.
 */
export type OpResult = null | false | string | number | readonly string[] | { readonly poison: string };

/** The moment at which this process is known to have lived, if the op tells one; else 0. */
export function aliveAtOf(op: Op): number {
  if (op[0] === "commit") return op[3];
  return op[0] === "beat" ? op[1] : 0;
}

/** The columns of an op that are seldom written, as a row has them. */
export function shownRow([kind, name, status, listed, seats, seats_free]: ShownColumns) {
  return { kind, name, status, listed: listed ? 1 : 0, seats, seats_free };
}

export type Trouble =
  /** Nothing was written but what is said to be; it may pass by itself. */
  | "passing"
  /** The same; somebody has to make room or allow writing. */
  | "full"
  | "readonly"
  /** Nobody knows what was written: this process must not acknowledge anything any more. */
  | "fatal";

export function problemOf(trouble: Trouble, message: string): string {
  if (trouble === "full") return "The disk is full: nothing can be saved until there is room.";
  if (trouble === "readonly") return "The data file may only be read: nothing can be saved.";
  return `The data file cannot be written: ${message}.`;
}

/**
 * `results` null: every op of the batch is done and there is nothing else to say. `written`: what the first ops of a batch that had to
 * be split came to before it failed; they are durable.
 */
export type WriterReply =
  | { readonly kind: "opened"; readonly opened: Opened }
  | { readonly kind: "refused"; readonly message: string }
  | {
      readonly kind: "done";
      readonly batch: number;
      readonly results: readonly OpResult[] | null;
      readonly commitMs: number;
      readonly walBytes: number;
    }
  | {
      readonly kind: "failed";
      readonly batch: number;
      readonly trouble: Trouble;
      readonly code: string;
      readonly message: string;
      readonly written: readonly OpResult[];
    }
  | { readonly kind: "noted"; readonly level: "warn" | "error"; readonly message: string }
  | { readonly kind: "closed" };

export type WriterRequest = { readonly batch: number; readonly ops: readonly Op[] } | { readonly close: true };

export interface Opened {
  readonly fresh: boolean;
  /** The times in which no instance lived, oldest first. */
  readonly outages: readonly Outage[];
  /** Pragmas and versions as read back, for the log. */
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface WriterSettings {
  readonly path: string;
  readonly startedAt: number;
  /** Names this process (thread) as the one that may write. */
  readonly epoch: string;
  readonly newStoreId: string;
  readonly failpoints: readonly Failpoint[];
  /** Pages in the write-ahead log past which it is copied into the data file. */
  readonly walPagesMax: number;
  /** Files up to this size are checked whole before the first change is taken; larger ones are not. */
  readonly checkBytesMax: number;
  /** Pages kept in memory, bytes. */
  readonly cacheBytesMax: number;
}
