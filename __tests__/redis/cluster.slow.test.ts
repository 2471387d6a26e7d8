// Three nodes of a Redis Cluster: the contract every store keeps, instances that hear each other whichever node has the game, and a
// node that goes and comes back.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { runDbCommand } from "../../lib/store/db-command.ts";
import { liveKeys } from "../../lib/store/redis-keys.ts";
import { openRedisStore } from "../../lib/store/store-redis.ts";
import { runContract } from "../store/run-contract.ts";
import { lacks } from "../support/programs.ts";
import { eventually } from "./instances.ts";
import { type Instance, openInstance } from "./one-instance.ts";
import { TestCluster } from "./redis-cluster.ts";

describe.skipIf(lacks("redis-server"))("a Redis Cluster of three nodes", () => {
  let cluster: TestCluster;
  const open: Instance[] = [];
  beforeAll(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((instance) => instance.close()));
  });
  afterAll(async () => cluster.end());

  runContract("Redis Cluster of three nodes", async () => {
    await cluster.flush();
    const { store } = await openRedisStore({ url: cluster.url, ambient: realAmbient(), instanceId: "one" });
    return { store, end: () => store.close() };
  });

  async function join(name: string): Promise<Instance> {
    const instance = await openInstance(cluster.url, name);
    open.push(instance);
    return instance;
  }

  test("30 games spread over the nodes: each change, and the count of viewers, reaches the other instance", async () => {
    await cluster.flush();
    const [one, two] = [await join("one"), await join("two")];
    const tables = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const [host, guest] = [one.viewer(), two.viewer()];
        const room = await one.create(host);
        await two.join(room.gameId, guest);
        expect((await one.command(room, host, { type: "start" })).ok).toBe(true);
        return { room, guest };
      }),
    );
    await eventually("all are told", () => tables.every(({ guest }) => guest.states.at(-1) === 2));
    const counts = await Promise.all(
      cluster.nodes.map(async (node) => {
        const inside = await node.client();
        const count = await inside.dbsize();
        inside.disconnect();
        return count;
      }),
    );
    for (const count of counts) expect(count).toBeGreaterThan(0);
    for (const { room } of tables) await eventually("two watch", async () => (await room.viewersEverywhere()) === 2);
    expect(await one.side.counts.used("creates", "10.0.0.1", 1)).toBe(0);
    expect(await two.side.counts.used("creates", "10.0.0.1", 1)).toBeGreaterThan(0);
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const io = { out: say, err: say, env: { REDIS_URL: cluster.url }, ambient: realAmbient() };
    expect(await runDbCommand(["check"], io)).toBe(0);
    expect(lines).toEqual([expect.stringMatching(/^30 games, \d+ changes, 0 problems$/)]);
  });

  test("a node is killed and started again: its games are refused for now, the others go on; then all of them go on and are heard", async () => {
    await cluster.flush();
    const [one, two] = [await join("one"), await join("two")];
    const tables = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const [host, guest] = [one.viewer(), two.viewer()];
        const room = await one.create(host);
        await two.join(room.gameId, guest);
        return { room, host, guest };
      }),
    );
    await cluster.nodes[1]?.kill();
    const during = await Promise.all(tables.map(({ room, host }) => one.command(room, host, { type: "start" })));
    const kept = during.filter((answer) => answer.ok).length;
    expect(kept).toBeGreaterThan(0);
    for (const answer of during) if (!answer.ok) expect(["store-unavailable", "busy"]).toContain(answer.code);
    await eventually("who is on the other nodes hears what happens there", () =>
      tables.every(({ guest }, place) => !during[place]?.ok || guest.states.at(-1) === 2),
    );
    await cluster.nodes[1]?.start();
    await cluster.agreed();
    const backMs = await eventually(
      "every game can be changed",
      async () => {
        const answers = await Promise.all(tables.map(({ room, host }) => one.command(room, host, { type: "pause" })));
        return answers.every((answer) => answer.ok || answer.code === "wrong-status");
      },
      20_000,
    );
    await Promise.all(tables.map(({ room, host }) => one.command(room, host, { type: "start" })));
    const versions = async () => Promise.all(tables.map(async ({ room }) => one.side.store.load(room.gameId)));
    const heardMs = await eventually(
      "every viewer sees the newest version",
      async () => {
        const newest = await versions();
        return tables.every(({ guest }, place) => {
          const loaded = newest[place];
          return loaded?.kind === "found" && guest.states.at(-1) === loaded.game.v;
        });
      },
      20_000,
    );
    process.stderr.write(
      `a node of three killed: ${kept} of 30 games went on, ${30 - kept} were refused for now; all again ${backMs.toFixed(0)} ms after it was back, all heard after ${heardMs.toFixed(0)} ms\n`,
    );
  });

  test("a node that is away for long, which many games are on: those on the other nodes are heard all the while, and all when it is back", async () => {
    const one = await join("one");
    const listener = { onAnnouncement() {}, onGap() {}, onWatchedElsewhere() {} };
    for (let i = 0; i < 900; i += 1) await one.side.bus.subscribe(`G${String(i).padStart(5, "0")}`, listener);
    const heardOn = (places: readonly number[]) =>
      Promise.all(
        places.map(async (place) => {
          const inside = await cluster.nodes[place]?.client();
          const channels = (await inside?.call("PUBSUB", "SHARDCHANNELS")) as readonly string[];
          inside?.disconnect();
          return channels.length;
        }),
      );
    const before = await heardOn([0, 1, 2]);
    await cluster.nodes[1]?.kill();
    for (let look = 0; look < 16; look += 1) {
      // Some seconds of it are what is looked at: the client notices at once, and again and again.
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(await heardOn([0, 2])).toEqual([before[0], before[2]]);
    }
    await cluster.nodes[1]?.start();
    await cluster.agreed();
    await eventually("all are heard", async () => String(await heardOn([0, 1, 2])) === String(before), 20_000);
  });

  test("a node that refuses signs of life refuses its own games only, after a quiet time, too", async () => {
    await cluster.flush();
    const one = await join("one");
    const tables = await Promise.all(
      Array.from({ length: 30 }, async () => ({ host: one.viewer(), room: await one.create(one.viewer()) })),
    );
    const inside = await Promise.all(cluster.nodes.map((node) => node.client()));
    const slot = Number(await inside[0]?.call("CLUSTER", "KEYSLOT", liveKeys.beats));
    const full = inside[Math.floor(slot / cluster.share)];
    await full?.config("SET", "maxmemory", "1");
    await eventually("a sign of life is refused", () => one.side.store.health().problem !== null);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const close = { type: "close", reason: "planted" };
    const during = await Promise.all(tables.map(({ room, host }) => one.command(room, host, close)));
    await full?.config("SET", "maxmemory", "0");
    for (const client of inside) client.disconnect();
    expect(during.filter(({ ok }) => ok).length).toBeGreaterThan(0);
    expect(during.filter(({ ok }) => !ok).length).toBeGreaterThan(0);
  });
});
