// How many watch a table is counted through all instances, whoever is asked, and comes right again after faults.
import { connect } from "node:net";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takenForDeadKey, watchedKey, watchersKey } from "../../lib/store/redis-keys.ts";
import { lacks } from "../support/programs.ts";
import type { RunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";
import { eventually, startInstances } from "./instances.ts";
import { type HeldViewer, type Instance, openInstance } from "./one-instance.ts";
import { TestRedis } from "./redis-server.ts";

/** The number a viewer was told last. */
function toldTo(viewer: HeldViewer): number {
  const told = viewer.frames.map(({ text }) => JSON.parse(text)).findLast(({ type }) => type === "viewers" || type === "state");
  return told?.data.viewers;
}

describe.skipIf(lacks("redis-server"))("viewers through several instances", () => {
  let redis: TestRedis;
  let inside: Redis;
  const open: Instance[] = [];
  beforeEach(async () => {
    redis = await TestRedis.start();
    inside = await redis.client();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((instance) => instance.close()));
    inside.disconnect();
    await redis.end();
  });
  async function join(name: string): Promise<Instance> {
    const instance = await openInstance(redis.url, name);
    open.push(instance);
    return instance;
  }

  test("everybody is told the sum, an instance that does not watch finds it out, and nothing stays when all have gone", async () => {
    const [one, two, three] = [await join("one"), await join("two"), await join("three")];
    const [host, ...guests] = [one.viewer(), one.viewer(), two.viewer(), two.viewer()];
    const room = await one.create(host as HeldViewer);
    await one.join(room.gameId, guests[0] as HeldViewer);
    const there = await two.join(room.gameId, guests[1] as HeldViewer);
    await two.join(room.gameId, guests[2] as HeldViewer);
    const all = [host, ...guests] as HeldViewer[];
    await eventually("all are told of four", () => all.every((viewer) => toldTo(viewer) === 4));
    const found = await three.rooms.find(room.gameId);
    expect("room" in found && (await found.room.viewersEverywhere())).toBe(4);
    await one.command(room, host as HeldViewer, { type: "start" });
    await eventually("whole states say so too", () => (guests[2]?.states.at(-1) ?? 0) === 2);
    expect(toldTo(guests[2] as HeldViewer)).toBe(4);
    await there.leave(guests[1] as HeldViewer);
    await eventually("three are left", () => toldTo(host as HeldViewer) === 3 && toldTo(guests[2] as HeldViewer) === 3);
    await there.leave(guests[2] as HeldViewer);
    await Promise.all([room.leave(host as HeldViewer), room.leave(guests[0] as HeldViewer)]);
    await eventually("no count is kept", async () => (await inside.exists(watchersKey(room.gameId))) === 0);
  });

  test("counts that Redis lost are told again, and an instance that leaves in order takes its own along", async () => {
    const [one, two] = [await join("one"), await join("two")];
    const [host, guest] = [one.viewer(), two.viewer()];
    const room = await one.create(host);
    await two.join(room.gameId, guest);
    await eventually("both are told", () => toldTo(host) === 2 && toldTo(guest) === 2);
    await inside.unlink(watchersKey(room.gameId));
    await inside.call("CLIENT", "KILL", "TYPE", "pubsub");
    await eventually("Redis has both again", async () => (await inside.hlen(watchersKey(room.gameId))) === 2);
    await open.pop()?.close();
    await eventually("the other is alone", () => toldTo(host) === 1);
  });

  test("what Redis forgot of who watches where is told again, so that viewers of an instance that dies later do not stay", async () => {
    const [one, two] = [await join("one"), await join("two")];
    const room = await one.create(one.viewer());
    await two.join(room.gameId, two.viewer());
    await inside.unlink(watchedKey("one"), watchedKey("two"));
    await inside.call("CLIENT", "KILL", "TYPE", "pubsub");
    const registered = (instanceId: string) => inside.sismember(watchedKey(instanceId), room.gameId);
    await eventually("both are registered", async () => (await registered("one")) + (await registered("two")) === 2);
  });

  test("an instance that was buried and lives tells its viewers again before it calls them back", async () => {
    const [one, two] = [await join("one"), await join("two")];
    const host = one.viewer();
    const room = await one.create(host);
    await two.join(room.gameId, two.viewer());
    await eventually("two are told", () => toldTo(host) === 2);
    await inside.unlink(watchedKey("two"), watchersKey(room.gameId));
    const known = new Promise((resolve) => {
      const look = async () => resolve([await inside.smembers(watchedKey("two")), await inside.hget(watchersKey(room.gameId), "two")]);
      two.side.live.listen({ onDeath: async () => [], onTakenForDead: () => void look() });
    });
    await inside.set(takenForDeadKey("two"), "1");
    expect(await known).toEqual([[room.gameId], "1"]);
    expect(await inside.exists(takenForDeadKey("two"))).toBe(0);
  });

  test("whoever hangs up while the game he wants to watch is still looked for takes no place", async () => {
    const servers = await startInstances(2, redis.url, { env: { LIMIT_EVENT_STREAMS: "1" } });
    try {
      const [here, there] = servers as [RunningServer, RunningServer];
      const host = await connectTable(here.port);
      await host.request("create", { settings: { playerCount: 2 } });
      const path = `/api/games/${host.state.id}/events`;
      const isAwake = () => fetch(`${there.url}/live`, { headers: { connection: "close" } });
      redis.signal("SIGSTOP");
      const socket = connect(there.port, "127.0.0.1");
      socket.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
      await isAwake();
      socket.destroy();
      await isAwake();
      redis.signal("SIGCONT");
      const stop = new AbortController();
      const watches = async () => (await fetch(`${there.url}${path}`, { signal: stop.signal })).status === 200;
      await eventually("the only place is free", watches);
      expect(await (await fetch(`${there.url}/metrics`)).text()).toMatch(/^tapotarp_event_streams 1$/m);
      stop.abort();
      await host.close();
    } finally {
      await Promise.all(servers.map((server) => server.dispose()));
    }
  });

  test("the viewers of an instance that was killed are counted until it is found dead, and no longer", async () => {
    const servers = await startInstances(2, redis.url);
    try {
      const [host, guest] = await Promise.all(servers.map(({ port }) => connectTable(port)));
      await host?.request("create", { settings: { playerCount: 2 } });
      const gameId = host?.state.id;
      await guest?.request("join", { gameId });
      const told = () => host?.heard.findLast(({ type }) => type === "viewers")?.data.viewers;
      await eventually("two watch", () => told() === 2);
      await servers[1]?.kill();
      const tookMs = await eventually("one is left", () => told() === 1, 20_000);
      process.stderr.write(`viewers of a dead instance are counted out after ${Math.round(tookMs)} ms\n`);
      const seen = (await (await fetch(`${servers[0]?.url}/api/games/${gameId}`)).json()) as { viewers: number };
      expect(seen.viewers).toBe(1);
      await host?.close();
    } finally {
      await Promise.all(servers.map((server) => server.dispose()));
    }
  });
});
