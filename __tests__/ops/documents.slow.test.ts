// F41: the protocol's documents are valid, whole, and true of the running server.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { asyncApiDocument } from "../../lib/gateway/asyncapi.ts";
import { openApiDocument } from "../../lib/gateway/openapi.ts";
import { hostedGames } from "../../lib/hosted-games.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { seatTable, type Table } from "../support/table-client.ts";

const root = resolve(import.meta.dirname, "../..");
const adminToken = "admin-token-for-documents";
let server: RunningServer;
let table: Table;

beforeAll(async () => {
  server = await startRunningServer({ env: { ADMIN_TOKEN: adminToken } });
  table = await seatTable(server.port, 2);
  await table.players[0]?.request("start");
  await table.players[0]?.request("passTurn");
});

afterAll(async () => server.dispose());

type Operation = { responses: Record<string, { content?: Record<string, { schema?: object }> }>; security?: object[] };
const openApi = openApiDocument("0.0.0") as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

/** A schema that stands on its own: zod looks for definitions in `$defs`. */
function withDefinitions(schema: object): object {
  const text = JSON.stringify({ ...schema, $defs: openApi.components.schemas });
  return JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")) as object;
}

/** Asks, and holds the refusal to what the document says about that status. */
async function refusedAsDescribed(asked: RunningServer, path: string, status: number, request: RequestInit = {}): Promise<void> {
  const response = await fetch(`${asked.url}${path}`, request);
  const operation = openApi.paths[path.replace(/QQQQQQ|%/, "{code}")]?.[(request.method ?? "GET").toLowerCase()];
  const described = operation?.responses[`${status}`]?.content?.["application/json"]?.schema;
  expect([path, response.status, described !== undefined]).toEqual([path, status, true]);
  const parsed = z.fromJSONSchema(withDefinitions(described ?? {}) as never).safeParse(await response.json());
  expect([path, status, parsed.error?.issues ?? []]).toEqual([path, status, []]);
}

describe("F41 documents", () => {
  test("redocly finds nothing wrong with either", () => {
    const folder = mkdtempSync(join(tmpdir(), "tapotarp-documents-"));
    const files = { "openapi.json": openApi, "asyncapi.json": asyncApiDocument("0.0.0", hostedGames()) };
    for (const [name, document] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(document, null, 1));
    const args = [
      "node_modules/@redocly/cli/bin/cli.js",
      "lint",
      "--config",
      "redocly.yaml",
      ...Object.keys(files).map((name) => join(folder, name)),
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, REDOCLY_TELEMETRY: "off" },
    });
    rmSync(folder, { recursive: true, force: true });
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining("valid")]);
    expect(`${stdout}${stderr}`).not.toContain("warning");
  });

  test("the server serves both, and every GET without a parameter answers as described", async () => {
    const served = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as typeof openApi;
    expect(Object.keys(served.paths)).toEqual(Object.keys(openApi.paths));
    expect((await fetch(`${server.url}/api/asyncapi.json`)).status).toBe(200);
    for (const [path, { get }] of Object.entries(openApi.paths)) {
      if (get === undefined || path.endsWith("/events") || (path.endsWith("/live") && path.startsWith("/admin"))) continue;
      const address = `${server.url}${path.replace("{code}", table.gameId)}`;
      const response = await fetch(address, { headers: path.startsWith("/admin") ? { authorization: `Bearer ${adminToken}` } : {} });
      const described = get.responses["200"]?.content?.["application/json"]?.schema;
      expect([path, response.status]).toEqual([path, 200]);
      if (described === undefined) continue;
      const schema = z.fromJSONSchema(withDefinitions(described) as never);
      const parsed = schema.safeParse(await response.json());
      expect([path, parsed.error?.issues ?? []]).toEqual([path, []]);
    }
  });

  test("an answer that refuses is described, with its status and its shape", async () => {
    const admin = { authorization: `Bearer ${adminToken}`, "content-type": "application/json" };
    const large = JSON.stringify({ level: "x".repeat(20_000) });
    await refusedAsDescribed(server, "/admin/api/log-level", 413, { method: "POST", headers: admin, body: large });
    const strange = { ...admin, "content-encoding": "strange" };
    await refusedAsDescribed(server, "/admin/api/log-level", 415, { method: "POST", headers: strange, body: "{}" });
    for (let time = 0; time < 20; time += 1) await refusedAsDescribed(server, "/admin/api/overview", 401);
    await refusedAsDescribed(server, "/admin/api/overview", 429);
    await refusedAsDescribed(server, "/api/games/QQQQQQ", 404);
    // A percent sign that begins nothing.
    for (const rest of ["", "/log", "/events"]) await refusedAsDescribed(server, `/api/games/%${rest}`, 400);
    const strict = await startRunningServer({ env: { LIMIT_HTTP_REQUESTS: "2", LIMIT_FRAME_BYTES: "4096" } });
    try {
      await refusedAsDescribed(strict, "/admin/api/drain", 404, { method: "POST" });
      const asyncApi = (await (await fetch(`${strict.url}/api/asyncapi.json`)).json()) as { info: { description: string } };
      expect(asyncApi.info.description).toContain("at most 4096 bytes");
      await refusedAsDescribed(strict, "/metrics", 429);
      await refusedAsDescribed(strict, "/admin/api/drain", 429, { method: "POST" });
      await refusedAsDescribed(strict, "/api/games/QQQQQQ/log", 429);
    } finally {
      await strict.dispose();
    }
  });

  test("a damaged game's 410 is described wherever a game is named, and seats are counted by the game, not as 1 to 8", () => {
    const named = Object.entries(openApi.paths).filter(([path]) => path.startsWith("/api/games/{code}"));
    expect(named.map(([path, { get }]) => [path, get?.responses["410"] !== undefined])).toEqual(named.map(([path]) => [path, true]));
    expect(named).toHaveLength(3);
    expect(JSON.stringify(asyncApiDocument("0.0.0", hostedGames()))).not.toContain("1 to 8");
  });
});
