// A game that has gone on for long: what one player takes back costs the others nothing.
import { expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import { type AnyRules, gameLog } from "../../lib/room/log.ts";
import type { Room } from "../../lib/room/room.ts";
import type { Store } from "../../lib/store/store.ts";
import { inHouse, viewer } from "./house.ts";

/** Counts the changes that are read. */
function counted(inner: Store, read: { rows: number }): Store {
  const changes: Store["changes"] = async (...asked) => {
    const rows = await inner.changes(...asked);
    read.rows += rows.length;
    return rows;
  };
  return new Proxy(inner, {
    get(target, name) {
      const method = Reflect.get(target, name);
      return name === "changes" ? changes : typeof method === "function" ? method.bind(target) : method;
    },
  });
}

test("an undo behind hundreds of rolls, again and again: each reads as much of the log as the first, not all undos before it", () => {
  const read = { rows: 0 };
  return inHouse(
    async (house) => {
      const host = viewer("host");
      const { room } = await house.create(host, "made", { playerCount: 2 });
      const give = async (command: { readonly type: string; readonly [field: string]: unknown }) => {
        expect(await house.give(room as Room, host, command)).toMatchObject({ ok: true });
      };
      await give({ type: "claim", playerId: 1 });
      const costs: number[] = [];
      for (let round = 0; round < 8; round += 1) {
        await give({ type: "updatePlayer", playerId: 1, life: 30 + round });
        for (let roll = 0; roll < 249; roll += 1) await give({ type: "rollDice", sides: 6 });
        read.rows = 0;
        await give({ type: "undo" });
        costs.push(read.rows);
      }
      // The newest 256 to find what is taken back, and at most as many again to make the state before it.
      expect(Math.max(...costs)).toBeLessThanOrEqual(512);
      const loaded = await house.store.load((room as Room).gameId);
      const state = loaded.kind === "found" ? (clockRules.decode(loaded.game.state) as State) : null;
      expect(state?.seats[0]?.life).toBe(20);
    },
    { store: (inner) => counted(inner, read) },
  );
});

test("where nothing was undone a state is made again from no more than 256 changes, too", () =>
  inHouse(async (house) => {
    const read = { rows: 0 };
    const host = viewer("host");
    const { room } = await house.create(host, "made");
    await house.give(room as Room, host, { type: "claim", playerId: 1 } as { readonly type: string });
    for (let roll = 0; roll < 600; roll += 1)
      await house.give(room as Room, host, { type: "rollDice", sides: 6 } as { readonly type: string });
    const log = gameLog(counted(house.store, read), clockRules as unknown as AnyRules);
    for (const v of [500, 600]) {
      read.rows = 0;
      expect(await log.stateAt((room as Room).gameId, v)).not.toBeNull();
      expect(read.rows).toBeLessThanOrEqual(256);
    }
  }));
