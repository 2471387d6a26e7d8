// What the gauges show, alerts go by.
import { expect, test } from "vitest";
import { setGauges } from "../../lib/ops/gauges.ts";
import { createHealth, healthy } from "../../lib/ops/health.ts";
import { createMetrics } from "../../lib/ops/metrics.ts";

test("F16 each gauge shows what its part says, in the unit of its name", async () => {
  const metrics = createMetrics();
  setGauges({
    metrics,
    store: { health: () => ({ ready: true, tier: "redis-memory", problem: null, queueDepth: 7, queueAgeMs: 2_500 }) },
    bus: { subscriptions: () => 3 },
    gateway: { connections: 5, bufferedBytes: () => 1_100 },
    rooms: { size: 4 },
    health: createHealth({ store: () => ({ ...healthy, level: "unhealthy" }) }),
    instances: { clockAheadMs: -1_500 },
    isDraining: () => true,
  });
  const text = await metrics.text();
  const expected = {
    ...{ health_level: 2, draining: 1, connections: 5, rooms: 4, outbox_bytes: 1_100, bus_subscriptions: 3, store_ready: 1 },
    ...{ store_queue_changes: 7, store_queue_age_seconds: 2.5, clock_ahead_seconds: -1.5 },
  };
  for (const [name, value] of Object.entries(expected)) expect(text).toMatch(new RegExp(`^tapotarp_${name} ${value}$`, "m"));
  expect(text).toMatch(/^tapotarp_store_tier_info\{tier="redis-memory"\} 1$/m);
  metrics.close();
});
