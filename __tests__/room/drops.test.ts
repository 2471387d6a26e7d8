// Viewers who are gone while nothing can be saved: however long that lasts, the table learns in the end that they are away.
import { describe, expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import type { Answer } from "../../lib/room/answer.ts";
import type { AnyRules } from "../../lib/room/log.ts";
import type { Room } from "../../lib/room/room.ts";
import { sha256Hex } from "../../lib/room/token-draw.ts";
import { type Commit, type Store, StoreFault } from "../../lib/store/store.ts";
import { type House, inHouse, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

type Command = { readonly type: string };

const minuteMs = 60_000;

/** A store that takes no commits while `plan.fails`; of some, when it says whose. */
function failing(plan: { fails: boolean; readonly whose?: string }) {
  return (inner: Store): Store =>
    new Proxy(inner, {
      get(target, name) {
        const method = bound(target, name);
        if (name !== "commit") return method;
        return async (...args: unknown[]) => {
          if (plan.fails && (args[0] as Commit).change.includes(plan.whose ?? "")) throw new StoreFault("unavailable", "planted");
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

describe("F25 SAFETY 1 drops that cannot be saved", () => {
  test("a store that saves nothing for two hours: half a minute later whoever left meanwhile shows away", () =>
    leftUnsaved(async (house, room, plan) => {
      house.rooms.start();
      const triesBefore = house.outcomes.length;
      await house.pass(120 * minuteMs);
      // Slower each time: twice a second there would be 14,400.
      expect(house.outcomes.length - triesBefore).toBeLessThan(600);
      expect(await connectedIn(house, room.gameId)).toEqual(["one.1"]);
      plan.fails = false;
      await house.pass(minuteMs / 2);
      expect(await connectedIn(house, room.gameId)).toEqual([]);
      await house.pass(minuteMs);
      expect(house.rooms.size).toBe(0);
      await house.rooms.close();
    }));

  test("rules that throw when they are told: they are told again, and whoever left shows away when they do no more", () => {
    let throws = false;
    const rules = (real: AnyRules): AnyRules => ({
      ...real,
      decide(state, input) {
        if (throws && (input.command as Command).type === "drop") throw new Error("planted");
        return real.decide(state, input);
      },
    });
    return inHouse(
      async (house) => {
        const holder = viewer("one.1");
        const { room } = (await house.create(holder, "made")) as { readonly room: Room };
        throws = true;
        await room.leave(holder);
        await house.pass(10 * minuteMs);
        expect(house.bugs.length).toBeLessThan(50);
        expect(await connectedIn(house, room.gameId)).toEqual(["one.1"]);
        throws = false;
        await house.pass(minuteMs / 2);
        expect(await connectedIn(house, room.gameId)).toEqual([]);
      },
      { rules },
    );
  });

  test("an instance that stops saves at once what it was about to try again, and watches nothing any more", () =>
    leftUnsaved(async (house, room, plan) => {
      plan.fails = false;
      await house.rooms.close();
      expect(await connectedIn(house, room.gameId)).toEqual([]);
      expect(house.bus.subscriptions()).toBe(0);
    }));

  test("whoever left a game that is forgotten meanwhile is told of no more, and its room is let go of", () =>
    leftUnsaved(async (house, room, plan) => {
      house.rooms.start();
      await house.store.remove(room.gameId);
      plan.fails = false;
      await house.pass(minuteMs);
      expect(house.rooms.size).toBe(0);
      await house.rooms.close();
    }));

  test("of two who leave at once the first is saved and the second is not: an instance that stops tells of him too", () => {
    const plan = { fails: false, whose: "one.2" };
    return inHouse(
      async (house) => {
        const holders = [viewer("one.1"), viewer("one.2")] as const;
        const { room } = (await house.create(holders[0], "made")) as { readonly room: Room };
        await house.join(room.gameId, holders[1]);
        for (const [place, holder] of holders.entries()) {
          const answer = await house.give(room, holder, { type: "claim", playerId: place + 1 } as Command, `claim ${place}`);
          expect(answer.ok).toBe(true);
        }
        plan.fails = true;
        await Promise.all(holders.map((holder) => room.leave(holder)));
        plan.fails = false;
        expect(await connectedIn(house, room.gameId)).toEqual(["one.2"]);
        await house.rooms.close();
        expect(await connectedIn(house, room.gameId)).toEqual([]);
      },
      { store: failing(plan) },
    );
  });

  test("an instance that stops and cannot save even then goes on watching, so that those who live find whom it leaves behind", () =>
    leftUnsaved(async (house, room, plan) => {
      await house.rooms.close();
      expect(house.bus.subscriptions()).toBe(1);
      plan.fails = false;
      await inHouse(async (other) => void (await other.rooms.dropInstance("one", [room.gameId])), { store: () => house.store });
      expect(await connectedIn(house, room.gameId)).toEqual([]);
      await house.pass(minuteMs);
    }));
});

describe("whoever came in without hearing of it, because the store did not say what became of that", () => {
  /** A store that does what it is asked and does not say so, nor lets its log be read, while `plan.mute`. */
  const muted = (plan: { mute: boolean }) => (inner: Store) =>
    new Proxy(inner, {
      get(target, name) {
        const method = bound(target, name);
        if (name !== "commit" && name !== "changes") return method;
        return async (...args: unknown[]) => {
          const done = await method(...args);
          if (plan.mute) throw new StoreFault(name === "commit" ? "unknown" : "unavailable", "planted");
          return done;
        };
      },
    });

  /** A seat whose holder has left, and one who comes back to it by its key. */
  function lost(work: (house: House, room: Room, back: () => Promise<Answer>) => Promise<void>): Promise<void> {
    const plan = { mute: false };
    return inHouse(
      async (house) => {
        const [holder, again] = [viewer("one.1"), viewer("one.2")];
        const { room } = (await house.create(holder, "made")) as { readonly room: Room };
        const claimed = await house.give(room, holder, { type: "claim", playerId: 1 } as Command, "claim");
        const token = claimed.ok ? (claimed.token ?? "") : "";
        await room.leave(holder);
        const reconnect = { type: "reconnect", seat: 1, tokenHash: sha256Hex(token), grantId: null };
        const back = (): Promise<Answer> => house.give(room, again, reconnect, "back");
        plan.mute = true;
        expect(await back()).toEqual({ ok: false, code: "store-unavailable" });
        plan.mute = false;
        expect(await connectedIn(house, room.gameId)).toContain("one.2");
        await work(house, room, back);
      },
      { store: muted(plan) },
    );
  }

  test("and is never heard of again shows away in the end", () =>
    lost(async (house, room) => {
      house.rooms.start();
      await house.pass(minuteMs);
      expect(await connectedIn(house, room.gameId)).toEqual([]);
      await house.rooms.close();
    }));

  test("and asks again is there, and stays", () =>
    lost(async (house, room, back) => {
      expect((await back()).ok).toBe(true);
      await house.pass(minuteMs);
      expect(await connectedIn(house, room.gameId)).toContain("one.2");
    }));

  test("because he made the game shows away in the end, too", () => {
    const plan = { mute: true };
    return inHouse(
      async (house) => {
        expect((await house.create(viewer("one.1"), "made")).answer).toEqual({ ok: false, code: "store-unavailable" });
        const [gameId = ""] = [...house.rooms.open()].map((room) => room.gameId);
        plan.mute = false;
        expect(await connectedIn(house, gameId)).toEqual(["one.1"]);
        await house.pass(minuteMs);
        expect(await connectedIn(house, gameId)).toEqual([]);
      },
      { store: muted(plan) },
    );
  });
});
