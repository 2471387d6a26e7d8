// A room nobody watches hears nothing of what others change: what it says is read for the occasion, and its alarm rings all the same.
import { describe, expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import type { Answer } from "../../lib/room/answer.ts";
import { readRecord } from "../../lib/room/log.ts";
import type { Room } from "../../lib/room/room.ts";
import type { Store } from "../../lib/store/store.ts";
import { type House, inHouse, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

type Command = { readonly type: string };

const rename = (name: string): Command => ({ type: "renameGame", name }) as Command;

async function roomIn(house: House, gameId: string): Promise<Room> {
  const found = await house.rooms.find(gameId);
  if ("refused" in found) throw new Error(found.refused);
  return found.room;
}

/** What whoever asks this house without watching is told. */
async function read(house: House, gameId: string): Promise<{ readonly v: number; readonly name: string }> {
  const room = await roomIn(house, gameId);
  return new Promise((resolve, reject) => {
    const failed = (answer: Answer): void => reject(new Error(JSON.stringify(answer)));
    void room.read(({ v, state }) => resolve({ v, name: room.rules.index(state).name }), failed);
  });
}

async function connectedIn(house: House, gameId: string): Promise<readonly string[]> {
  const loaded = await house.store.load(gameId);
  if (loaded.kind !== "found") throw new Error(loaded.kind);
  return clockRules.connectedHolders(clockRules.decode(loaded.game.state) as State);
}

describe("a room nobody watches", () => {
  test("says what was changed elsewhere since it was asked last, also when nobody used what was read to open it", () =>
    inHouse(async (here) => {
      const host = viewer("host");
      const { room } = await here.create(host, "made");
      const { gameId } = room as Room;
      await inHouse(
        async (there) => {
          await roomIn(there, gameId);
          await here.give(room as Room, host, rename("First"));
          expect(await read(there, gameId)).toEqual({ v: 2, name: "First" });
          await here.give(room as Room, host, rename("Second"));
          expect(await read(there, gameId)).toEqual({ v: 3, name: "Second" });
        },
        { store: () => here.store },
      );
    }));

  test.each(["nobody", "somebody who has not heard of it yet"])(
    "shows away whom a dead instance let in last, when its game is watched here by %s",
    (watcher) =>
      inHouse(async (here) => {
        const [host, newest] = [viewer("one.1"), viewer("one.2")];
        const { room } = await here.create(host, "made");
        const { gameId } = room as Room;
        await inHouse(
          async (there) => {
            const guest = viewer("two.1");
            if (watcher === "nobody") await read(there, gameId);
            else await there.join(gameId, guest);
            await here.join(gameId, newest);
            await here.give(room as Room, newest, { type: "claim", playerId: 1 } as Command);
            expect(await connectedIn(here, gameId)).toContain("one.2");
            await there.rooms.dropInstance("one", [gameId]);
            expect(await connectedIn(here, gameId)).toEqual([]);
            if (watcher !== "nobody") expect(guest.versions.at(-1)).toBe(4);
          },
          { store: () => here.store },
        );
      }),
  );

  test("its alarm rings: the game is read to set it and once more when it is due, and is settled once", () => {
    let loads = 0;
    const counted = (inner: Store): Store =>
      new Proxy(inner, {
        get(target, name) {
          const method = bound(target, name);
          if (name === "load") loads += 1;
          return method;
        },
      });
    return inHouse(async (here) => {
      const host = viewer("host");
      const settings = { playerCount: 2, initialTime: 60_000, warningThresholds: [] };
      const { room } = await here.create(host, "made", settings);
      const { gameId } = room as Room;
      expect((await here.give(room as Room, host, { type: "start" })).ok).toBe(true);
      await here.rooms.close();
      await here.pass(30_000);
      await inHouse(
        async (there) => {
          await there.pass(30_000);
          there.rooms.start();
          await there.pass(29_000);
          expect(loads).toBe(1);
          await there.pass(2_000);
          const wakes = (await here.store.changes(gameId, 0, 10)).filter((change) => readRecord(change).command.type === "wake");
          expect(wakes).toHaveLength(1);
          expect(loads).toBe(2);
        },
        { store: () => counted(here.store) },
      );
    });
  });
});
