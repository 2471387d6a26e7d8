// Rooms that close while their sweep is under way, and while somebody comes.
import { expect, test } from "vitest";
import type { Room } from "../../lib/room/room.ts";
import { sha256Hex } from "../../lib/room/token-draw.ts";
import type { Store } from "../../lib/store/store.ts";
import type { Timeline } from "../sim/timeline.ts";
import { type House, inHouse, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

/** Reads take a tenth of a second. `asked`: which games were read. */
function slow(inner: Store, timeline: Timeline, asked: string[]): Store {
  return new Proxy(inner, {
    get(target, name) {
      const method = bound(target, name);
      if (name !== "load") return method;
      return async (gameId: string) => {
        asked.push(gameId);
        await new Promise<void>((resolve) => void timeline.after(100, resolve));
        return method(gameId);
      };
    },
  });
}

async function running(house: House, name: string): Promise<void> {
  const host = viewer(name);
  const { room } = await house.create(host, name, { playerCount: 2, initialTime: 60_000, warningThresholds: [] });
  await house.give(room as Room, host, { type: "claim", playerId: 1 } as { readonly type: string });
  await house.give(room as Room, host, { type: "start" });
  await (room as Room).leave(host);
}

test("a sweep that is under way when the rooms close opens none behind them, and asks nothing more of a store that is about to close", () => {
  const asked: string[] = [];
  return inHouse(
    async (house) => {
      for (let place = 0; place < 100; place += 1) await running(house, `table${place}`);
      house.rooms.start();
      while (asked.length === 0) await house.pass(50);
      expect(house.rooms.size).toBe(0);
      let isClosed = false;
      void house.rooms.close().then(() => {
        isClosed = true;
      });
      while (!isClosed) await house.pass(50);
      expect(asked).toHaveLength(32);
      expect(house.rooms.size).toBe(0);
      const written = house.outcomes.length;
      await house.pass(120_000);
      expect(asked).toHaveLength(32);
      expect(house.outcomes).toHaveLength(written);
      expect(house.timeline.elapsed).toBeGreaterThan(120_000);
    },
    { store: (inner, timeline) => slow(inner, timeline, asked) },
  );
});

test("L32 nobody comes into a room that is being let go of, with a token either: he is to try again, and finds another", () =>
  inHouse(async (house) => {
    const [host, back] = [viewer("host"), viewer("back")];
    const { room, answer } = await house.create(host, "made");
    const table = room as Room;
    await table.leave(host);
    await house.pass(0);
    const tokenHash = sha256Hex((answer.ok && answer.token) || "");
    const closing = table.close();
    const told = await house.give(table, back, { type: "reconnect", seat: null, tokenHash, grantId: null } as { readonly type: string });
    await closing;
    expect(told).toEqual({ ok: false, code: "busy" });
    expect(table.viewers).toBe(0);
  }));
