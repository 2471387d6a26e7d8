// A server that stood still was away: its games stand still since then, whatever is the first to happen afterwards.
import { describe, expect, test } from "vitest";
import type { Commit, Store } from "../../lib/store/store.ts";
import { bound } from "../support/bound.ts";
import type { Timeline } from "../sim/timeline.ts";
import { type House, inHouse, type Viewer } from "./house.ts";
import { seated, stateOf } from "./seated.ts";

const settings = { initialTime: 60_000, bonusTime: 0, onTimeout: "game-loss", warningThresholds: [50_000] };

/** The server of this house does nothing for so long; then it is noticed, as the watch over the time does it. */
async function standStill(house: House, ms: number): Promise<void> {
  const fromAt = house.ambient.now();
  house.ambient.standStill(ms);
  house.ambient.hear(() => house.store.outages.stoodStill(fromAt, house.ambient.now()));
  await house.pass(ms);
}

const elapsedOf = async (house: House, room: Parameters<typeof stateOf>[1]) => {
  const { seats } = await stateOf(house, room);
  return seats.reduce((sum, seat) => sum + 60_000 - seat.bankMs, 0);
};

describe("a server that stood still", () => {
  test("SE9 a running clock is charged up to the standstill; deadlines within it do not fall", () =>
    inHouse(async (house) => {
      const { room } = await seated(house, settings);
      await house.pass(5_000);
      await standStill(house, 3_600_000);
      await house.pass(5_000);
      const state = await stateOf(house, room);
      expect(state).toMatchObject({ status: "paused", pausedBy: "restart" });
      expect(await elapsedOf(house, room)).toBe(5_000);
      const log = await house.store.changes(room.gameId, 0, 100);
      expect(log.map(({ change }) => JSON.parse(change).command.type).slice(-1)).toEqual(["outage"]);
    }));

  test("a deadline that fell before it falls at its own moment", () =>
    inHouse(async (house) => {
      const { room } = await seated(house, { ...settings, initialTime: 10_000, warningThresholds: [] });
      await house.pass(9_999);
      const fromAt = house.ambient.now() + 1;
      house.ambient.standStill(60_000);
      house.ambient.hear(() => house.store.outages.stoodStill(fromAt, house.ambient.now()));
      await house.pass(61_000);
      expect(await stateOf(house, room)).toMatchObject({ status: "finished", winner: 2 });
    }));

  test("what a player sends meanwhile is decided after it: his pass of a turn charges nobody for the standstill", () =>
    inHouse(async (house) => {
      const { room, players } = await seated(house, settings);
      await house.pass(2_000);
      const fromAt = house.ambient.now();
      house.ambient.jump(600_000);
      house.store.outages.stoodStill(fromAt, house.ambient.now());
      const answer = await house.give(room, players[0] as Viewer, { type: "passTurn" }, "meanwhile");
      expect(answer).toMatchObject({ ok: false, code: "wrong-status" });
      expect(await elapsedOf(house, room)).toBe(2_000);
    }));

  test("a change that was under way is followed by the standstill, and its copy is not taken for the truth of now", () => {
    let isSlow = false;
    const slow = (inner: Store, timeline: Timeline): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = bound(target, name);
          if (name !== "commit" || !isSlow) return method;
          return async (...args: unknown[]) => {
            const outcome = await method(...args);
            await new Promise<void>((resolve) => void timeline.after(100, resolve));
            return outcome;
          };
        },
      });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, settings);
        await house.pass(2_000);
        isSlow = true;
        const passing = house.give(room, players[0] as Viewer, { type: "passTurn" }, "under-way");
        await house.pass(50);
        const fromAt = house.ambient.now();
        house.ambient.jump(600_000);
        house.store.outages.stoodStill(fromAt, house.ambient.now());
        await house.pass(60);
        isSlow = false;
        expect((await passing).ok).toBe(true);
        await house.pass(1_000);
        await room.read(
          () => {},
          () => {},
        );
        expect(await stateOf(house, room)).toMatchObject({ status: "paused", pausedBy: "restart", active: 2 });
        expect(await elapsedOf(house, room)).toBeLessThanOrEqual(2_250);
      },
      { store: slow },
    );
  });

  test("an undo that waited for its past over it goes by what was read before it, and is followed by it", () => {
    let isSlow = false;
    const known: (number | undefined)[] = [];
    const slow = (inner: Store, timeline: Timeline): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = bound(target, name);
          if (name !== "commit" && name !== "changes") return method;
          return async (...args: unknown[]) => {
            if (name === "commit") known.push((args[0] as Commit).standstills);
            else if (isSlow) await new Promise<void>((resolve) => void timeline.after(100, resolve));
            return method(...args);
          };
        },
      });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, settings);
        await house.pass(2_000);
        await house.give(room, players[0] as Viewer, { type: "passTurn" }, "passed");
        await house.pass(1_000);
        isSlow = true;
        known.length = 0;
        const undone = house.give(room, players[0] as Viewer, { type: "undo" }, "undo");
        await house.pass(50);
        const fromAt = house.ambient.now();
        house.ambient.jump(600_000);
        house.store.outages.stoodStill(fromAt, house.ambient.now());
        await house.pass(1_000);
        isSlow = false;
        expect((await undone).ok).toBe(true);
        await room.read(
          () => {},
          () => {},
        );
        expect(known).toEqual([0, 1]);
        expect(await stateOf(house, room)).toMatchObject({ status: "paused", pausedBy: "restart", active: 1 });
        expect(await elapsedOf(house, room)).toBeLessThanOrEqual(3_100);
      },
      { store: slow },
    );
  });

  test("no tick says times that were not charged", () =>
    inHouse(async (house) => {
      const { room, players } = await seated(house, settings);
      const host = players[0] as Viewer;
      await house.pass(1_000);
      expect(room.tick(host)).not.toBeNull();
      const fromAt = house.ambient.now();
      house.ambient.jump(600_000);
      house.store.outages.stoodStill(fromAt, house.ambient.now());
      expect(room.tick(host)).toBeNull();
    }));

  test("a game that was read before it and opened after it is read again", () => {
    const loads: string[] = [];
    let during: (() => void) | null = null;
    const seen = (inner: Store): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          if (name !== "load") return bound(target, name);
          return async (gameId: string) => {
            const loaded = await target.load(gameId);
            loads.push(gameId);
            during?.();
            during = null;
            return loaded;
          };
        },
      });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, settings);
        for (const player of players) await room.leave(player);
        await house.pass(20_000);
        await house.rooms.sweep();
        await house.pass(20_000);
        await house.rooms.sweep();
        expect(house.rooms.size).toBe(0);
        loads.length = 0;
        during = () => house.store.outages.stoodStill(house.ambient.now(), house.ambient.now() + 1);
        expect("room" in (await house.rooms.find(room.gameId))).toBe(true);
        expect(loads).toEqual([room.gameId, room.gameId]);
      },
      { store: seen },
    );
  });
});
