import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeOverClocks } from "./clocks.ts";
import { lacks } from "../support/programs.ts";
import type { RunningServer } from "../support/running-server.ts";
import { connectTable, type TableClient } from "../support/table-client.ts";
import { allAt, eventually, spreadTable, startInstances } from "./instances.ts";
import { TestRedis } from "./redis-server.ts";
import { metricOf } from "./workers.ts";

interface HealthBody {
  readonly parts: { readonly clock: { readonly level: string; readonly problem: string | null } };
}

describe.skipIf(lacks("redis-server"))("three instances on one Redis", () => {
  let redis: TestRedis;
  let servers: RunningServer[];
  const ports = () => servers.map((server) => server.port);
  beforeAll(async () => {
    redis = await TestRedis.start();
    servers = await startInstances(3, redis.url);
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.dispose()));
    await redis.end();
  });

  test("F22, L25, L26: a table whose players sit at three instances plays one game: every change, die and end reaches all", async () => {
    const { players } = await spreadTable(ports(), 3);
    const [host, second, third] = players;
    await host?.request("start");
    const first = await host?.request("passTurn");
    await allAt(first?.data.v, players);
    const passed = await second?.request("passTurn");
    expect(passed?.type).toBe("ack");
    await allAt(passed?.data.v, players);
    for (const player of players) expect(player.state.activePlayer).toBe(3);
    const since = players.map((player) => player.heard.length);
    await third?.request("rollDice", { sides: 20 });
    for (const [place, player] of players.entries()) expect((await player.next("diceRolled", since[place])).data.playerId ?? 3).toBe(3);
    await host?.request("endGame");
    for (const player of players) expect((await player.closed).code).toBe(4004);
  });

  test("a kick and a displacement reach the connection wherever it is", async () => {
    const { players, gameId, tokens } = await spreadTable(ports(), 3);
    const [host, second, third] = players;
    const again = await connectTable(ports()[2] as number);
    await again.request("reconnect", { gameId, playerId: 2, token: tokens[1] });
    expect((await second?.closed)?.code).toBe(4001);
    await host?.request("kick", { playerId: 3 });
    expect((await third?.closed)?.code).toBe(4003);
    for (const player of [host, again]) await player?.close();
  });

  test("L38: the same action id through another instance is applied once and gets the same answer", async () => {
    const { players } = await spreadTable(ports(), 3);
    const [host, second] = players;
    const first = await host?.request("start", {}, "start-once");
    const again = await second?.request("start", {}, "start-once");
    expect(again?.data.v).toBe(first?.data.v);
    for (const player of players) await player.close();
  });

  test("the holders of an instance that died show away, said by one that lives", async () => {
    const [extra] = await startInstances(1, redis.url);
    const { players } = await spreadTable([ports()[0] as number, extra?.port as number], 2);
    const [host, second] = players;
    await extra?.kill();
    await second?.closed;
    const tookMs = await eventually("seat 2 shows away", () => host?.state.players[1].connected === false);
    process.stderr.write(`holders of a dead instance show away after ${Math.round(tookMs)} ms\n`);
    expect(host?.state.players[0].connected).toBe(true);
    await host?.close();
    await extra?.dispose();
  });

  test("a machine whose clock differs from the others' says so on /health and /metrics, the others do not", async () => {
    const ahead = "data:text/javascript,const now = Date.now; Date.now = () => now() + 2000;";
    const [wrong] = await startInstances(1, redis.url, { nodeArgs: ["--import", ahead] });
    const clockOf = async (server: RunningServer | undefined) => {
      const health = (await (await fetch(`${server?.url}/health`)).json()) as HealthBody;
      return health.parts.clock;
    };
    await eventually("it says so", async () => (await clockOf(wrong)).level === "degraded");
    expect((await clockOf(wrong)).problem).toMatch(/^This machine's clock is (19[5-9]\d|20[0-4]\d) ms ahead of Redis'/);
    expect(await clockOf(servers[0])).toMatchObject({ level: "healthy", problem: null });
    const metrics = await (await fetch(`${wrong?.url}/metrics`)).text();
    expect(Number(/^tapotarp_clock_ahead_seconds (\S+)$/m.exec(metrics)?.[1])).toBeCloseTo(2, 1);
    await wrong?.dispose();
  });

  test("bus_gaps_total counts each time that an instance may have missed messages, once, and nothing while it hears all", async () => {
    const { players } = await spreadTable(ports(), 3);
    const gaps = () =>
      Promise.all(servers.map(async ({ url }) => metricOf(await (await fetch(`${url}/metrics`)).text(), "tapotarp_bus_gaps_total")));
    const before = await gaps();
    const inside = await redis.client();
    for (const times of [1, 2]) {
      const heard = await players[0]?.request("renameGame", { name: `Named ${times}` });
      await allAt(heard?.data.v, players);
      expect((await gaps()).map((count, at) => count - (before[at] ?? 0))).toEqual(servers.map(() => times - 1));
      await inside.call("CLIENT", "KILL", "TYPE", "pubsub");
      const isCounted = async () => (await gaps()).every((count, at) => count - (before[at] ?? 0) >= times);
      await eventually(`the gap is counted by each, time ${times}`, isCounted);
    }
    inside.disconnect();
  });
});

