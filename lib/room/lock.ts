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

export interface GameLock {
  /**
   * Runs `work` alone for this game, in order of arrival, and then `worked`, still inside the turn, with whether it succeeded. `work`
   * must not throw before it gives its promise. Rejects with LockFault when no turn could be had; else as `work` does.
   */
  run<T>(gameId: string, work: () => Promise<T>, worked?: (isSound: boolean) => void): Promise<T>;
  /** Commands that hold or wait for a turn in this game. */
  isBusy(gameId: string): boolean;
}

export function gameLock(limits: LockLimits, ambient: Ambient, onWait: (waitMs: number) => void): GameLock {
  // Never maxExecutionTime or maxOccupationTime: they would let a second one in while the first still works.
  const lock = new AsyncLock({ timeout: limits.lockWaitMsMax, maxPending: limits.lockPendingMax });
  return {
    // With callbacks: async-lock then makes no promises of its own, which cost more than the lock does when nobody waits.
    run(gameId, work, worked) {
      const askedAt = ambient.monotonicMs();
      return new Promise((resolve, reject) => {
        let entered = false;
        const turn = (done: (error: null) => void): void => {
          entered = true;
          onWait(ambient.monotonicMs() - askedAt);
          work().then(
            (result) => {
              worked?.(true);
              resolve(result);
              done(null);
            },
            (error) => {
              worked?.(false);
              reject(error);
              done(null);
            },
          );
        };
        lock.acquire(gameId, turn, (error) => {
          if (error) reject(entered ? error : new LockFault("No turn in the game's queue.", { cause: error }));
        });
      });
    },
    isBusy: (gameId) => lock.isBusy(gameId),
  };
}
