// The bus of a server that is alone: there is nobody to tell. Only what was written past the rooms is passed on to them.
import type { Bus, Listener, Subscription } from "./bus.ts";

export interface LocalBus extends Bus {
  /** Something wrote to the store that was not a room: each room reads its game again. */
  lookAgain(): void;
}

/** A class, because each game has one: a function of its own for each would take four times as much memory. */
class LocalSubscription implements Subscription {
  readonly #open: Map<Subscription, Listener>;

  constructor(open: Map<Subscription, Listener>) {
    this.#open = open;
  }

  async close(): Promise<void> {
    this.#open.delete(this);
  }
}

export function localBus(): LocalBus {
  const open = new Map<Subscription, Listener>();
  return {
    async subscribe(_gameId, listener): Promise<Subscription> {
      const subscription = new LocalSubscription(open);
      open.set(subscription, listener);
      return subscription;
    },
    publish() {},
    tellWatched() {},
    watchedElsewhere: async () => 0,
    lookAgain() {
      for (const listener of [...open.values()]) listener.onGap();
    },
    subscriptions: () => open.size,
    async close() {},
  };
}
