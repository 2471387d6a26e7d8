// A bug met by a request is as much a bug as one met by a message: whoever runs the server hears of both in the same way.
import express from "express";
import request from "supertest";
import { expect, test } from "vitest";
import { StoreFault } from "../../lib/store/store.ts";
import { virtualEdge } from "../support/virtual-edge.ts";
import { virtualAdminToken, virtualHttp, virtualOperatorRoutes } from "../support/virtual-http.ts";

/** The server's HTTP with an operator's page that throws this. */
function withFault(fault: unknown) {
  const edge = virtualEdge();
  const fails = async (): Promise<never> => {
    throw fault;
  };
  const operatorRoutes = virtualOperatorRoutes(edge, { games: fails });
  const bugs = async () => /^tapotarp_bugs_total (\S+)$/m.exec(await edge.metrics.text())?.[1];
  return { app: virtualHttp(edge, { operatorRoutes }), reports: edge.reports, bugs };
}

test("a bug met by a request is counted and reported under the id that its sender got", async () => {
  const error = new TypeError("x is not a function");
  const { app, reports, bugs } = withFault(error);
  const { status, body } = await request(app).get("/admin/api/games").set("Authorization", `Bearer ${virtualAdminToken}`);
  expect([status, body.code]).toEqual([500, "internal"]);
  expect(body.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(reports).toEqual([{ error, context: { kind: "bug", traceId: body.traceId, n: 0 } }]);
  expect(await bugs()).toBe("1");
});

test("a bug met in the middle of an answer is counted and reported too, and the line is cut", async () => {
  const edge = virtualEdge();
  const error = new TypeError("x is not a function");
  const operatorRoutes = express.Router().get("/half", async (_request, response) => {
    await new Promise<void>((resolve) => void response.write("half of it", () => resolve()));
    throw error;
  });
  await expect(request(virtualHttp(edge, { operatorRoutes })).get("/admin/api/half")).rejects.toThrow("aborted");
  expect(edge.reports).toEqual([{ error, context: { kind: "bug", traceId: expect.stringMatching(/^[0-9a-f]{32}$/), n: 0 } }]);
  expect(await edge.metrics.text()).toMatch(/^tapotarp_bugs_total 1$/m);
});

test.for([
  ["a store that does not answer", new StoreFault("unavailable", "not now"), 503],
  ["a change that is damaged", new StoreFault("damaged", "torn"), 410],
  ["a body that cannot be read", Object.assign(new Error("no"), { status: 400 }), 400],
] as const)("%s is no bug", async ([, fault, status]) => {
  const { app, reports, bugs } = withFault(fault);
  expect((await request(app).get("/admin/api/games").set("Authorization", `Bearer ${virtualAdminToken}`)).status).toBe(status);
  expect(reports).toEqual([]);
  expect(await bugs()).toBe("0");
});
