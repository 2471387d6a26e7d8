// The Nth statement fails: a sample of N here, every N in `npm run torture -- sqlite`.
import { expect, test } from "vitest";
import { nthBusy, nthHard } from "./nth.ts";

const say = (line: string) => process.stderr.write(`${line}\n`);

test("the contract holds when the Nth statement finds the file busy", async () => {
  const seed = 3;
  const { rules, injected, longest } = await nthBusy(37, seed);
  say(`Nth statement busy: ${rules} rules, ${injected} failures injected (seed ${seed}), N up to ${longest}`);
  expect(injected).toBeGreaterThan(25);
}, 180_000);

test.each([
  ["the disk is full", { kind: "throw", code: "SQLITE_FULL" }],
  ["an I/O error", { kind: "throw", code: "SQLITE_IOERR_WRITE" }],
  ["the thread dies", { kind: "exit" }],
] as const)("when the Nth statement fails because %s, each call happened once or not at all, and says so", async (title, action) => {
  const injected = await nthHard(action, 11, 2);
  say(`Nth statement, ${title}: ${injected} failures injected`);
  expect(injected).toBeGreaterThan(4);
});