describe.skipIf(lacks("redis-server"))("taken for dead", () => {
  test("an instance that stood still and lives is watched over like before: when it really dies, its holders show away", async () => {
    const redis = await TestRedis.start();
    const servers = await startInstances(2, redis.url);
    const [first, second] = servers as [RunningServer, RunningServer];
    const stop = new AbortController();
    try {
      const { players, gameId, tokens } = await spreadTable([first.port, second.port], 2);
      const [host, guest] = players as [TableClient, TableClient];
      const showsAway = () => host.state.players[1].connected === false;
      const other = await connectTable(first.port);
      await other.request("create", { settings: { playerCount: 2 } });
      // Held until the end: an answer that nobody holds is let go of by the collector, and its stream with it.
      const stream = await fetch(`${second.url}/api/games/${other.state.id}/events`, { signal: stop.signal });
      const seen = async () => (await fetch(`${first.url}/api/games/${other.state.id}`)).json() as Promise<{ viewers: number }>;
      const watching = async () => (await seen()).viewers;
      await eventually("the stream is counted", async () => (await watching()) === 2);
      second.signal("SIGSTOP");
      await eventually("the one that stands still is given up", showsAway, 20_000);
      await eventually("its stream is not counted", async () => (await watching()) === 1);
      second.signal("SIGCONT");
      expect((await guest.closed).code).toBe(1012);
      await eventually("the stream is counted again", async () => (await watching()) === 2);
      const again = await connectTable(second.port);
      await again.request("reconnect", { gameId, playerId: 2, token: tokens[1] });
      await eventually("seat 2 is back", () => !showsAway());
      await second.kill();
      await eventually("seat 2 shows away", showsAway, 20_000);
      expect(stream.status).toBe(200);
      await Promise.all([host.close(), other.close()]);
    } finally {
      stop.abort();
      await Promise.all(servers.map((server) => server.dispose()));
      await redis.end();
    }
  });
});

describe.skipIf(lacks("redis-server"))("Redis away", () => {
  test("everybody is told though they say nothing, a tap is refused for now and in time, and service comes back by itself", async () => {
    const redis = await TestRedis.start({ appendonly: "yes", appendfsync: "always" });
    const servers = await startInstances(2, redis.url);
    try {
      const { players } = await spreadTable(
        servers.map(({ port }) => port),
        2,
      );
      await players[0]?.request("start");
      const isUntold = () => players.every(({ heard }) => heard.every(({ type }) => type !== "error"));
      expect(isUntold()).toBe(true);
      await redis.kill();
      const told = await Promise.all(players.map((player) => player.next("error", 0)));
      for (const { data } of told) {
        expect(data).toMatchObject({ code: "store-unavailable", retry: true });
        expect(data).not.toHaveProperty("id");
      }
      const askedAt = performance.now();
      expect((await players[0]?.request("passTurn", {}, "once"))?.data).toMatchObject({ code: "store-unavailable", retry: true });
      const answeredMs = performance.now() - askedAt;
      expect((await fetch(`${servers[0]?.url}/ready`)).status).toBe(503);
      await redis.start();
      const backMs = await eventually(
        "a tap is saved again",
        async () => (await players[0]?.request("passTurn", {}, "once"))?.type === "ack",
      );
      process.stderr.write(
        `Redis away: a tap is refused after ${answeredMs.toFixed(0)} ms; saved ${backMs.toFixed(0)} ms after Redis is back\n`,
      );
      expect(answeredMs).toBeLessThan(1_500);
      for (const player of players) await player.close();
    } finally {
      await Promise.all(servers.map((server) => server.dispose()));
      await redis.end();
    }
  });
});

describe.skipIf(lacks("redis-server"))("downtime", () => {
  test("L37: while one of three lives a running game goes on; when none lived, it stands still from the moment the last one was known to live", async () => {
    const redis = await TestRedis.start();
    let servers = await startInstances(3, redis.url);
    try {
      const { gameId, players, tokens } = await spreadTable([servers[0]?.port as number], 2);
      await players[0]?.request("start");
      for (const server of servers.slice(1)) await server.kill();
      const [late] = await startInstances(1, redis.url);
      const watcher = await connectTable(late?.port as number);
      await watcher.request("join", { gameId });
      expect(watcher.state).toMatchObject({ status: "running", pausedBy: null });
      await Promise.all([servers[0]?.kill(), late?.kill()]);
      const diedAt = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      servers = await startInstances(1, redis.url);
      const again = await connectTable(servers[0]?.port as number);
      await again.request("join", { gameId });
      expect(again.state).toMatchObject({ status: "paused", pausedBy: "restart" });
      const left = again.state.players[0].timeRemaining;
      const chargedMs = 600_000 - left;
      expect(chargedMs).toBeLessThanOrEqual(diedAt - watcher.state.serverTime + (600_000 - watcher.state.players[0].timeRemaining) + 50);
      await again.request("reconnect", { gameId, playerId: 1, token: tokens[0] });
      await eventually("it runs on when its first seat is back", () => again.state.status === "running");
      await again.close();
    } finally {
      await Promise.all(servers.map((server) => server.dispose()));
      await redis.end();
    }
  });
});

describe.skipIf(lacks("redis-server"))("clocks of an instance that died", () => {
  test("L07: 1,000 running clocks armed by a killed instance expire exactly once each, at most 1 s late", async () => {
    const redis = await TestRedis.start();
    try {
      const figures = await takeOverClocks(redis, 1_000, 5_000);
      process.stderr.write(`take-over of running clocks: ${JSON.stringify(figures)}\n`);
      expect(figures).toMatchObject({ games: 1_000, expiries: 1_000, wrong: 0 });
      // What the machine itself held back is no lateness of the servers.
      expect(figures.lateMsMax).toBeLessThanOrEqual(1_000 + figures.machineLateMsMax);
    } finally {
      await redis.end();
    }
  });
});
