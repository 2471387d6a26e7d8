// The file of dead letters is bounded in bytes, as a disk counts them.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileDeadLetters, readDeadLetters } from "../../lib/store/dead-letter.ts";
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
