// Rules that throw when a change is shown that is durable already: it has happened, and nobody is told that it has not.
import { expect, test } from "vitest";
import type { AnyRules } from "../../lib/room/log.ts";
import { inHouse, type Viewer } from "./house.ts";
import { seated } from "./seated.ts";

test.each(["view", "eventsFor"] as const)("SAFETY 23 a bug in %s: the change stands and is acknowledged, and all see it soon", (name) => {
  let isBroken = false;
  const rules = (real: AnyRules): AnyRules => ({
    ...real,
    [name]: (...args: unknown[]) => {
      if (isBroken) throw new Error("planted");
      return (real[name] as (...all: unknown[]) => unknown)(...args);
    },
  });
  return inHouse(
    async (house) => {
      const { room, players } = await seated(house, {});
      const [one, two] = players as [Viewer, Viewer];
      const shownV = two.versions.at(-1) as number;
      isBroken = true;
      expect(await house.give(room, one, { type: "passTurn" }, "tap")).toMatchObject({ ok: true, v: shownV + 1 });
      isBroken = false;
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
  let isBroken = false;
  const rules = (real: AnyRules): AnyRules => ({
    ...real,
    view: (...args) => {
      if (isBroken) throw new Error("planted");
      return real.view(...args);
    },
  });
  return inHouse(
    async (house) => {
      const { room, players } = await seated(house, {});
      const [one, two] = players as [Viewer, Viewer];
      isBroken = true;
      expect((await house.give(room, one, { type: "passTurn" })).ok).toBe(true);
      await house.pass(60_000);
      expect(house.bugs.length).toBeLessThan(4);
      expect((await house.give(room, two, { type: "passTurn" })).ok).toBe(true);
      isBroken = false;
      await house.pass(1_000);
      expect(one.versions.at(-1)).toBe(two.versions.at(-1));
      expect((await house.give(room, one, { type: "passTurn" })).ok).toBe(true);
    },
    { rules },
  );
});
