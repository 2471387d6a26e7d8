// Forgets games that nobody will come back to: finished ones after a while, untouched ones sooner; what players wrote to the operator; and
// old months of the audit log.
// The store finds games by index and words by their order; a little at a time, so that no player waits for it.
import type { Store, StoredIndex } from "../store/store.ts";
import type { Ambient, Cancellable } from "./ambient.ts";
import type { Audit } from "./audit.ts";

export interface RetentionLimits {
  readonly retentionFinishedMs: number;
  readonly retentionUntouchedMs: number;
}

/** Whether a game whose newest change was made at `at` is forgotten at `now`. */
export function isForgettable(
  { at, status }: { readonly at: number; readonly status: StoredIndex["status"] },
  { retentionFinishedMs, retentionUntouchedMs }: RetentionLimits,
  now: number,
): boolean {
  return at < now - (status === "finished" ? retentionFinishedMs : retentionUntouchedMs);
}

export interface RetentionParts {
  readonly store: Pick<Store, "expire" | "expireFeedback" | "outages">;
  readonly audit: Pick<Audit, "expire">;
  /** Its `now` is never later than the machine's clock: what was set back may have been far ahead before. */
  readonly ambient: Ambient;
  readonly limits: RetentionLimits & { readonly retentionFeedbackMs: number };
  /** Told of games that were forgotten. */
  readonly onForgotten: (gameIds: readonly string[]) => void;
}

const lookEveryMs = 60_000;
const auditEveryMs = 3_600_000;
/** A machine that started or slept may have a wrong clock until it has asked for the time: nothing is forgotten so long after either. */
const settleMs = 10 * 60_000;
/** Games, and words, forgotten in one go; while as many were found, the next go follows soon. */
const forgetMax = 50;
const againMs = 250;

export function keepRetention({ store, audit, ambient, limits, onForgotten }: RetentionParts): Cancellable {
  let soon: Cancellable | null = null;
  /** A go is under way, or the next one follows soon. */
  let isForgetting = false;
  let isOver = false;
  let { standstills } = store.outages;
  let sinceMs = ambient.monotonicMs();
  const isSettled = (): boolean => {
    const { outages } = store;
    if (outages.standstills !== standstills) sinceMs = ambient.monotonicMs();
    standstills = outages.standstills;
    return ambient.monotonicMs() - sinceMs >= settleMs;
  };
  const forget = async (): Promise<void> => {
    soon = null;
    let isMore = false;
    // A standstill is noticed by whoever asks for the time: what that says is believed only afterwards.
    const now = ambient.now();
    isForgetting = isSettled();
    if (!isForgetting) return;
    try {
      const gameIds = await store.expire(now - limits.retentionFinishedMs, now - limits.retentionUntouchedMs, forgetMax);
      if (gameIds.length > 0) onForgotten(gameIds);
      isMore = gameIds.length === forgetMax;
      isMore = (await store.expireFeedback(now - limits.retentionFeedbackMs, forgetMax)) === forgetMax || isMore;
    } catch {
      // The store says itself that it is not well; the next look comes anyway.
    }
    isForgetting = isMore && !isOver;
    if (isForgetting) soon = ambient.after(againMs, () => void forget());
  };
  const looking = ambient.every(lookEveryMs, () => {
    // A backlog may take longer than until the next look: a second row of goes beside the first would forget no longer a little at a time.
    if (!isForgetting) void forget();
  });
  const months = ambient.every(auditEveryMs, () => {
    const now = ambient.now();
    if (isSettled()) audit.expire(now);
  });
  return {
    cancel() {
      isOver = true;
      looking.cancel();
      months.cancel();
      soon?.cancel();
    },
  };
}
