// The file of dead letters is bounded in bytes, as a disk counts them, and the operator is shown what each was.
import { appendFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileDeadLetters, noteOf, readDeadLetters } from "../../lib/store/dead-letter.ts";
import { dropFolder, newFolder } from "./sqlite-folder.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => dropFolder(folder));

test.for([
  ["letters of one byte", "s", 1],
  ["letters of three bytes", "一", 0],
] as const)("the file grows no larger than its bound, also with %s", ([, letter, kept]) => {
  const path = join(folder, "dead-letters.jsonl");
  const lost: string[] = [];
  const bytesMax = 500;
  const letters = fileDeadLetters({ path, bytesMax, now: () => 5, onLost: (message) => void lost.push(message) });
  expect(letters.append([["remove", letter.repeat(300)]], "the disk is full")).toBe(kept);
  expect(lost).toHaveLength(1 - kept);
  expect(readDeadLetters(path).letters).toHaveLength(kept);
  expect(existsSync(path) ? statSync(path).size : 0).toBeLessThanOrEqual(bytesMax);
});

test("F57 the operator is shown of each letter what it was, of which game and which change, and nothing that it held", () => {
  const path = join(folder, "dead-letters.jsonl");
  const letters = fileDeadLetters({ path, bytesMax: 10_000, now: () => 5, onLost: () => undefined });
  const commit = ["commit", "ABC234", 6, 4, "moving", "change", "before", "after", "id", "answer", null, null, null, null] as const;
  const feedback = ["feedback", 4, "ABC234", "a secret", null] as const;
  expect(letters.append([commit, ["resolve", "ABC234", "id", "tombstone", 4], ["remove", "XYZ789"], feedback], "full")).toBe(4);
  appendFileSync(path, '{"at":5,"rea');
  const { letters: found, torn } = readDeadLetters(path);
  expect(torn).toBe(1);
  const shown = { at: 5, reason: "full", v: null };
  expect(found.map(noteOf)).toEqual([
    { ...shown, kind: "commit", gameId: "ABC234", v: 7 },
    { ...shown, kind: "resolve", gameId: "ABC234" },
    { ...shown, kind: "remove", gameId: "XYZ789" },
    { ...shown, kind: "feedback", gameId: null },
  ]);
});
