// F53: the admin API is behind its token, every action is in the audit log, and a failing store is told as such.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import request from "supertest";
import { describe, expect, test, vi } from "vitest";
import { addressKey } from "../../lib/gateway/address.ts";
import { type AdminHost, adminRouter } from "../../lib/ops/admin.ts";
import type { Audit } from "../../lib/ops/audit.ts";
import { noAudit } from "../../lib/ops/audit.ts";
import type { LogLevel } from "../../lib/ops/setting-schemas.ts";
import { createHealth } from "../../lib/ops/health.ts";
import { createLiveGames } from "../../lib/ops/live-games.ts";
import { createSeries } from "../../lib/ops/series.ts";
import type { GameRow } from "../../lib/protocol/admin-rows.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { heldAmbient } from "../support/held-ambient.ts";

const secret = "the-admin-token-for-tests";

function scene(over: Partial<AdminHost> = {}, token: string | null = secret) {
  const did: string[] = [];
  const from = { address: "10.0.0.9" };
  const door = { token };
  let level: LogLevel = "info";
  const ambient = heldAmbient();
  const host: AdminHost = {
    about: () => ({ instance: "i1", release: "1.0.0", startedAt: 5, connections: 2, rooms: 1 }),
    counts: async () => ({ waiting: 1, running: 2, paused: 0, finished: 3 }),
    games: async (cursor, limit) => ({ items: [], next: `${cursor}-${limit}` }),
    game: async (id) => (id === "ABC234" ? { id, v: 4, viewers: 2, view: { status: "running" } } : "no-such-game"),
    changes: async (_id, afterV) => [{ v: afterV + 1, at: 9, change: '{"by":1}', prevHash: "", hash: "h", state: null }],
    closeGame: async (id) => (id === "ABC234" ? "closed" : "no-such-game"),
    feedback: async () => ({ items: [], next: null }),
    drain: () => void did.push("drain"),
    logLevel: () => level,
    setLogLevel: (to) => {
      level = to;
    },
    deadLetters: async () => [],
    replayDeadLetters: async () => ({ replayed: 0, left: 0 }),
    ...over,
  };
  const audit: Audit = { ...noAudit(), note: (event, actor, detail) => void did.push(`${event} ${actor} ${JSON.stringify(detail)}`) };
  const live = createLiveGames(ambient);
  const zero = () => 0;
  const series = createSeries(ambient, { connections: zero, commandsTotal: zero, commandMsTotal: zero, queueAgeMs: zero, loopLagMs: zero });
  const app = express();
  const bodyBytesMax = 20_000;
  const settings = {
    token: () => door.token,
    host,
    health: createHealth({}),
    audit,
    live,
    series,
    addressOf: () => from.address,
    countedAs: addressKey,
    bodyBytesMax,
  };
  app.use("/admin/api", adminRouter(settings));
  const get = (path: string) => request(app).get(`/admin/api${path}`).set("Authorization", `Bearer ${secret}`);
  const post = (path: string, body: object = {}) =>
    request(app).post(`/admin/api${path}`).set("Authorization", `Bearer ${secret}`).send(body);
  return { app, did, get, post, live, ambient, series, from, door };
}

