// How a game moves on: what a step is made of, what comes of it, and what is remembered of it.
import type { Instant } from "../game/ids.ts";
import type { Commit } from "../store/store.ts";
import type { Answer } from "./answer.ts";
import type { Copy } from "./copy.ts";
import type { LogRecord } from "./log.ts";
import type { Accepted } from "./rules.ts";

/** One step from a copy to the next, before it is durable. */
export interface Step {
  readonly accepted: Accepted<unknown, unknown>;
  readonly record: LogRecord;
  readonly now: number;
  readonly actionId: string | null;
  /** What the sender of `actionId` is told, now and whenever it asks again. */
  readonly answer: Answer | null;
}

/** A step whose outcome is waited for. */
export interface Stepping {
  readonly copy: Copy;
  readonly step: Step;
  readonly commit: Commit;
  /** Monotonic, ms. */
  readonly startedAt: number;
}

/** What goes with a change that is shown. */
export interface Shown {
  readonly record: Pick<LogRecord, "events" | "dismissals">;
  /** When the state after it must be settled. */
  readonly wakeAt: Instant | null;
}

/** `again`: the action id was used before, and this was its answer. */
export type Stepped = { readonly kind: "ok" } | { readonly kind: "conflict" } | { readonly kind: "again"; readonly answer: string };

/** What is remembered of the newest change that was seen, when the copy is let go of: whether the store still has it. */
export type Seen = Pick<Copy, "v" | "hash" | "at" | "index"> & Partial<Pick<Copy, "state">>;

export const nothingSeen: Seen = { v: 0, hash: "", at: 0, index: null };
