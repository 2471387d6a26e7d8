// What the gauges show, read from the parts at each scrape, and the counts of games, which the store is asked for now and then.
import type { Bus } from "../bus/bus.ts";
import type { Rooms } from "../room/rooms.ts";
import type { Store } from "../store/store.ts";
import { type Health, levels } from "./health.ts";
import type { Metrics } from "./metrics.ts";

export interface GaugeSources {
  readonly metrics: Metrics;
  readonly store: Pick<Store, "health">;
  readonly bus: Pick<Bus, "subscriptions">;
  readonly gateway: { readonly connections: number; bufferedBytes(): number };
  readonly rooms: Pick<Rooms, "size">;
  readonly health: Health;
  /** null for an instance that is alone. */
  readonly instances: { readonly clockAheadMs: number | null } | null;
  isDraining(): boolean;
}

/** Reads memory only: a scrape never waits for a dependency. */
export function setGauges({ metrics, store, bus, gateway, rooms, health, instances, isDraining }: GaugeSources): void {
  const { ready, tier, queueDepth, queueAgeMs } = store.health();
  metrics.health.set(levels.indexOf(health.report().status));
  metrics.draining.set(isDraining() ? 1 : 0);
  metrics.connections.set(gateway.connections);
  metrics.outboxBytes.set(gateway.bufferedBytes());
  metrics.rooms.set(rooms.size);
  metrics.subscriptions.set(bus.subscriptions());
  metrics.storeReady.set(ready ? 1 : 0);
  metrics.storeTier(tier);
  metrics.storeQueueChanges.set(queueDepth);
  metrics.storeQueueAgeSeconds.set(queueAgeMs / 1_000);
  metrics.clockAheadSeconds.set((instances?.clockAheadMs ?? 0) / 1_000);
}

export async function countGames(store: Store, metrics: Metrics): Promise<void> {
  try {
    const counts = await store.counts();
    for (const [status, count] of Object.entries(counts)) metrics.games(status).set(count);
  } catch {
    // The store says itself that it is not well; the last counts stay.
  }
}
