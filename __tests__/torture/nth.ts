// The contract again with the Nth statement failing, for every N: with something that passes, every rule holds as if nothing had
// happened; with something that does not, each call either happened once or not at all, and says so truly.
import type { FailpointAction } from "../../lib/store/failpoint.ts";
import { type Store, StoreFault } from "../../lib/store/store.ts";
import { dropFolder, newFolder, openAt, openInFolder } from "../store/sqlite-folder.ts";
import { minute, type Rule, start, Table } from "../store/table.ts";

export interface NthFigures {
  readonly rules: number;
  readonly injected: number;
  readonly longest: number;
}

/** `stride` 1: every N. `width`: how many run at the same time. */
export interface NthWish {
  readonly stride: number;
  readonly seed: number;
  readonly width: number;
}

/** One run with the Nth failing, in a store of its own. False when the run needed fewer than N, so that nothing failed. */
export type NthRun = (nth: number) => Promise<boolean>;

/** Each run with N = first, first + stride, ... until it no longer comes so far. */
export async function everyNth(runs: readonly NthRun[], { stride, seed, width }: NthWish): Promise<Omit<NthFigures, "rules">> {
  let injected = 0;
  let longest = 0;
  const left = [...runs.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [place, run] = next;
      for (let nth = 1 + ((seed + place) % stride); await run(nth); nth += stride) {
        injected += 1;
        longest = Math.max(longest, nth);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return { injected, longest };
}

/** Every one of these rules with SQLITE_BUSY at the Nth statement. */
export async function nthBusy(rules: readonly Rule[], wish: NthWish): Promise<NthFigures> {
  const runs = rules.map((rule) => (nth: number) => busyOnce(rule, nth));
  return { rules: rules.length, ...(await everyNth(runs, wish)) };
}

async function busyOnce(rule: Rule, nth: number): Promise<boolean> {
  let hits = 0;
  const failpoints = [{ at: "statement", nth, times: 1, action: { kind: "throw", code: "SQLITE_BUSY" } }] as const;
  const onFault = ({ code }: { readonly code: string }) => {
    if (code === "SQLITE_BUSY") hits += 1;
  };
  const { store, end } = await openInFolder({ failpoints, observer: { onFault } });
  try {
    await rule.run(store);
    return hits > 0;
  } catch (error) {
    throw new Error(`with statement ${nth} failing: ${rule.title}`, { cause: error });
  } finally {
    await end();
  }
}

interface Step {
  readonly name: string;
  run(store: Store): Promise<unknown>;
}

/** One of each kind of write, in an order in which each depends on the ones before. */
function walk(): readonly Step[] {
  const idle = {} as Store;
  const [one, two] = [new Table(idle, "AAAAAA"), new Table(idle, "BBBBBB")];
  const commit = (table: Table, wish: Parameters<Table["next"]>[0]): Step => {
    const made = table.next(wish);
    table.v += 1;
    table.hash = made.hash;
    return { name: `commit ${made.gameId} ${made.actionId}`, run: (store) => store.commit(made) };
  };
  const again = one.next({ actionId: "a1", answer: "1" });
  return [
    commit(one, { actionId: "a1", answer: "1", index: { listed: true } }),
    { name: "the same again", run: (store) => store.commit(again) },
    commit(two, { actionId: "b1", answer: "1", index: { wakeAt: start + 50 } }),
    commit(one, { actionId: "a2", answer: "2", index: { status: "running", wakeAt: start + 20, listed: true } }),
    commit(one, { actionId: "a3", answer: "3", index: { status: "running", wakeAt: start + 90, listed: true } }),
    { name: "bury", run: (store) => store.resolve("AAAAAA", "a4", "buried") },
    { name: "a buried action", run: (store) => store.commit(one.next({ actionId: "a4", answer: "4" })) },
    { name: "a stale commit", run: (store) => store.commit({ ...two.next({ actionId: "b9", answer: "9" }), expectedV: 7 }) },
    { name: "due", run: (store) => store.due(start + 60, 5) },
    { name: "beat", run: (store) => store.beat(start + 100) },
    commit(two, { actionId: "b2", answer: "2", at: start + 90 * minute, index: { status: "finished" } }),
    { name: "remove", run: (store) => store.remove("AAAAAA") },
    { name: "expire", run: (store) => store.expire(start + 10 * minute, start, 5) },
    { name: "feedback", run: (store) => store.saveFeedback({ at: start, gameId: null, text: "Thanks" }, "word") },
    { name: "old feedback", run: (store) => store.expireFeedback(start + 1, 5) },
  ];
}

async function picture(store: Store): Promise<string> {
  const games = await store.all(null, 100);
  const logs = await Promise.all(games.items.map(async ({ gameId }) => [await store.load(gameId), await store.changes(gameId, 0, 100)]));
  return JSON.stringify([games, logs.flat(), await store.counts()]).replaceAll(/"outageFrom":\d+/g, '"outageFrom":null');
}

/** The pictures after each step when nothing fails. */
async function truth(): Promise<{ readonly results: string[]; readonly pictures: string[] }> {
  const folder = newFolder();
  const store = await openAt(folder);
  const results: string[] = [];
  const pictures: string[] = [];
  try {
    pictures.push(await picture(store));
    for (const step of walk()) {
      results.push(JSON.stringify(await step.run(store)) ?? "done");
      pictures.push(await picture(store));
    }
  } finally {
    await store.close();
    dropFolder(folder);
  }
  return { results, pictures };
}

/** What does not pass by itself. */
export const hardFailures = [
  ["the disk is full", { kind: "throw", code: "SQLITE_FULL" }],
  ["an I/O error", { kind: "throw", code: "SQLITE_IOERR_WRITE" }],
  ["the thread dies", { kind: "exit" }],
] as const;

/** `action` at the Nth statement of a walk through every kind of write. */
export async function nthHard(action: FailpointAction, wish: NthWish): Promise<NthFigures> {
  const { results, pictures } = await truth();
  const run = async (nth: number): Promise<boolean> => {
    const folder = newFolder();
    try {
      return await walkOnce({ folder, nth, action, results, pictures });
    } finally {
      dropFolder(folder);
    }
  };
  return { rules: walk().length, ...(await everyNth([run], wish)) };
}

interface Walk {
  readonly folder: string;
  readonly nth: number;
  readonly action: FailpointAction;
  readonly results: readonly string[];
  readonly pictures: readonly string[];
}

/** False when nothing failed. The store is closed however it ends: its thread would go on in a folder that is gone. */
export async function walkOnce({ folder, nth, action, results, pictures }: Walk): Promise<boolean> {
  let store = await openAt(folder, { failpoints: [{ at: "statement", nth, times: 1, action }] });
  let hasFailed = false;
  const reopen = async () => {
    await store.close();
    store = await openAt(folder);
  };
  try {
    for (const [place, step] of walk().entries()) {
      const about = `statement ${nth}, step ${place} (${step.name})`;
      let result = await step.run(store).catch((error: unknown) => error);
      const isUnsure = result instanceof StoreFault && result.kind === "unknown";
      if (result instanceof StoreFault) {
        hasFailed = true;
        if (result.kind === "unknown") await reopen();
        else if ((await picture(store)) !== pictures[place]) throw new Error(`${about}: ${result.kind}, and yet something happened`);
        for (let waited = 0; !store.health().ready && waited < 400; waited += 1) await new Promise((resolve) => setTimeout(resolve, 10));
        result = await step.run(store);
      }
      const found = JSON.stringify(result) ?? "done";
      const isSame = found === results[place] || (isUnsure && isRepeat(found, results[place] ?? ""));
      if (!isSame) throw new Error(`${about}: ${found} instead of ${results[place]}`);
      if ((await picture(store)) !== pictures[place + 1]) throw new Error(`${about}: the store does not hold what it should`);
    }
  } finally {
    await store.close();
  }
  return hasFailed;
}

/** After UNKNOWN a commit that happened answers as a duplicate, and an expire that happened finds nothing more. */
const isRepeat = (found: string, wanted: string): boolean =>
  (wanted === '{"kind":"ok"}' && found.startsWith('{"kind":"duplicate"')) || found === "[]";
