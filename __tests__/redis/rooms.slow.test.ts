// SAFETY rules 11 and 12: what rooms do when messages are missed, when Redis comes back with older games, and when all have gone.
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { channelOf, gameKey, historyKey, watchedKey } from "../../lib/store/redis-keys.ts";
import type { Room } from "../../lib/room/room.ts";
import { StoreFault } from "../../lib/store/store.ts";
import { lacks } from "../support/programs.ts";
import { RedisProxy } from "../torture/redis-proxy.ts";
import { eventually } from "./instances.ts";
import { type HeldViewer, type Instance, type InstanceSettings, openInstance } from "./one-instance.ts";
import { TestRedis } from "./redis-server.ts";

describe.skipIf(lacks("redis-server"))("rooms of several instances on one Redis", () => {
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
  async function join(name: string, url = redis.url, settings: InstanceSettings = {}): Promise<Instance> {
    const instance = await openInstance(url, name, settings);
    open.push(instance);
    return instance;
  }
  const killSubscribers = () => inside.call("CLIENT", "KILL", "TYPE", "pubsub");

  test("L33: what was missed while the subscriber was down is read again, also when nothing had been heard before", async () => {
    const [one, two] = [await join("one"), await join("two")];
    const [host, guest] = [one.viewer(), two.viewer()];
    const room = await one.create(host);
    await two.join(room.gameId, guest);
    expect(guest.states).toEqual([1]);
    // Nothing gets out while this lasts: the change is durable and nobody is told.
    await inside.call("ACL", "SETUSER", "default", "resetchannels");
    await inside.call("ACL", "SETUSER", "default", "&*");
    await killSubscribers();
    const started = one.command(room, host, { type: "start" });
    await killSubscribers();
    expect((await started).ok).toBe(true);
    await eventually("the other instance is up to date", () => guest.states.at(-1) === 2);
    expect(one.gaps() + two.gaps()).toBeGreaterThan(0);
  });

  test("L31: of a game that could be listened to and not registered, the broker is told to let go again", async () => {
    const [one, two] = [await join("one"), await join("two")];
    const [host, guest] = [one.viewer(), two.viewer()];
    const { gameId } = await one.create(host);
    const there = await two.rooms.find(gameId);
    if (!("room" in there)) throw new Error("The game is gone.");
    const listening = async () => Number(((await inside.call("PUBSUB", "SHARDNUMSUB", channelOf(gameId))) as [string, number])[1]);
    await inside.call("ACL", "SETUSER", "default", "-sadd");
    const answers: boolean[] = [];
    await there.room.join(guest, ({ ok }) => void answers.push(ok));
    await inside.call("ACL", "SETUSER", "default", "+sadd");
    expect([answers, two.side.bus.subscriptions()]).toEqual([[false], 0]);
    await eventually("only the other instance listens", async () => (await listening()) === 1);
    await there.room.join(guest, ({ ok }) => void answers.push(ok));
    expect([answers, await listening()]).toEqual([[false, true], 2]);
  });

  test("F01: eight players at three instances command at once: who was too late is decided again, and each sees the versions rise to the newest", async () => {
    const instances = [await join("one"), await join("two"), await join("three")];
    const of = (seat: number) => instances[seat % 3] as Instance;
    const host = of(0).viewer();
    const founded = await of(0).create(host, { playerCount: 8 });
    const viewers = [host, ...Array.from({ length: 7 }, (_, guest) => of(guest + 1).viewer())];
    const rooms = await Promise.all(viewers.map((viewer, seat) => (seat === 0 ? founded : of(seat).join(founded.gameId, viewer))));
    let refused = 0;
    const surely = async (seat: number, command: { readonly type: string } & Record<string, unknown>) => {
      for (;;) {
        const answer = await of(seat).command(rooms[seat] as Room, viewers[seat] as HeldViewer, command);
        if (answer.ok) return;
        expect(answer.code).toBe("busy");
        refused += 1;
      }
    };
    await Promise.all(viewers.map((_, seat) => surely(seat, { type: "claim", playerId: seat + 1 })));
    const rolls = 20;
    for (let roll = 0; roll < rolls; roll += 1) await Promise.all(viewers.map((_, seat) => surely(seat, { type: "rollDice", sides: 6 })));
    const newest = 1 + 8 + 8 * rolls;
    await eventually("all are at the newest", () => viewers.every((viewer) => viewer.states.at(-1) === newest));
    for (const { states } of viewers) expect(states.every((v, place) => place === 0 || v > (states[place - 1] as number))).toBe(true);
    process.stderr.write(`eight players at once, ${8 + 8 * rolls} commands: ${refused} refused as busy\n`);
    expect(refused).toBeLessThan(8 * rolls * 0.25);
  });

  test("a gap in v is filled from the store, a message that comes twice or late changes nothing", async () => {
    const [one, two] = [await join("one"), await join("two")];
    const [host, guest] = [one.viewer(), two.viewer()];
    const room = await one.create(host);
    await two.join(room.gameId, guest);
    await one.command(room, host, { type: "start" });
    await eventually("told", () => guest.states.at(-1) === 2);
    const game = async () => inside.hgetall(gameKey(room.gameId));
    const { state = "", hash = "", at = "" } = await game();
    const say = (v: number) =>
      inside.spublish(
        channelOf(room.gameId),
        `elsewhere\n${v}\n${at}\n${hash}\n${Buffer.byteLength(state)}\n${state}{"events":[],"dismissals":[]}`,
      );
    await say(2);
    await say(1);
    await say(9);
    await inside.spublish(channelOf(room.gameId), "nonsense");
    await one.command(room, host, { type: "pause" });
    await eventually("told", () => guest.states.at(-1) === 3);
    expect(guest.states.every((v, place) => place === 0 || v >= (guest.states[place - 1] as number))).toBe(true);
    expect(Math.max(...guest.states)).toBe(3);
  });

  test("L33: an instance that was cut off does not work through what it missed, change by change: it reads the newest", async () => {
    const proxy = await RedisProxy.start(redis.port, { below: () => 0 });
    const [one, two] = [await join("one"), await join("two", proxy.url)];
    const [host, guest] = [one.viewer(), two.viewer()];
    const room = await one.create(host);
    await two.join(room.gameId, guest);
    await one.command(room, host, { type: "claim", playerId: 1 });
    await one.command(room, host, { type: "start" });
    await eventually("both see the start", () => guest.states.at(-1) === 3);
    proxy.silence();
    const { store } = two.side;
    let newest = 3;
    let noticedAt: number | null = null;
    // As long as the bus needs to see, at its own pace, that commands get no answer.
    while (noticedAt === null || performance.now() - noticedAt < 2_500) {
      expect(await one.command(room, host, { type: "rollDice", sides: 6 })).toMatchObject({ ok: true });
      newest += 1;
      if (store.health().problem !== null) noticedAt ??= performance.now();
      else await store.load(room.gameId).catch(() => {});
    }
    const seenBefore = guest.states.length;
    proxy.restore();
    const tookMs = await eventually("the viewer is shown the newest", () => guest.states.at(-1) === newest, 8_000);
    const shown = guest.states.length - seenBefore;
    process.stderr.write(`cut off while ${newest - 3} changes were made: up to date ${Math.round(tookMs)} ms after, by ${shown} states\n`);
    expect(shown).toBeLessThan(newest / 4);
    await two.close();
    open.pop();
    proxy.end();
  }, 30_000);

  test("SAFETY 11 a half-open subscriber is noticed by the tick to ourselves, within 5 s", async () => {
    const proxy = await RedisProxy.start(redis.port, { below: () => 0 });
    const [one, two] = [await join("one"), await join("two", proxy.url)];
    const [host, guest] = [one.viewer(), two.viewer()];
    const room = await one.create(host);
    await two.join(room.gameId, guest);
    proxy.silenceSubscribers();
    await one.command(room, host, { type: "start" });
    const tookMs = await eventually("the silent line is replaced and the viewer told", () => guest.states.at(-1) === 2, 8_000);
    process.stderr.write(`half-open subscriber noticed after ${Math.round(tookMs)} ms\n`);
    expect(tookMs).toBeLessThan(5_000);
    await two.close();
    open.pop();
    proxy.end();
  });

  test("SAFETY 11 a message that is lost without any sign is caught: each game that is watched is read anew now and then", async () => {
    const [one, two] = [await join("one"), await join("two", redis.url, { readAgainMs: 1_000 })];
    const { bus } = two.side;
    const subscribe = bus.subscribe.bind(bus);
    // The connection is well, its ticks come back, and yet what is said of games does not arrive.
    bus.subscribe = (gameId, listener) =>
      subscribe(gameId, {
        onAnnouncement: () => undefined,
        onGap: () => listener.onGap(),
        onWatchedElsewhere: (viewers) => listener.onWatchedElsewhere(viewers),
      });
    const [host, guest] = [one.viewer(), two.viewer()];
    const room = await one.create(host);
    await two.join(room.gameId, guest);
    await one.command(room, host, { type: "start" });
    const tookMs = await eventually("the viewer is told", () => guest.states.at(-1) === 2, 10_000);
    process.stderr.write(`a message lost without a sign: caught after ${Math.round(tookMs)} ms\n`);
    // Once is enough: what was read and is as it was shown is told to nobody.
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    expect(guest.states).toEqual([1, 2]);
  }, 30_000);

  test("whoever was shown out while announcements were lost goes, whether a conflict or the newest state tells of it", async () => {
    const proxy = await RedisProxy.start(redis.port, { below: () => 0 });
    const [one, two] = [await join("one"), await join("two", proxy.url)];
    const [host, guest, watcher] = [one.viewer(), two.viewer(), two.viewer()];
    const room = await one.create(host);
    const there = await two.join(room.gameId, guest);
    await two.join(room.gameId, watcher);
    expect(await one.command(room, host, { type: "claim", playerId: 1 })).toMatchObject({ ok: true });
    expect(await two.command(there, guest, { type: "claim", playerId: 2 })).toMatchObject({ ok: true });
    await eventually("the host sees who sits there", () => host.states.at(-1) === 3);
    proxy.silenceSubscribers();
    expect(await one.command(room, host, { type: "kick", playerId: 2 })).toMatchObject({ ok: true });
    expect(await two.command(there, guest, { type: "rollDice", sides: 6 })).toMatchObject({ ok: false, code: "no-seat" });
    await eventually("the kicked one goes", () => guest.dismissals.join() === "kicked");
    await there.leave(guest);
    expect(watcher.dismissals).toEqual([]);
    expect(await one.command(room, host, { type: "endGame" })).toMatchObject({ ok: true });
    await eventually("all go when the table was closed", () => watcher.dismissals.join() === "closed", 8_000);
    expect(host.dismissals).toEqual(["closed"]);
    await two.close();
    open.splice(open.indexOf(two), 1);
    proxy.end();
  });

  test("a failover that steps back in versions is counted and told, never silent: viewers are shown what is true now", async () => {
    const one = await join("one");
    const [host, guest] = [one.viewer(), one.viewer()];
    const room = await one.create(host);
    await one.join(room.gameId, guest);
    await one.command(room, host, { type: "start" });
    const older = await Promise.all(
      [gameKey, historyKey].map(async (keyOf) => [keyOf(room.gameId), await inside.dumpBuffer(keyOf(room.gameId))] as const),
    );
    await one.command(room, host, { type: "pause" });
    await one.command(room, host, { type: "pause" });
    expect(guest.states.at(-1)).toBe(4);
    for (const [key, dump] of older) await inside.restore(key, 0, dump, "REPLACE");
    await killSubscribers();
    await eventually("the viewer is shown the older game", () => guest.states.at(-1) === 2);
    expect(one.stepsBack).toEqual([[4, 2]]);
    expect((await one.command(room, host, { type: "pause" })).ok).toBe(true);
    expect(guest.states.at(-1)).toBe(3);
  });

  test("a game that is gone after a failover sends its viewers away and is counted", async () => {
    const one = await join("one");
    const host = one.viewer();
    const room = await one.create(host);
    await inside.unlink(gameKey(room.gameId));
    await killSubscribers();
    await eventually("told", () => host.dismissals.includes("closed"));
    expect(one.stepsBack).toEqual([[1, 0]]);
  });

  test("F13: who watches a game that another instance forgets is sent away at once", async () => {
    const [one, two] = [await join("one"), await join("two")];
    const [host, guest] = [one.viewer(), two.viewer()];
    const { gameId } = await one.create(host);
    await two.join(gameId, guest);
    const later = Date.now() + 60_000;
    expect(await one.side.store.expire(later, later, 10)).toEqual([gameId]);
    await eventually("told", () => [host, guest].every(({ dismissals }) => dismissals.includes("closed")));
  });

  test("a drop that an instance cannot save before it stops is said by one that lives", async () => {
    const [one, two] = [await openInstance(redis.url, "one"), await join("two")];
    two.side.live.listen({ onDeath: (other, gameIds) => two.rooms.dropInstance(other, gameIds), onTakenForDead: () => {} });
    const [host, guest] = [two.viewer(), one.viewer()];
    const room = await two.create(host);
    const there = await one.join(room.gameId, guest);
    expect((await one.command(there, guest, { type: "claim", playerId: 2 })).ok).toBe(true);
    one.side.store.commit = () => Promise.reject(new StoreFault("busy", "planted"));
    await there.leave(guest);
    await one.close();
    const away = () =>
      host.frames
        .map(({ text }) => JSON.parse(text))
        .filter(({ type }) => type === "state")
        .at(-1);
    await eventually("seat 2 shows away", () => away()?.data.players[1].connected === false, 20_000);
  });

  test("a table whose game the one who clears up does not host is told by the next that does", async () => {
    const [one, two] = [await openInstance(redis.url, "one"), await join("two", redis.url, { hosts: [] })];
    const guest = one.viewer();
    const room = await one.create(guest);
    let tries = 0;
    const onDeath = async (other: string, gameIds: readonly string[]) => {
      const left = await two.rooms.dropInstance(other, gameIds);
      tries += 1;
      return left;
    };
    two.side.live.listen({ onDeath, onTakenForDead: () => {} });
    one.side.store.commit = () => Promise.reject(new StoreFault("busy", "planted"));
    await room.leave(guest);
    await one.close();
    await eventually("it was tried in vain", () => tries === 1, 20_000);
    const three = await join("three");
    three.side.live.listen({ onDeath: (other, gameIds) => three.rooms.dropInstance(other, gameIds), onTakenForDead: () => {} });
    const told = async () => (await three.side.store.changes(room.gameId, 0, 10)).at(-1)?.change ?? "";
    await eventually("told", async () => (await told()).includes('"type":"drop"'), 20_000);
  });

  test("L31: a game that could not be let go of for a while, or not be watched at all, leaves nothing in Redis", async () => {
    const one = await join("one");
    const listener = { onAnnouncement() {}, onGap() {}, onWatchedElsewhere() {} };
    const listensOnlyTo = (gameId: string) => async () => {
      const channels = (await inside.call("PUBSUB", "SHARDCHANNELS")) as string[];
      return channels.filter((channel) => !channel.includes("tick-")).join() === channelOf(gameId);
    };
    await one.side.bus.subscribe("KEPT22", listener);
    const left = await one.side.bus.subscribe("LEFT22", listener);
    await inside.call("ACL", "SETUSER", "default", "-sadd", "-srem");
    await left.close();
    await expect(one.side.bus.subscribe("NONE22", listener)).rejects.toBeInstanceOf(StoreFault);
    await eventually("neither is listened to", listensOnlyTo("KEPT22"));
    await inside.call("ACL", "SETUSER", "default", "+sadd", "+srem");
    await eventually("neither counts as watched", async () => (await inside.smembers(watchedKey("one"))).join() === "KEPT22");
  });

  test("L31: after 1,000 games came and went, subscriptions, timers and keys are back where they began", async () => {
    // A hundred games at once take a slow machine longer than an instance waits for Redis.
    const settings = { roomIdleMs: 0, commandMs: 60_000 };
    const [one, two] = [await join("one", redis.url, settings), await join("two", redis.url, settings)];
    // The clock of Redis' own registry beats on; every other key and timer belongs to a game.
    const began = { keys: await inside.dbsize(), timers: [one.timers(), two.timers()] };
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const [host, guest] = [one.viewer(), two.viewer()];
          const room = await one.create(host, { playerCount: 2, listed: true });
          const there = await two.join(room.gameId, guest);
          await one.command(room, host, { type: "start" });
          await two.command(there, guest, { type: "rollDice", sides: 6 });
          await one.command(room, host, { type: "endGame" });
          await Promise.all([room.leave(host), there.leave(guest)]);
        }),
      );
    }
    expect((await one.side.store.counts()).finished).toBe(1_000);
    await Promise.all([one.rooms.sweep(), two.rooms.sweep()]);
    await eventually("no room is open", async () => {
      await Promise.all([one.rooms.sweep(), two.rooms.sweep()]);
      return one.rooms.size + two.rooms.size === 0;
    });
    const later = Date.now() + 60_000;
    for (let gone = 1; gone > 0; ) gone = (await one.side.store.expire(later, later, 500)).length;
    expect([one.side.bus.subscriptions(), two.side.bus.subscriptions()]).toEqual([0, 0]);
    const channels = (await inside.call("PUBSUB", "SHARDCHANNELS")) as string[];
    expect(channels.filter((channel) => !channel.includes("tick-"))).toEqual([]);
    // The word of how many watch is said once in a while: its last one may be due still.
    await eventually("no timer is left", () => [one, two].every((instance, place) => instance.timers() === began.timers[place]));
    expect(await inside.dbsize()).toBe(began.keys);
    process.stderr.write(`after 1,000 games: keys ${await inside.dbsize()}, timers ${one.timers()} and ${two.timers()}, subscriptions 0\n`);
  });
});
