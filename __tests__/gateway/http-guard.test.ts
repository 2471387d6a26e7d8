import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { Edge } from "../../lib/gateway/edge.ts";
import { traced } from "../../lib/gateway/http-guard.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { createMetrics } from "../../lib/ops/metrics.ts";
import { heldAmbient } from "../support/held-ambient.ts";

test("SAFETY 26 a token in a path does not reach the log", () => {
  const told: string[] = [];
  const log = { ...silentLog(), frequent: (fields: object) => void told.push(JSON.stringify(fields)) };
  const token = "q3-_".repeat(10).concat("abc");
  const response = Object.assign(new EventEmitter(), { statusCode: 404, set: () => undefined });
  const edge = { ambient: heldAmbient(), metrics: createMetrics(), log } as unknown as Edge;
  traced(edge)({ headers: {}, method: "GET", path: `/api/games/${token}` } as never, response as never, () => undefined);
  response.emit("finish");
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("/api/games/[redacted]");
  expect(told[0]).not.toContain(token);
});
