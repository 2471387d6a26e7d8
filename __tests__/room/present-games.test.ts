// A list of games after an outage: which of its games are looked at, and how many at a time.
import { expect, test } from "vitest";
import { presentGames } from "../../lib/room/present-games.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { start, Table } from "../store/table.ts";

test("a long page is whole and in its order, looked at 32 games at a time, and only where a game ran before the outage and nobody touched it since", async () => {
  const store = memoryStore();
  const games = (name: string, at: number, status: "running" | "waiting") =>
    Promise.all(Array.from({ length: 40 }, (_, place) => new Table(store, `${name}${place}`).step({ at, index: { status } })));
  await games("RAN", start, "running");
  await games("WAITED", start, "waiting");
  store.outages.stoodStill(start + 1_000, start + 60_000);
  await games("TOUCHED", start + 60_000, "running");
  const asked: string[] = [];
  let [underWay, most] = [0, 0];
  const rooms = {
    async find(gameId: string) {
      asked.push(gameId);
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((done) => setImmediate(done));
      underWay -= 1;
      return { refused: "busy" as const };
    },
  };
  const stored = await store.all(null, 200);
  expect(await presentGames({ store, rooms }, stored)).toEqual(stored);
  expect(asked.toSorted()).toEqual(Array.from({ length: 40 }, (_, place) => `RAN${place}`).toSorted());
  expect(most).toBeLessThanOrEqual(32);
});
