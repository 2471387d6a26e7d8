// The bus of a server that is alone: there is nobody to tell.
import type { Bus, Subscription } from "./bus.ts";

export function localBus(): Bus {
  let open = 0;
  return {
    async subscribe(): Promise<Subscription> {
      open += 1;
      let closed = false;
      return {
        async close() {
          if (!closed) open -= 1;
          closed = true;
        },
      };
    },
    publish() {},
    subscriptions: () => open,
    async close() {},
  };
}
