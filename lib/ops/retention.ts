// Forgets games that nobody will come back to: finished ones after a while, untouched ones sooner. The store finds them by index;
// a little at a time, so that no player waits for it.
import type { Store } from "../store/store.ts";
import type { Ambient, Cancellable } from "./ambient.ts";

export interface RetentionParts {
  readonly store: Pick<Store, "expire">;
  readonly ambient: Ambient;
  readonly limits: { readonly retentionFinishedMs: number; readonly retentionUntouchedMs: number };
  /** Told of games that were forgotten. */
  readonly onForgotten: (gameIds: readonly string[]) => void;
}

const lookEveryMs = 60_000;
/** Games forgotten in one go; while as many were found, the next go follows soon. */
const forgetMax = 50;
const againMs = 250;

export function keepRetention({ store, ambient, limits, onForgotten }: RetentionParts): Cancellable {
  let soon: Cancellable | null = null;
  const look = async (): Promise<void> => {
    soon = null;
    const now = ambient.now();
    try {
      const gameIds = await store.expire(now - limits.retentionFinishedMs, now - limits.retentionUntouchedMs, forgetMax);
      if (gameIds.length > 0) onForgotten(gameIds);
      if (gameIds.length === forgetMax) soon = ambient.after(againMs, () => void look());
    } catch {
      // The store says itself that it is not well; the next look comes anyway.
    }
  };
  const looking = ambient.every(lookEveryMs, () => void look());
  return {
    cancel() {
      looking.cancel();
      soon?.cancel();
    },
  };
}