describe("F53 SAFETY 21 the door", () => {
  test.for([
    ["no header", undefined],
    ["a wrong token", "Bearer the-admin-token-for-testz"],
    ["another scheme", `Basic ${secret}`],
    ["a longer token", `Bearer ${secret}x`],
    ["an empty token", "Bearer "],
  ] as const)("401 and an audit record: %s", async ([, header]) => {
    const { app, did } = scene();
    const asked = request(app).get("/admin/api/overview");
    const response = await (header === undefined ? asked : asked.set("Authorization", header));
    expect(response.status).toBe(401);
    expect(response.headers["www-authenticate"]).toContain("Bearer");
    expect(did).toEqual(['admin-denied 10.0.0.9 {"path":"/overview"}']);
  });

  test("a guess with a long path makes no longer record than others: a few of them would fill what the log keeps for guesses", async () => {
    const { app, did } = scene();
    await request(app).get(`/admin/api/${"x".repeat(8_000)}`);
    expect(did).toHaveLength(1);
    expect(did[0]?.length).toBeLessThan(200);
  });

  test("off, and saying so, when no token is set", async () => {
    const { get } = scene({}, null);
    expect((await get("/overview")).status).toBe(404);
  });

  test("a token in the URL opens nothing", async () => {
    const { app } = scene();
    expect((await request(app).get(`/admin/api/overview?token=${secret}`)).status).toBe(401);
  });

  test("L19 feedback is read by the operator alone, and no request deletes it", async () => {
    const { app, get } = scene();
    for (const method of ["get", "delete", "post", "put"] as const)
      expect([method, (await request(app)[method]("/admin/api/feedback")).status]).toEqual([method, 401]);
    expect((await get("/feedback")).body).toEqual({ items: [], next: null });
    for (const method of ["delete", "post", "put"] as const) {
      const asked = request(app)[method]("/admin/api/feedback").set("Authorization", `Bearer ${secret}`);
      expect([method, (await asked).status]).toEqual([method, 405]);
    }
  });

  test("guessing is limited per address, with Retry-After", async () => {
    const { app } = scene();
    const statuses: number[] = [];
    for (let guess = 0; guess < 25; guess++)
      statuses.push((await request(app).get("/admin/api/overview").set("Authorization", `Bearer guess-${guess}`)).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    const last = await request(app).get("/admin/api/overview");
    expect(last.status).toBe(429);
    expect(Number(last.headers["retry-after"])).toBeGreaterThan(0);
    vi.setSystemTime(Date.now() + 20_000);
    const later = await request(app).get("/admin/api/overview");
    vi.useRealTimers();
    expect(later.status).toBe(429);
    expect(Number(later.headers["retry-after"])).toBeLessThanOrEqual(40);
    // Nor is the right one let in then: a guess that hits would be told so.
    const right = await request(app).get("/admin/api/overview").set("Authorization", `Bearer ${secret}`);
    expect(right.status).toBe(429);
  });

  test("SAFETY 15 an IPv6 network of one customer has the guesses of one address, and its neighbour has his own", async () => {
    const { app, from } = scene();
    const guessFrom = async (address: string) => {
      from.address = address;
      return (await request(app).get("/admin/api/overview").set("Authorization", "Bearer guess")).status;
    };
    const statuses: number[] = [];
    for (let guess = 0; guess < 25; guess++) statuses.push(await guessFrom(`2001:db8:1:1::${guess}`));
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(await guessFrom("2001:db8:1:2::1")).toBe(401);
  });
});

describe("F53 reading and acting", () => {
  test("overview, games, one game and its log", async () => {
    const { get } = scene();
    expect((await get("/overview")).body).toMatchObject({ instance: "i1", health: "healthy", games: { running: 2 }, logLevel: "info" });
    expect((await get("/games?limit=5&cursor=c")).body).toEqual({ items: [], next: "c-5" });
    expect((await get("/games/abc234")).body).toMatchObject({ id: "ABC234", v: 4 });
    expect((await get("/games/ABC234/log?after=7")).body).toEqual({ changes: [{ v: 8, at: 9, change: { by: 1 }, hash: "h" }] });
  });

  test("actions happen once and are audited", async () => {
    const { post, did, get } = scene();
    expect((await post("/games/ABC234/close", { reason: "abuse" })).body).toEqual({ closed: "ABC234" });
    expect((await post("/log-level", { level: "debug" })).body).toEqual({ level: "debug" });
    expect((await get("/overview")).body).toMatchObject({ logLevel: "debug" });
    expect((await post("/drain")).status).toBe(202);
    expect(did).toEqual([
      'admin-action 10.0.0.9 {"what":"close","gameId":"ABC234","reason":"abuse"}',
      'admin-action 10.0.0.9 {"what":"log-level","from":"info","to":"debug"}',
      'admin-action 10.0.0.9 {"what":"drain"}',
      "drain",
    ]);
  });

  test.for([
    ["/games/ABC234/close", {}, 400],
    ["/games/ABC234/close", { reason: "" }, 400],
    ["/games/ABC234/close", { reason: "x", more: 1 }, 400],
    ["/games/NOSUCH/close", { reason: "x" }, 404],
    ["/log-level", { level: "loud" }, 400],
    ["/nowhere", {}, 404],
  ] as const)("refused: POST %s %j -> %i", async ([path, body, status]) => {
    const { post, did } = scene();
    expect((await post(path, body)).status).toBe(status);
    expect(did).toEqual([]);
  });

  test.for([
    ["no-such-game", 404, "There is no game with this code."],
    ["game-damaged", 410, "This game's record is damaged. The operator has been told."],
    ["store-unavailable", 503, "The server cannot save right now. Try again."],
    ["busy", 503, "The server is busy. Try again."],
    ["wrong-status", 409, "This game is closed already."],
  ] as const)("a game that is not shown or closed because of %s is not said to be missing: %i", async ([code, status, message]) => {
    const { post, get, did } = scene({ game: async () => code, closeGame: async () => code });
    for (const { status: told, body } of [await get("/games/ABC234"), await post("/games/ABC234/close", { reason: "abuse" })])
      expect([told, body]).toEqual([status, { code, message }]);
    expect(did).toEqual([]);
  });

  test("a body that is not JSON is 400, one larger than the limit 413", async () => {
    const { app } = scene();
    const send = (body: string) =>
      request(app).post("/admin/api/log-level").set("Authorization", `Bearer ${secret}`).set("Content-Type", "application/json").send(body);
    expect((await send("{")).status).toBe(400);
    expect((await send(`{"level":"info"${" ".repeat(19_984)}}`)).status).toBe(200);
    expect((await send(JSON.stringify({ level: "x".repeat(20_000) }))).status).toBe(413);
  });

  test("F42 a store that does not answer is 503; the overview still comes", async () => {
    const fail = async () => Promise.reject(new StoreFault("unavailable", "no"));
    const { get } = scene({ counts: fail, games: fail });
    expect((await get("/games")).status).toBe(503);
    expect((await get("/overview")).body).toMatchObject({ instance: "i1", games: null });
  });
});

describe("F30 live rows", () => {
  const row = (id: string, v: number): GameRow => ({
    id,
    name: "t",
    status: "running",
    v,
    seats: 2,
    seatsFree: 0,
    viewers: 2,
    updatedAt: v,
  });

  test("one row per game and batch, the newest; nothing is made while nobody looks", async () => {
    const { live, ambient } = scene();
    let made = 0;
    const note = (id: string, v: number) =>
      live.note(id, () => {
        made += 1;
        return row(id, v);
      });
    note("A", 1);
    expect(made).toBe(0);
    const batches: (readonly GameRow[])[] = [];
    const stop = live.watch((rows) => batches.push(rows));
    for (let v = 1; v <= 10; v++) for (const id of ["A", "B"]) note(id, v);
    await ambient.advance(250);
    await ambient.advance(250);
    expect(batches.map((rows) => rows.map(({ id, v }) => `${id}${v}`))).toEqual([["A10", "B10"]]);
    expect(made).toBe(2);
    const timers = ambient.waiting();
    stop();
    expect([live.watchers(), ambient.waiting()]).toEqual([0, timers - 1]);
  });

  test("a token that was replaced meanwhile is shown nothing more: its line is cut before the next batch", async () => {
    const { app, live, ambient, door } = scene();
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/admin/api/live`, { headers: { authorization: `Bearer ${secret}` } });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const nextBatch = async (v: number) => {
      live.note("A", () => row("A", v));
      await ambient.advance(250);
      return new TextDecoder().decode((await reader.read()).value);
    };
    expect(await nextBatch(1)).toContain('"v":1');
    door.token = "the-admin-token-from-now-on";
    await expect(nextBatch(2)).rejects.toThrow();
    await new Promise((closed) => server.close(closed));
    expect(live.watchers()).toBe(0);
  });

  test("asked for the head alone, the answer ends with it and nobody watches", async () => {
    const { app, live } = scene();
    const answer = await request(app).head("/admin/api/live").set("Authorization", `Bearer ${secret}`).timeout(2_000);
    expect([answer.status, live.watchers()]).toEqual([200, 0]);
  });
});

describe("charts", () => {
  test("ten minutes are kept, as rates", async () => {
    const ambient = heldAmbient();
    let commands = 0;
    const series = createSeries(ambient, {
      connections: () => 3,
      commandsTotal: () => {
        commands += 20;
        return commands;
      },
      commandMsTotal: () => commands * 2,
      queueAgeMs: () => 1,
      loopLagMs: () => 0,
    });
    await ambient.advance(700_000);
    const samples = series.samples();
    expect(samples).toHaveLength(300);
    expect(samples.at(-1)).toMatchObject({ connections: 3, commandsPerSecond: 10, commandMs: 2 });
    series.close();
    expect(ambient.waiting()).toBe(0);
  });

  test("one sample that cannot be taken whole ends nothing: with too many files open the system says no memory figure", async () => {
    const ambient = heldAmbient();
    const zero = () => 0;
    const series = createSeries(ambient, {
      connections: zero,
      commandsTotal: zero,
      commandMsTotal: zero,
      queueAgeMs: zero,
      loopLagMs: zero,
    });
    series.sample();
    const rss = vi.spyOn(process.memoryUsage, "rss").mockImplementation(() => {
      throw new Error("EMFILE: too many open files, uv_resident_set_memory");
    });
    try {
      series.sample();
    } finally {
      rss.mockRestore();
    }
    const [before, after] = series.samples();
    expect(before?.memoryMb).toBeGreaterThan(0);
    expect(after?.memoryMb).toBe(before?.memoryMb);
    series.close();
  });
});
