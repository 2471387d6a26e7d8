// No more rooms than there are places for: those nobody needs go first, those in use never, and the server's own work is always done.
import { describe, expect, test } from "vitest";
import type { LocalBus } from "../../lib/bus/bus-local.ts";
import { readRecord } from "../../lib/room/log.ts";
import type { Answer } from "../../lib/room/answer.ts";
import type { Room } from "../../lib/room/room.ts";
import { SharedSettings } from "../../lib/room/shared-settings.ts";
import { type Store, StoreFault } from "../../lib/store/store.ts";
import { type House, inHouse, type Viewer, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";
import type { Timeline } from "../sim/timeline.ts";

interface Table {
  readonly host: Viewer;
  readonly room: Room;
}

async function table(house: House, name: string, settings: object = {}): Promise<Table> {
  const host = viewer(name);
  const { answer, room } = await house.create(host, name, settings);
  if (room === null) throw new Error(JSON.stringify(answer));
  return { host, room };
}

async function left({ host, room }: Table): Promise<Room> {
  await room.leave(host);
  return room;
}

const openIn = (house: House) => [...house.rooms.open()].map(({ gameId }) => gameId).sort();
const idsOf = (...rooms: readonly Room[]) => rooms.map(({ gameId }) => gameId).sort();

describe("what a room keeps", () => {
  test("two games of a kind read their past through one and the same log", () =>
    inHouse(async (house) => {
      const [one, other] = [await table(house, "one"), await table(house, "other")];
      expect(one.room.log).toBe(other.room.log);
    }));
});

describe("settings", () => {
  const table = (initialTime: number) => ({ playerCount: 4, initialTime });

  test("tables that chose the same share one object; neither many choices nor long ones make the memory of them grow", () => {
    const shared = new SharedSettings();
    const first = table(600_000);
    expect(shared.of(first)).toBe(first);
    expect(shared.of(table(600_000))).toBe(first);
    const long = { name: "x".repeat(1_025) };
    expect(shared.of(long)).toBe(long);
    expect(shared.of({ ...long })).not.toBe(long);
    for (let other = 1; other < 256; other += 1) shared.of(table(other));
    expect(shared.of(table(600_000))).toBe(first);
    shared.of(table(256));
    expect(shared.of(table(600_000))).not.toBe(first);
  });
});

describe("F26 LIMIT_ROOMS", () => {
  test("in a full house the room that was asked for longest ago makes place, unless somebody is there", () =>
    inHouse(
      async (house) => {
        const { room: watched } = await table(house, "watched");
        const early = await left(await table(house, "early"));
        const late = await left(await table(house, "late"));
        await house.pass(2_000);
        await house.rooms.find(early.gameId);
        const { room: fresh } = await table(house, "fresh");
        expect(openIn(house)).toEqual(idsOf(watched, early, fresh));
        await house.pass(2_000);
        expect((await house.join(late.gameId, viewer("guest"))).ok).toBe(true);
        expect(openIn(house)).toEqual(idsOf(watched, late, fresh));
        expect(house.bus.subscriptions()).toBe(3);
      },
      { roomsMax: 3 },
    ));

  test("where somebody is in every room whoever opens one more is told busy, and is let in when one has gone", () =>
    inHouse(
      async (house) => {
        await table(house, "full");
        const tables = await Promise.all(["a", "b", "c"].map((name) => table(house, name)));
        const { gameId } = await left(tables[0] as Table);
        await house.pass(2_000);
        const last = await table(house, "d");
        expect(await house.join(gameId, viewer("guest"))).toEqual({ ok: false, code: "busy" });
        expect((await house.create(viewer("host"), "more")).answer).toEqual({ ok: false, code: "busy" });
        expect(house.rooms.size).toBe(4);
        await left(last);
        await house.pass(2_000);
        expect((await house.join(gameId, viewer("guest"))).ok).toBe(true);
        expect((await house.create(viewer("host"), "more")).answer).toEqual({ ok: false, code: "busy" });
      },
      { roomsMax: 4 },
    ));

  test("a room that was just found makes no place for another: whoever found it is about to come in", () =>
    inHouse(
      async (house) => {
        const { gameId } = await left(await table(house, "old"));
        await house.pass(2_000);
        const found = await house.rooms.find(gameId);
        expect((await house.create(viewer("host"), "more")).answer).toEqual({ ok: false, code: "busy" });
        if ("refused" in found) throw new Error(found.refused);
        expect(await new Promise<Answer>((joined) => void found.room.join(viewer("guest"), joined))).toMatchObject({ ok: true });
      },
      { roomsMax: 1 },
    ));

  test("a house that is nearly full makes place before anybody asks for it", () =>
    inHouse(
      async (house) => {
        house.rooms.start();
        for (let n = 0; n < 20; n += 1) await left(await table(house, `table${n}`));
        await house.pass(3_000);
        expect(house.rooms.size).toBe(18);
        await house.pass(10_000);
        expect(house.rooms.size).toBe(0);
      },
      { roomsMax: 20 },
    ));

  test("rooms that nobody needs are closed beside each other: a broker that takes its time keeps no deadline from being looked for", () => {
    const slow = (inner: LocalBus, timeline: Timeline): LocalBus => ({
      ...inner,
      async subscribe(gameId, listener) {
        const subscription = await inner.subscribe(gameId, listener);
        const close = () => new Promise<void>((done) => void timeline.after(100, () => void subscription.close().then(done)));
        return { close };
      },
    });
    return inHouse(
      async (house) => {
        for (let n = 0; n < 20; n += 1) await left(await table(house, `table${n}`));
        await house.pass(11_000);
        let isOver = false;
        void house.rooms.sweep().then(() => {
          isOver = true;
        });
        await house.pass(150);
        expect([isOver, house.rooms.size, house.bus.subscriptions()]).toEqual([true, 0, 0]);
      },
      { bus: slow },
    );
  });

  test("what is due in a game nobody watches is settled in time, though there is no place", () =>
    inHouse(
      async (house) => {
        const settings = { playerCount: 2, initialTime: 60_000, warningThresholds: [] };
        const running = await table(house, "running", settings);
        expect((await house.give(running.room, running.host, { type: "start" })).ok).toBe(true);
        const room = await left(running);
        await house.pass(2_000);
        await Promise.all([table(house, "a"), table(house, "b")]);
        expect(openIn(house)).not.toContain(room.gameId);
        house.rooms.start();
        await house.pass(60_000);
        const wakes = (await house.store.changes(room.gameId, 0, 10)).filter((change) => readRecord(change).command.type === "wake");
        expect(wakes).toHaveLength(1);
        expect((wakes[0]?.at ?? 0) - (await startedAt(house, room.gameId))).toBe(60_000);
        expect(house.rooms.size).toBe(2);
      },
      { roomsMax: 2 },
    ));

  test("what is due behind 2,000 games that nothing can be done about is settled, too, and those are looked at now and then", () => {
    let looks = 0;
    const bad = Array.from({ length: 2_000 }, (_, n) => `BAD${n}`);
    const damaged = (inner: Store): Store =>
      new Proxy(inner, {
        get(target, name) {
          if (name === "due") return async (at: number, limit: number) => [...bad, ...(await target.due(at, limit))].slice(0, limit);
          if (name !== "load") return bound(target, name);
          return async (gameId: string) => {
            if (!gameId.startsWith("BAD")) return target.load(gameId);
            looks += 1;
            return { kind: "damaged", reason: "planted" };
          };
        },
      });
    return inHouse(async (house) => {
      const settings = { playerCount: 2, initialTime: 60_000, warningThresholds: [] };
      const running = await table(house, "running", settings);
      expect((await house.give(running.room, running.host, { type: "start" })).ok).toBe(true);
      const room = await left(running);
      await house.rooms.close();
      await inHouse(
        async (there) => {
          await there.pass(61_000);
          there.rooms.start();
          await there.pass(3_000);
          const log = await house.store.changes(room.gameId, 0, 10);
          expect(log.map((change) => readRecord(change).command.type)).toContain("wake");
          expect(looks).toBe(2_000);
          await there.pass(10_000);
          expect(looks).toBe(4_000);
        },
        { store: () => damaged(house.store) },
      );
    });
  });
});

describe("a room that was let go of", () => {
  test("refuses whoever still holds it, so that he finds the game anew: nobody watches where no change is heard of", () =>
    inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        const old = room as Room;
        await old.leave(host);
        await house.pass(2_000);
        await house.create(viewer("another"), "other");
        expect([...house.rooms.open()]).not.toContain(old);
        const joined = await new Promise<Answer>((answered) => void old.join(host, answered));
        expect(joined).toEqual({ ok: false, code: "busy" });
        expect(house.bus.subscriptions()).toBe(1);
      },
      { roomsMax: 1 },
    ));

  test("still says that a viewer is gone, but its alarm rings no more", () => {
    const plan = { fails: false };
    const failing = (inner: Store): Store =>
      new Proxy(inner, {
        get(target, name) {
          const method = bound(target, name);
          if (name !== "commit") return method;
          return async (...args: unknown[]) => {
            if (plan.fails) throw new StoreFault("busy", "planted");
            return method(...args);
          };
        },
      });
    return inHouse(
      async (house) => {
        const running = await table(house, "host", { playerCount: 2, initialTime: 60_000, warningThresholds: [] });
        const { host, room } = running;
        expect((await house.give(room, host, { type: "start" })).ok).toBe(true);
        plan.fails = true;
        await left(running);
        await house.rooms.close();
        plan.fails = false;
        await house.pass(100_000);
        const log = await house.store.changes(room.gameId, 2, 10);
        expect(log.map((change) => readRecord(change).command.type)).toEqual(["drop"]);
      },
      { store: failing },
    );
  });
});

async function startedAt(house: House, gameId: string): Promise<number> {
  const changes = await house.store.changes(gameId, 0, 10);
  return changes.find((change) => readRecord(change).command.type === "start")?.at ?? 0;
}
