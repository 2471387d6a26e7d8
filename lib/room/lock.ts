// A turn in a game's queue: everything that changes or shows a game happens inside it, one at a time.
// It keeps order cheap; safety does not depend on it (the version check on commit does that).
import AsyncLock from "async-lock";
import type { Ambient } from "../ops/ambient.ts";

export interface LockLimits {
  /** Longest wait for a turn, ms. Past it the command is refused as busy. */
  readonly lockWaitMsMax: number;
  /** Most commands waiting for one game. */
  readonly lockPendingMax: number;
}

/** The queue was too long or too slow; nothing was done, trying again may help. */
export class LockFault extends Error {
  override readonly name = "LockFault";
}

/** One turn: what is done in it, and how it ended. Callbacks, because it is made for every tap and promises would cost more than the lock. */
export interface Turn {
  work(): Promise<void>;
  /** The last of the turn: null when the work was done, else what it threw. */
  worked(error: unknown): void;
  /** No turn could be had, and nothing was done. */
  refused(fault: LockFault): void;
}

export interface GameLock {
  /** Takes a turn in this game, alone and in order of arrival. Ends with one call of `worked` or of `refused`. */
  run(gameId: string, turn: Turn): void;
  /** Whether somebody holds or waits for a turn in this game. */
  isBusy(gameId: string): boolean;
}

export function gameLock(limits: LockLimits, ambient: Ambient, onWait: (waitMs: number) => void): GameLock {
  // Never maxExecutionTime or maxOccupationTime: they would let a second one in while the first still works.
  const lock = new AsyncLock({ timeout: limits.lockWaitMsMax, maxPending: limits.lockPendingMax });
  return {
    run(gameId, turn) {
      // Set when the turn did not come at once, which it mostly does.
      let askedAt: number | null = null;
      let entered = false;
      const enter = (done: (error: null) => void): void => {
        entered = true;
        onWait(askedAt === null ? 0 : ambient.monotonicMs() - askedAt);
        const leave = (error: unknown): void => {
          turn.worked(error);
          done(null);
        };
        turn.work().then(() => leave(null), leave);
      };
      lock.acquire(gameId, enter, (error) => {
        if (!error) return;
        if (entered) turn.worked(error);
        else turn.refused(new LockFault("No turn in the game's queue.", { cause: error }));
      });
      if (!entered) askedAt = ambient.monotonicMs();
    },
    isBusy: (gameId) => lock.isBusy(gameId),
  };
}
