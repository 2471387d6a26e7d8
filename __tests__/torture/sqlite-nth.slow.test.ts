// The Nth statement fails, and the Nth call of the port: a sample of N here, every N in `npm run torture -- sqlite --only nth-...`.
import { join } from "node:path";
import { expect, test } from "vitest";
import { isLocked } from "../../lib/store/sqlite-lock.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { dataFileName } from "../../lib/store/store-sqlite.ts";
import { contract } from "../store/contract.ts";
import { dropFolder, newFolder, openInFolder } from "../store/sqlite-folder.ts";
import { hardFailures, nthBusy, nthHard, walkOnce } from "./nth.ts";
import { failures, nthCalls } from "./nth-calls.ts";

const say = (line: string) => process.stderr.write(`${line}\n`);
const seed = 3;

test("the contract holds when the Nth statement finds the file busy", async () => {
  const { rules, injected, longest } = await nthBusy(contract, { stride: 131, seed, width: 2 });
  say(`every 131st statement busy: ${rules} rules, ${injected} failures injected (seed ${seed}), N up to ${longest}`);
  expect(injected).toBeGreaterThan(15);
});

test.each(hardFailures)(
  "when the Nth statement fails because %s, each call happened once or not at all, and says so",
  async (title, action) => {
    const { rules, injected } = await nthHard(action, { stride: 17, seed, width: 1 });
    say(`every 17th statement, ${title}: ${injected} failures injected into ${rules} steps`);
    expect(injected).toBeGreaterThan(3);
  },
);

test("a walk that finds the store wrong leaves no thread behind in a folder that is taken away", async () => {
  const folder = newFolder();
  try {
    const walked = walkOnce({ folder, nth: 100_000, action: { kind: "exit" }, results: [], pictures: [] });
    await expect(walked).rejects.toThrow("instead of undefined");
    expect(isLocked(join(folder, dataFileName))).toBe(false);
  } finally {
    dropFolder(folder);
  }
});

test("memory: the contract holds when the Nth call fails, whatever became of it", async () => {
  const open = async () => {
    const store = memoryStore();
    return { store, end: () => store.close() };
  };
  const { rules, injected, longest } = await nthCalls({ open, failures, stride: 7, seed, width: 1 });
  say(`every 7th call, memory: ${rules} rules, ${injected} failures injected (seed ${seed}), N up to ${longest}`);
  expect(injected).toBeGreaterThan(400);
});

test("SQLite: the contract holds when the Nth call happened and its answer was lost", async () => {
  const { rules, injected, longest } = await nthCalls({ open: openInFolder, failures: ["unknown-done"], stride: 43, seed, width: 2 });
  say(
    `every 43rd call happened and was not told, SQLite: ${rules} rules, ${injected} failures injected (seed ${seed}), N up to ${longest}`,
  );
  expect(injected).toBeGreaterThan(15);
});
