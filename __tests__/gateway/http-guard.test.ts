import { EventEmitter } from "node:events";
import request from "supertest";
import { expect, test } from "vitest";
import type { Edge } from "../../lib/gateway/edge.ts";
import { traced } from "../../lib/gateway/http-guard.ts";
import { silentLog } from "../../lib/ops/log.ts";
import { createMetrics } from "../../lib/ops/metrics.ts";
import { heldAmbient } from "../support/held-ambient.ts";
import { virtualEdge } from "../support/virtual-edge.ts";
import { virtualHttp } from "../support/virtual-http.ts";

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

test("F43 whoever has used up his minute hears in which time there is a request for him again", async () => {
  const app = virtualHttp(virtualEdge({ limits: { httpRequestsPerAddressPerMinuteMax: 7 } }));
  const told = async () => {
    const { status, headers } = await request(app).get("/api/server/state");
    return [status, headers["ratelimit"], headers["retry-after"]];
  };
  for (const left of [6, 5, 4, 3, 2, 1, 0]) expect(await told()).toEqual([200, `"address";r=${left};t=60`, undefined]);
  expect(await told()).toEqual([429, '"address";r=0;t=9', "9"]);
});

test("F16 an answer is counted in the hundred its status is of", async () => {
  const all = virtualEdge();
  for (const path of ["/live", "/nowhere", "/"]) await request(virtualHttp(all)).get(path);
  const text = await all.metrics.text();
  const counts = ["2xx", "4xx", "5xx"].map((status) => `duration_seconds_count{status="${status}"} `);
  expect(counts.map((start) => text.split(start)[1]?.[0])).toEqual(["1", "1", "1"]);
});
