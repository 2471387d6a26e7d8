// The bus of a server that is alone: there is nobody to tell. Only what was written past the rooms is passed on to them.
import type { Bus, Listener, Subscription } from "./bus.ts";

export interface LocalBus extends Bus {
  /** Something wrote to the store that was not a room: each room reads its game again. */
  lookAgain(): void;
}

export function localBus(): LocalBus {
  const open = new Map<Subscription, Listener>();
  return {
    async subscribe(_gameId, listener): Promise<Subscription> {
      const subscription: Subscription = {
        async close() {
          open.delete(subscription);
        },
      };
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
