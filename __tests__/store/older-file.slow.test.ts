// A data file that an older version has really written, and what is served of it. `older/schema-2.db.gz` is what `node server.ts` of commit
// 6e56491 left after SIGTERM: a clock game of three (turns, an interrupt, life and its undo, a pause), a round of a campaign that is won,
// a class with one round answered, a word to the operator. Never edited; a file of a newer schema may stand beside it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chshRules } from "../../lib/chsh/rules.ts";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import { type AnyRules, gameLog } from "../../lib/room/log.ts";
import type { Store } from "../../lib/store/store.ts";
import { runDb } from "./run-db.ts";
import { dropFolder, newFolder, openAt } from "./sqlite-folder.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
  const packed = readFileSync(join(import.meta.dirname, "older/schema-2.db.gz"));
  writeFileSync(join(folder, "games.db"), gunzipSync(packed));
});
afterEach(() => dropFolder(folder));

async function found(store: Store, gameId: string) {
  const loaded = await store.load(gameId);
  if (loaded.kind !== "found") throw new Error(`${gameId} is ${loaded.kind}`);
  return loaded.game;
}

test("F34 a file of schema 2 is served: every game as it stood, its log, the list and the words to the operator", async () => {
  const store = await openAt(folder);
  const clock = clockRules.decode((await found(store, "E2VGPB")).state) as State;
  expect(clock).toMatchObject({
    name: "Zoë's table",
    status: "paused",
    active: 3,
    turn: 3,
    settings: { listed: true, dropPolicy: "pause" },
  });
  expect(clock.seats.map(({ life, holder }) => [life, holder?.tokenHash?.length])).toEqual([
    [20, 64],
    [20, 64],
    [20, 64],
  ]);
  const campaign = clockRules.decode((await found(store, "L3UTRG")).state) as State;
  expect([campaign.status, campaign.winner, campaign.campaign?.round]).toEqual(["finished", 1, 1]);
  const lesson = chshRules.decode((await found(store, "J6MWQZ")).state);
  expect([lesson.name, lesson.teams.map(({ name, rounds }) => [name, rounds])]).toEqual(["Physics 7", [["Bell", 1]]]);
  expect((await store.listed(null, 10)).items.map(({ gameId }) => gameId)).toEqual(["E2VGPB"]);
  expect((await store.feedback(null, 10)).items.map(({ text }) => text)).toEqual(["Thanks"]);
  const log = gameLog(store, clockRules as unknown as AnyRules);
  const { v, state } = await found(store, "E2VGPB");
  const changes = await store.changes("E2VGPB", 0, 100);
  expect([changes.length, changes.at(-1)?.v]).toEqual([v, v]);
  const again = await log.stateAt("E2VGPB", v);
  // As it stood, or nothing: by other rules it would be a state that never was.
  if (again !== null) expect(clockRules.encode(again as State)).toBe(state);
  await store.close();
});

test("F34 it is sound before and after, and goes back to its schema", async () => {
  expect((await runDb(folder, "check")).out).toContain("0 problems");
  const store = await openAt(folder);
  const before = await found(store, "E2VGPB");
  await store.close();
  expect((await runDb(folder, "check")).out).toContain("0 problems");
  expect((await runDb(folder, "migrate", "--to", "2")).out).toContain("schema 2");
  expect((await runDb(folder, "check")).out).toContain("0 problems");
  const served = await openAt(folder);
  expect((await found(served, "E2VGPB")).hash).toBe(before.hash);
  await served.close();
});
