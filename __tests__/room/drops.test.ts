// Viewers who are gone while nothing can be saved: however long that lasts, the table learns in the end that they are away.
import { describe, expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import type { Room } from "../../lib/room/room.ts";
import { type Store, StoreFault } from "../../lib/store/store.ts";
import { type House, inHouse, viewer } from "./house.ts";

type Command = { readonly type: string };

const minuteMs = 60_000;

/** A store that takes no commits while `plan.fails`. */
function failing(plan: { fails: boolean }) {
  return (inner: Store): Store =>
    new Proxy(inner, {
      get(target, name) {
        const method = (target[name as keyof Store] as (...args: unknown[]) => unknown).bind(target);
        if (name !== "commit") return method;
        return async (...args: unknown[]) => {
          if (plan.fails) throw new StoreFault("unavailable", "planted");
          return method(...args);
        };
      },
    });
}

async function connectedIn(house: House, gameId: string): Promise<readonly string[]> {
  const loaded = await house.store.load(gameId);
  if (loaded.kind !== "found") throw new Error(loaded.kind);
  return clockRules.connectedHolders(clockRules.decode(loaded.game.state) as State);
}

/** One seat, whose holder has left while nothing could be saved. */
function leftUnsaved(work: (house: House, room: Room, plan: { fails: boolean }) => Promise<void>): Promise<void> {
  const plan = { fails: false };
  return inHouse(
    async (house) => {
      const holder = viewer("one.1");
      const { room } = (await house.create(holder, "made")) as { readonly room: Room };
      const answer = await house.give(room, holder, { type: "claim", playerId: 1 } as Command, "claim");
      if (!answer.ok) throw new Error(answer.code);
      plan.fails = true;
      await room.leave(holder);
      await work(house, room, plan);
    },
    { store: failing(plan) },
  );
}

describe("SAFETY 1 drops that cannot be saved", () => {
  test("a store that saves nothing for two hours: half a minute later whoever left meanwhile shows away", () =>
    leftUnsaved(async (house, room, plan) => {
      house.rooms.start();
      await house.pass(120 * minuteMs);
      expect(await connectedIn(house, room.gameId)).toEqual(["one.1"]);
      plan.fails = false;
      await house.pass(minuteMs / 2);
      expect(await connectedIn(house, room.gameId)).toEqual([]);
      await house.pass(minuteMs);
      expect(house.rooms.size).toBe(0);
      await house.rooms.close();
    }));

  test("an instance that stops saves at once what it was about to try again, and watches nothing any more", () =>
    leftUnsaved(async (house, room, plan) => {
      plan.fails = false;
      await house.rooms.close();
      expect(await connectedIn(house, room.gameId)).toEqual([]);
      expect(house.bus.subscriptions()).toBe(0);
    }));

  test("an instance that stops and cannot save even then goes on watching, so that those who live find whom it leaves behind", () =>
    leftUnsaved(async (house, room, plan) => {
      await house.rooms.close();
      expect(house.bus.subscriptions()).toBe(1);
      plan.fails = false;
      await inHouse((other) => other.rooms.dropInstance("one", [room.gameId]), { store: () => house.store });
      expect(await connectedIn(house, room.gameId)).toEqual([]);
      await house.pass(minuteMs);
    }));
});
