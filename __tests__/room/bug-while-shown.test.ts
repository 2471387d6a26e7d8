// Rules that throw when a change is shown that is durable already: it has happened, and nobody is told that it has not.
import { expect, test } from "vitest";
import type { AnyRules } from "../../lib/room/log.ts";
import type { Room } from "../../lib/room/room.ts";
import { sha256Hex } from "../../lib/room/token-draw.ts";
import { inHouse, type Viewer, viewer } from "./house.ts";
import { seated } from "./seated.ts";

/** Rules of which one function throws while the bug is there. */
function withBug(name: "view" | "eventsFor") {
  const bug = { isThere: false };
  const rules = (real: AnyRules): AnyRules => ({
    ...real,
    [name]: (...args: unknown[]) => {
      if (bug.isThere) throw new Error("planted");
      return (real[name] as (...all: unknown[]) => unknown)(...args);
    },
  });
  return { bug, rules };
}

test.each(["view", "eventsFor"] as const)("SAFETY 23 a bug in %s: the change stands and is acknowledged, and all see it soon", (name) => {
  const { bug, rules } = withBug(name);
  return inHouse(
    async (house) => {
      const { room, players } = await seated(house, {});
      const [one, two] = players as [Viewer, Viewer];
      const shownV = two.versions.at(-1) as number;
      bug.isThere = true;
      expect(await house.give(room, one, { type: "passTurn" }, "tap")).toMatchObject({ ok: true, v: shownV + 1 });
      bug.isThere = false;
      expect(house.bugs).toHaveLength(1);
      await house.pass(1_000);
      expect([one, two].map(({ versions }) => versions.at(-1))).toEqual([shownV + 1, shownV + 1]);
      expect(await house.give(room, one, { type: "passTurn" }, "tap")).toMatchObject({ ok: true, v: shownV + 1 });
      expect(await house.give(room, two, { type: "passTurn" })).toMatchObject({ ok: true, v: shownV + 2 });
      expect(two.versions.at(-1)).toBe(shownV + 2);
    },
    { rules },
  );
});

test("rules that show a state never are asked once more, and the game goes on for whoever can be shown it", () => {
  const { bug, rules } = withBug("view");
  return inHouse(
    async (house) => {
      const { room, players } = await seated(house, {});
      const [one, two] = players as [Viewer, Viewer];
      bug.isThere = true;
      expect((await house.give(room, one, { type: "passTurn" })).ok).toBe(true);
      await house.pass(60_000);
      expect(house.bugs.length).toBeLessThan(4);
      expect((await house.give(room, two, { type: "passTurn" })).ok).toBe(true);
      bug.isThere = false;
      await house.pass(1_000);
      expect(one.versions.at(-1)).toBe(two.versions.at(-1));
      expect((await house.give(room, one, { type: "passTurn" })).ok).toBe(true);
    },
    { rules },
  );
});

test.each([
  ["join", 0],
  ["create", 0],
  ["reconnect", 0],
  ["reconnect", 1],
] as const)(
  "whoever cannot be shown the game when he comes in by %s is not in it, and it forgets him when he is told so: %i watch",
  (way, watchers) => {
    const { bug, rules } = withBug("view");
    return inHouse(
      async (house) => {
        const [host, guest] = [viewer("host"), viewer("guest")];
        const { room, answer } = await house.create(host, "made");
        const table = room as Room;
        await table.leave(host);
        if (watchers > 0) await house.join(table.gameId, viewer("watcher"));
        bug.isThere = true;
        const tokenHash = sha256Hex((answer.ok && answer.token) || "");
        const reconnect = { type: "reconnect", seat: null, tokenHash, grantId: null } as { readonly type: string };
        const told = {
          join: () => house.join(table.gameId, guest),
          create: async () => (await house.create(guest, "another")).answer,
          reconnect: () => house.give(table, guest, reconnect),
        }[way];
        expect(await told()).toMatchObject({ ok: false, code: "internal" });
        bug.isThere = false;
        await house.pass(31_000);
        const rooms = [...house.rooms.open()];
        expect(rooms.map(({ viewers }) => viewers)).toEqual(rooms.map(() => watchers));
        for (const {
          gameId,
          rules: { connectedHolders },
        } of rooms) {
          const loaded = await house.store.load(gameId);
          expect(loaded.kind === "found" && connectedHolders(table.rules.decode(loaded.game.state))).toEqual([]);
        }
      },
      { rules },
    );
  },
);
