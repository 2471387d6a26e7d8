// What a clock shows between two messages: a subtraction from the last view, the same on every screen. It reads no clock; the caller
// says how much time has passed.
import type { PlayerView } from "./view.ts";

/** What is left of one seat's times at a moment, ms. */
export interface Face {
  /** Free time before the bank runs; 0 without a delay. */
  readonly delayMs: number;
  /** The bank; negative in overtime, never below 0 where a flag fall stops it. */
  readonly bankMs: number;
  /** Left to make the choice after a flag fall; 0 when none is due. */
  readonly choiceMs: number;
}

type Times = Pick<PlayerView, "timeRemaining" | "delayRemaining" | "timeoutPending" | "timeoutRemaining">;

/**
 * The face of a seat `elapsedMs` after the view was true. A seat that does not run keeps its times. `overtime` says whether
 * this table lets a bank go below zero.
 */
export function faceAt(times: Times, runs: { readonly elapsedMs: number; readonly overtime: boolean } | null): Face {
  const elapsedMs = runs === null ? 0 : Math.max(0, runs.elapsedMs);
  if (times.timeoutPending) {
    return { delayMs: 0, bankMs: times.timeRemaining, choiceMs: Math.max(0, times.timeoutRemaining - elapsedMs) };
  }
  const delayMs = Math.max(0, times.delayRemaining - elapsedMs);
  const charged = Math.max(0, elapsedMs - times.delayRemaining);
  const bankMs = times.timeRemaining - charged;
  const floor = runs?.overtime === true ? Number.NEGATIVE_INFINITY : Math.min(0, times.timeRemaining);
  return { delayMs, bankMs: Math.max(floor, bankMs), choiceMs: 0 };
}

/** Whether this table's banks run on below zero. */
export const runsIntoOvertime = (onTimeout: string): boolean => onTimeout === "warning" || onTimeout === "time-deduction";
