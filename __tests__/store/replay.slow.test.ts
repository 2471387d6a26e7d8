// F57: replaying what could not be written, while it still cannot.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readDeadLetters } from "../../lib/store/dead-letter.ts";
import { replayDeadLetters, takeBackLetters } from "../../lib/store/sqlite-replay.ts";
import { eventually } from "../support/eventually.ts";
import { runDb } from "./run-db.ts";
import { dropFolder, leapingAmbient, newFolder, openAt } from "./sqlite-folder.ts";
import { found, minute, start, Table } from "./table.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => dropFolder(folder));

test("F57: a letter that cannot be written again stays one letter, and is written once", async () => {
  const store = await openAt(folder);
  const path = join(folder, "dead-letters.jsonl");
  const blocker = new Sqlite(join(folder, "games.db"));
  blocker.exec("BEGIN IMMEDIATE");
  await expect(store.saveFeedback({ at: 1, gameId: null, text: "Thanks" }, null)).rejects.toThrow("could not be written");
  blocker.exec("ROLLBACK");
  await eventually("the store is ready again", async () => (store.health().ready ? true : null));
  blocker.exec("BEGIN IMMEDIATE");
  expect(await replayDeadLetters(store, folder, ".one")).toMatchObject({ written: 0, left: 1 });
  expect(readDeadLetters(path).letters).toHaveLength(1);
  blocker.exec("ROLLBACK");
  blocker.close();
  await eventually("the store is ready again", async () => (store.health().ready ? true : null));
  expect(await replayDeadLetters(store, folder, ".two")).toMatchObject({ written: 1, left: 0 });
  expect((await store.feedback(null, 10)).items).toHaveLength(1);
  await store.close();
});

test("F57: npm run db -- replay has not done its work while letters are left", async () => {
  await (await openAt(folder)).close();
  const letter = (text: unknown) => `${JSON.stringify({ at: 2, reason: "planted", op: ["feedback", 1, null, text] })}\n`;
  writeFileSync(join(folder, "dead-letters.jsonl"), letter("Thanks") + letter({ no: "text" }));
  expect(await runDb(folder, "replay")).toMatchObject({ code: 1, out: "1 written, 0 answered already, 0 overtaken, 0 unreadable, 1 left" });
});

test("F57: a word to the operator whose replay was given up as lost and came through all the same is not written a second time", async () => {
  const path = join(folder, "dead-letters.jsonl");
  const letter = (text: string) => `${JSON.stringify({ at: 2, reason: "planted", op: ["feedback", 1, null, text] })}\n`;
  writeFileSync(path, letter("Thanks"));
  const slowly = { at: "batch-begun", nth: 1, times: 1, action: { kind: "sleep", ms: 1_500 } } as const;
  const { ambient, leap } = leapingAmbient();
  const answerMsMax = 60_000;
  const store = await openAt(folder, { ambient, failpoints: [slowly], limits: { answerMsMax } });
  const kept = async () => (await store.feedback(null, 10)).items.map(({ text }) => text);
  const first = replayDeadLetters(store, folder, ".one");
  leap(answerMsMax);
  expect(await first).toMatchObject({ written: 0, left: 1 });
  await eventually("it is written all the same", async () => ((await kept()).length > 0 ? true : null));
  appendFileSync(path, letter("Sorry"));
  expect(await replayDeadLetters(store, folder, ".two")).toMatchObject({ written: 1, already: 1, left: 0 });
  expect((await kept()).sort()).toEqual(["Sorry", "Thanks"]);
  await store.close();
});

test("F57: a word with an action id that was given up as lost, and that its writer sent again, is there once after the replay", async () => {
  const store = await openAt(folder);
  const letter = JSON.stringify({ at: 2, reason: "planted", op: ["feedback", 1, null, "Thanks", "word-1"] });
  await store.saveFeedback({ at: 7, gameId: null, text: "Thanks" }, "word-1");
  writeFileSync(join(folder, "dead-letters.jsonl"), `${letter}\n`);
  expect(await replayDeadLetters(store, folder, ".one")).toMatchObject({ written: 0, already: 1, left: 0 });
  expect((await store.feedback(null, 10)).items.map(({ at }) => at)).toEqual([7]);
  await store.close();
});

test("F57: a replay that is killed in the middle loses no letter: after the next start all of them are there again, and each is written once", async () => {
  const letter = (text: string) => ({ at: 2, reason: "planted", op: ["feedback", 1, null, text, null] });
  const store = await openAt(folder);
  const path = join(folder, "dead-letters.jsonl");
  for (const text of ["First", "Second"]) appendFileSync(path, `${JSON.stringify(letter(text))}\n`);
  let calls = 0;
  const killed = Object.assign(Object.create(store) as typeof store, {
    saveFeedbackOnce: (...word: Parameters<typeof store.saveFeedbackOnce>) => {
      calls += 1;
      return calls === 1 ? store.saveFeedbackOnce(...word) : Promise.reject(new Error("the process is killed here"));
    },
  });
  await expect(replayDeadLetters(killed, folder, ".one")).rejects.toThrow("killed");
  expect(readDeadLetters(path).letters).toEqual([]);
  expect(takeBackLetters(folder)).toBe(2);
  expect(takeBackLetters(folder)).toBe(0);
  expect(await replayDeadLetters(store, folder, ".two")).toMatchObject({ written: 1, already: 1, left: 0 });
  expect((await store.feedback(null, 10)).items.map(({ text }) => text)).toEqual(["Second", "First"]);
  await store.close();
});

test("F57: a line that a full disk or a crash cut short does not take the letter after it along", async () => {
  const store = await openAt(folder);
  const path = join(folder, "dead-letters.jsonl");
  writeFileSync(path, '{"at":1,"reason":"planted","op":["feedb');
  const impossible = { ...new Table(store, "AAAAAA").next(), change: { toString: 1 } as unknown as string };
  await expect(store.commit(impossible)).rejects.toMatchObject({ kind: "unknown" });
  const { letters, torn } = readDeadLetters(path);
  expect([letters.map(({ op }) => op[0]), torn]).toEqual([["commit"], 1]);
  await store.close();
});

test("F57: a change kept by a program that wrote states whole is written as it was meant", async () => {
  const store = await openAt(folder);
  const table = new Table(store, "AAAAAA");
  await table.step();
  const { gameId, expectedV, at, state, change, prevHash, hash, index } = table.next({
    index: { name: "Renamed", wakeAt: start + minute },
  });
  const { kind, name, status, listed, seats, seatsFree, wakeAt } = index;
  const shown = [kind, name, status, listed, seats, seatsFree, wakeAt];
  const op = ["commit", gameId, expectedV, at, state, change, prevHash, hash, "tap", "done", true, ...shown];
  writeFileSync(join(folder, "dead-letters.jsonl"), `${JSON.stringify({ at: 2, reason: "planted", op })}\n`);
  expect(await replayDeadLetters(store, folder, ".one")).toMatchObject({ written: 1, left: 0 });
  expect(await found(store, "AAAAAA")).toMatchObject({ v: 2, state, index });
  expect(await store.checkpoint("AAAAAA", 2)).toEqual({ v: 2, state });
  expect(await store.resolve("AAAAAA", "tap", "never")).toBe("done");
  await store.close();
});
