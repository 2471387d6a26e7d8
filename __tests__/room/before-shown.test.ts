// What a viewer sees has been written, and where nothing happens nothing is done.
import { describe, expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { Room } from "../../lib/room/room.ts";
import { type LoadOutcome, type Store, StoreFault } from "../../lib/store/store.ts";
import { inHouse, type Viewer, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

type Command = { readonly type: string };

const rename = (name: string): Command => ({ type: "renameGame", name }) as Command;

/** A store that counts its commits; while `fault` is set each one meets it instead of being written. */
function watched() {
  const seen = { commits: 0, fault: null as StoreFault | null };
  const store = (inner: Store): Store =>
    new Proxy(inner, {
      get(target, name) {
        const method = bound(target, name);
        if (name !== "commit") return method;
        return async (...args: unknown[]) => {
          if (seen.fault !== null) throw seen.fault;
          seen.commits += 1;
          return method(...args);
        };
      },
    });
  return { seen, store };
}

describe("commit, then tell", () => {
  test.each(["busy", "unavailable", "unknown"] as const)(
    "L27 a change whose write ends as %s is shown to nobody, and the next one starts from what is stored",
    (kind) => {
      const { seen, store } = watched();
      return inHouse(
        async (house) => {
          const players = [viewer("one"), viewer("two")] as [Viewer, Viewer];
          const { room } = await house.create(players[0], "made", { playerCount: 2 });
          const table = room as Room;
          await house.join(table.gameId, players[1]);
          await house.pass(1_000);
          const before = players.map(({ told }) => told.length);
          seen.fault = new StoreFault(kind, "planted");
          const refused = await house.give(table, players[0], rename("Never"), "never");
          await house.pass(1_000);
          expect(refused.ok).toBe(false);
          expect(players.map(({ told }) => told.length)).toEqual(before);
          seen.fault = null;
          expect(await house.give(table, players[0], rename("Then"), "then")).toMatchObject({ ok: true, v: 2 });
          for (const { told } of players) expect(JSON.stringify(told)).not.toContain("Never");
          expect(players[1].versions).toEqual([1, 2]);
        },
        { store },
      );
    },
  );
});

describe("where nothing happens", () => {
  test("a table at which nobody did anything for some seconds lets go of the texts of its state, and makes them again", () => {
    const seen = { made: 0 };
    return inHouse(
      async (house) => {
        house.rooms.start();
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        const table = room as Room;
        for (const name of ["One", "Two"]) {
          await house.give(table, host, rename(name), name);
          await house.pass(1_000);
        }
        expect(seen.made).toBe(1);
        await house.pass(10_000);
        expect(await house.give(table, host, rename("Three"), "Three")).toMatchObject({ ok: true });
        expect(seen.made).toBe(2);
        const { game } = (await house.store.load(table.gameId)) as Extract<LoadOutcome, { kind: "found" }>;
        expect(game.state).toBe(clockRules.encode(clockRules.decode(game.state)));
        await house.rooms.close();
      },
      {
        rules: (rules) => ({
          ...rules,
          encoder: () => {
            seen.made += 1;
            return (rules.encoder as NonNullable<typeof rules.encoder>)();
          },
        }),
      },
    );
  });

  test("L35 500 running games on which nobody taps: no write and no message in a quarter of an hour", () => {
    const { seen, store } = watched();
    return inHouse(
      async (house) => {
        const settings = { playerCount: 2, initialTime: 3_600_000, warningThresholds: [] };
        const hosts = Array.from({ length: 500 }, (_, place) => viewer(`host${place}`));
        for (const [place, host] of hosts.entries()) {
          const { room } = await house.create(host, `made${place}`, settings);
          expect((await house.give(room as Room, host, { type: "start" }, `start${place}`)).ok).toBe(true);
        }
        await house.pass(1_000);
        const written = seen.commits;
        const told = hosts.map((host) => host.told.length);
        await house.pass(15 * 60_000);
        expect((await house.store.counts()).running).toBe(500);
        expect(seen.commits - written).toBe(0);
        expect(hosts.map((host) => host.told.length)).toEqual(told);
      },
      { store },
    );
  });
});
