// What the SQLite store does when something fails under it: SAFETY rules 1, 4, 5, 8 and 24.
import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FailpointAction, FailpointName } from "../../lib/store/failpoint.ts";
import { readDeadLetters } from "../../lib/store/dead-letter.ts";
import type { Store } from "../../lib/store/store.ts";
import type { SqliteOptions } from "../../lib/store/store-sqlite.ts";
import { runDb } from "./run-db.ts";
import { dropFolder, leapingAmbient, newFolder, openAt } from "./sqlite-folder.ts";
import { found, start, Table } from "./table.ts";

let folder = "";
const open: Store[] = [];
beforeEach(() => {
  folder = newFolder();
});
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  dropFolder(folder);
});

async function openWith(options: Partial<SqliteOptions> = {}): Promise<Store> {
  const store = await openAt(folder, options);
  open.push(store);
  return store;
}

const fails = (at: FailpointName, action: FailpointAction, [nth, times]: readonly [number, number] = [1, Number.POSITIVE_INFINITY]) => [
  { at, nth, times, action },
];
const throws = (code: string): FailpointAction => ({ kind: "throw", code });
const fault = (kind: string) => ({ name: "StoreFault", kind });

/** Waits for what the store itself does on its timers. */
async function until(condition: () => boolean, withinMs = 5_000): Promise<number> {
  const startedAt = performance.now();
  while (!condition()) {
    if (performance.now() - startedAt > withinMs) throw new Error("it did not come to pass");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startedAt;
}

/** Another program that holds the data file's write lock. */
function writeLock(): () => void {
  const db = new Sqlite(join(folder, "games.db"));
  db.exec("BEGIN IMMEDIATE");
  return () => {
    if (db.inTransaction) db.exec("ROLLBACK");
    db.close();
  };
}

describe("troubles that may pass", () => {
  test("a write lock held elsewhere for a while only delays: the change is written once", async () => {
    const store = await openWith();
    const table = new Table(store, "AAAAAA");
    await table.step();
    const release = writeLock();
    const step = table.step({ actionId: "tap", answer: "done" });
    await until(() => store.health().queueAgeMs > 400);
    release();
    await step;
    expect((await found(store, "AAAAAA")).v).toBe(2);
    expect(await store.changes("AAAAAA", 0, 9)).toHaveLength(2);
  });

  test("F57 SAFETY 8: past the last retry the change is unknown, kept as a dead letter, and a replay writes it", async () => {
    const letters: number[] = [];
    const store = await openWith({ limits: { retriesMax: 1 }, observer: { onDeadLetter: ({ changes }) => void letters.push(changes) } });
    const table = new Table(store, "AAAAAA");
    await table.step();
    const release = writeLock();
    const lost = table.next({ actionId: "tap", answer: "done" });
    await expect(store.commit(lost)).rejects.toMatchObject(fault("unknown"));
    expect(store.health()).toMatchObject({ ready: false, problem: expect.stringContaining("could not be written") });
    await expect(store.commit(table.next())).rejects.toMatchObject(fault("unavailable"));
    release();
    await until(() => store.health().ready);
    expect(letters).toEqual([1]);
    await store.close();
    expect(await runDb(folder, "replay")).toMatchObject({
      code: 0,
      out: "1 written, 0 answered already, 0 overtaken, 0 unreadable, 0 left",
    });
    expect(existsSync(join(folder, "dead-letters.jsonl"))).toBe(false);
    const again = await openWith();
    expect(await found(again, "AAAAAA")).toMatchObject({ v: 2, state: lost.state });
    expect(await again.resolve("AAAAAA", "tap", "never")).toBe("done");
  });

  test("a dead letter that was buried or overtaken since is not replayed", async () => {
    const store = await openWith({ limits: { retriesMax: 1 } });
    const table = new Table(store, "AAAAAA");
    const other = new Table(store, "BBBBBB");
    await table.step();
    await other.step();
    const release = writeLock();
    await Promise.allSettled([store.commit(table.next({ actionId: "tap", answer: "done" })), store.commit(other.next())]);
    release();
    await until(() => store.health().ready);
    expect(await store.resolve("AAAAAA", "tap", "buried")).toBe("buried");
    await other.step();
    await store.close();
    expect((await runDb(folder, "replay")).out).toBe("0 written, 1 answered already, 1 overtaken, 0 unreadable, 0 left");
    const again = await openWith();
    expect((await found(again, "AAAAAA")).v).toBe(1);
    expect((await found(again, "BBBBBB")).v).toBe(2);
  });

  test.each([
    ["SQLITE_FULL", "The disk is full"],
    ["SQLITE_READONLY", "may only be read"],
  ])("%s: nothing written, not ready with a clear problem, and service again when it has passed", async (code, words) => {
    const store = await openWith({ failpoints: fails("batch-before-commit", throws(code), [2, 3]) });
    const table = new Table(store, "AAAAAA");
    await table.step();
    const waiting = [
      store.commit(table.next({ actionId: "tap", answer: "done" })),
      store.saveFeedback({ at: 1, gameId: null, text: "x" }, null),
    ];
    for (const call of waiting) await expect(call).rejects.toMatchObject(fault("unavailable"));
    expect(store.health()).toMatchObject({ ready: false, problem: expect.stringContaining(words), queueDepth: 0 });
    await expect(store.commit(table.next())).rejects.toMatchObject(fault("unavailable"));
    expect((await found(store, "AAAAAA")).v).toBe(1);
    expect(await until(() => store.health().ready)).toBeLessThan(2_000);
    await table.step({ actionId: "tap", answer: "done" });
    expect(existsSync(join(folder, "dead-letters.jsonl"))).toBe(false);
  });

  test("what fails after a batch was answered says nothing of the next one, which is out by then: it is written, and not called unwritten", async () => {
    const store = await openWith({ limits: { batchChangesMax: 1 }, failpoints: fails("batch-answered", throws("SQLITE_FULL"), [3, 1]) });
    const tables = ["AAAAAA", "BBBBBB"].map((gameId) => new Table(store, gameId));
    for (const table of tables) await table.step();
    expect(await Promise.all(tables.map((table) => store.commit(table.next())))).toEqual([{ kind: "ok" }, { kind: "ok" }]);
    expect((await found(store, "BBBBBB")).v).toBe(2);
    expect(store.health()).toMatchObject({ ready: true, problem: null });
  });

  test("one impossible change does not take the others of its batch with it", async () => {
    const store = await openWith();
    const tables = ["AAAAAA", "BBBBBB", "CCCCCC"].map((gameId) => new Table(store, gameId));
    for (const table of tables) await table.step();
    const [first, bad, last] = tables.map((table) => table.next());
    if (first === undefined || bad === undefined || last === undefined) throw new Error("three tables");
    const impossible = { ...bad, change: { toString: 1 } as unknown as string };
    const outcomes = await Promise.allSettled([store.commit(first), store.commit(impossible), store.commit(last)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: fault("unknown") });
    expect((await found(store, "CCCCCC")).v).toBe(2);
    expect((await found(store, "BBBBBB")).v).toBe(1);
    expect(store.health().ready).toBe(true);
  });
});

describe("a batch that is written change by change, because one of them is impossible", () => {
  const word = (text: string) => ({ at: 1, gameId: null, text });
  const kept = async (store: Store) => (await store.feedback(null, 10)).items.map(({ text }) => text).sort();
  /** The fourth transaction is the last change by itself: before it come the whole batch, the first one and the impossible one. */
  const lastFails = async (code: string) => {
    const store = await openWith({ failpoints: fails("batch-begun", throws(code), [4, 1]) });
    const impossible = { ...new Table(store, "AAAAAA").next(), change: { toString: 1 } as unknown as string };
    const outcomes = await Promise.allSettled([
      store.saveFeedback(word("first"), null),
      store.commit(impossible),
      store.saveFeedback(word("last"), null),
    ]);
    return { store, outcomes };
  };
  const letters = () => readDeadLetters(join(folder, "dead-letters.jsonl")).letters.map(({ op }) => op[0]);

  test("and the disk is full before the last: the first stands and is answered as done, only the last is not written", async () => {
    const { store, outcomes } = await lastFails("SQLITE_FULL");
    expect(outcomes).toMatchObject([{ status: "fulfilled" }, { reason: fault("unknown") }, { reason: fault("unavailable") }]);
    expect(await kept(store)).toEqual(["first"]);
    await until(() => store.health().ready);
    await store.saveFeedback(word("last"), null);
    expect(await kept(store)).toEqual(["first", "last"]);
    expect(letters()).toEqual(["commit"]);
  });

  test("and the file is held by another before the last: only the last is tried again", async () => {
    const { store, outcomes } = await lastFails("SQLITE_BUSY");
    expect(outcomes).toMatchObject([{ status: "fulfilled" }, { reason: fault("unknown") }, { status: "fulfilled" }]);
    expect(await kept(store)).toEqual(["first", "last"]);
    expect(letters()).toEqual(["commit"]);
  });

  test("and the disk fails before the last: nothing is acknowledged, as after every such failure", async () => {
    const { outcomes } = await lastFails("SQLITE_IOERR_WRITE");
    expect(outcomes).toMatchObject([{ reason: fault("unknown") }, { reason: fault("unknown") }, { reason: fault("unknown") }]);
  });
});

describe("troubles that are final", () => {
  test.each([
    ["a failed fsync", "batch-before-commit", throws("SQLITE_IOERR_FSYNC")],
    ["a damaged page", "statement", throws("SQLITE_CORRUPT")],
    ["a failure after the commit, before the answer", "batch-committed", throws("SQLITE_IOERR")],
    ["a writer thread that dies before its batch", "batch-received", { kind: "exit" }],
    ["a writer thread that dies after its commit", "batch-committed", { kind: "exit" }],
  ] as const)(
    "SAFETY 24 %s: pending is unknown, nothing is acknowledged any more, and the process is told to end within a second",
    async (_title, at, action) => {
      const before = await openWith();
      const table = new Table(before, "AAAAAA");
      await table.step();
      await before.close();
      const told: number[] = [];
      const store = await openWith({ failpoints: fails(at, action), onFatal: () => void told.push(performance.now()) });
      const startedAt = performance.now();
      const commit = table.next({ actionId: "tap", answer: "done" });
      await expect(store.commit(commit)).rejects.toMatchObject(fault("unknown"));
      expect(told).toHaveLength(1);
      expect((told[0] ?? 0) - startedAt).toBeLessThan(1_000);
      expect(store.health()).toMatchObject({ ready: false, problem: expect.any(String) });
      await expect(store.commit(commit)).rejects.toMatchObject(fault("unavailable"));
      await expect(store.beat(1)).rejects.toMatchObject(fault("unavailable"));
      await store.close();
      const next = await openWith();
      const isDone = at === "batch-committed";
      expect(await next.resolve("AAAAAA", "tap", "buried")).toBe(isDone ? "done" : "buried");
      expect((await found(next, "AAAAAA")).v).toBe(isDone ? 2 : 1);
    },
  );

  test("a writer thread that dies while its store is closing keeps nobody waiting: the store is closed, and the folder free", async () => {
    const store = await openAt(folder, { failpoints: fails("batch-received", { kind: "exit" }) });
    const lost = store.commit(new Table(store, "AAAAAA").next());
    const closed = store.close();
    await expect(lost).rejects.toMatchObject(fault("unknown"));
    const gaveUp = new Promise((resolve) => setTimeout(() => resolve("never"), 3_000));
    expect(await Promise.race([closed, gaveUp])).toBeUndefined();
    await openWith();
  });

  test("SAFETY 5 an I/O error under a read is as final as one under a write", async () => {
    const fatal: string[] = [];
    const store = await openWith({
      failpoints: fails("read", throws("SQLITE_IOERR_READ"), [1, 1]),
      onFatal: (message) => void fatal.push(message),
    });
    await expect(store.load("AAAAAA")).rejects.toMatchObject(fault("unavailable"));
    expect(fatal).toEqual([expect.stringContaining("SQLITE_IOERR_READ")]);
    expect(store.health().ready).toBe(false);
    await expect(store.commit(new Table(store, "AAAAAA").next())).rejects.toMatchObject(fault("unavailable"));
  });

  test("a server whose data file was taken over by another stops instead of writing", async () => {
    const fatal: string[] = [];
    const store = await openWith({ onFatal: (message) => void fatal.push(message) });
    const table = new Table(store, "AAAAAA");
    await table.step();
    const db = new Sqlite(join(folder, "games.db"));
    db.exec("UPDATE store SET epoch = 'somebody else'");
    db.close();
    await expect(store.commit(table.next())).rejects.toMatchObject(fault("unknown"));
    expect(fatal).toEqual(["Another server has taken over the data file."]);
    expect((await found(store, "AAAAAA")).v).toBe(1);
  });
});

describe("files that go away under a running store", () => {
  test.each([
    ["the data file is removed", () => rmSync(join(folder, "games.db"))],
    ["the log is removed", () => rmSync(join(folder, "games.db-wal"))],
    [
      "the data file is replaced by a copy",
      () => {
        copyFileSync(join(folder, "games.db"), join(folder, "copy"));
        renameSync(join(folder, "copy"), join(folder, "games.db"));
      },
    ],
  ])("%s: the server ends within two seconds instead of acknowledging what nobody would find again", async (title, damage) => {
    const fatal: string[] = [];
    const store = await openWith({ onFatal: (message) => void fatal.push(message) });
    const table = new Table(store, "AAAAAA");
    await table.step();
    damage();
    const beat = () => void store.beat(start).catch(() => {});
    const tookMs = await until(() => {
      beat();
      return fatal.length > 0;
    });
    process.stderr.write(`${title}: the process is told to end after ${tookMs.toFixed(0)} ms\n`);
    expect(fatal[0]).toContain("was removed or replaced");
    expect(tookMs).toBeLessThan(2_000);
    await expect(store.commit(table.next())).rejects.toMatchObject(fault("unavailable"));
  });
});

describe("a slow disk", () => {
  /** Nothing waits so long by itself. */
  const answerMsMax = 60_000;

  test("closing is over for everybody when what was accepted is written: a second signal in the midst of it leaves no sooner", async () => {
    const store = await openWith({ failpoints: fails("batch-before-commit", { kind: "sleep", ms: 300 }, [1, 1]) });
    let isWritten = false;
    const accepted = store.commit(new Table(store, "AAAAAA").next()).then(() => {
      isWritten = true;
    });
    void store.close();
    await store.close();
    expect(isWritten).toBe(true);
    await accepted;
  });

  test("a store that is closed while it tries whether there is room again stays closed", async () => {
    const full = fails("batch-before-commit", throws("SQLITE_FULL"), [1, 1]);
    const slow = fails("batch-before-commit", { kind: "sleep", ms: 300 }, [2, 1]);
    const store = await openWith({ failpoints: [...full, ...slow] });
    const table = new Table(store, "AAAAAA");
    await expect(store.commit(table.next())).rejects.toMatchObject(fault("unavailable"));
    // The trial is out, and takes its time.
    await new Promise((resolve) => setTimeout(resolve, 350));
    await store.close();
    const late = store.commit(table.next());
    const gaveUp = new Promise((resolve) => setTimeout(() => resolve("no answer"), 1_000));
    await expect(Promise.race([late, gaveUp])).rejects.toMatchObject(fault("unavailable"));
  });

  test("the queue is bounded in changes and in bytes: past it busy, and nothing of that is written", async () => {
    const store = await openWith({
      failpoints: fails("batch-before-commit", { kind: "sleep", ms: 300 }, [2, 1]),
      limits: { queueChangesMax: 5, queueBytesMax: 40_000 },
    });
    const tables = Array.from({ length: 9 }, (_, place) => new Table(store, `GAME${place}`));
    await tables[0]?.step();
    const outcomes = await Promise.allSettled(tables.slice(1).map((table) => store.commit(table.next())));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(5);
    for (const outcome of outcomes.slice(5)) expect(outcome).toMatchObject({ status: "rejected", reason: fault("busy") });
    const large = await Promise.allSettled(
      [1, 2, 3].map((place) => store.commit(new Table(store, `BIG${place}`).next({ state: "x".repeat(15_000), checkpoint: false }))),
    );
    expect(large.map((outcome) => outcome.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect((await store.counts()).waiting).toBe(8);
    await tables[8]?.step();
  });

  test("F04 SAFETY 4 what queues up while a batch is written is the next one, of at most as many changes as one may hold", async () => {
    const batches: number[] = [];
    const store = await openWith({
      failpoints: fails("batch-before-commit", { kind: "sleep", ms: 300 }, [2, 1]),
      limits: { batchChangesMax: 8 },
      observer: { onBatch: ({ changes }) => void batches.push(changes) },
    });
    await new Table(store, "FIRST1").step();
    const slow = store.commit(new Table(store, "SLOWED").next());
    // It is out after this turn, and nothing is heard of it before those that follow have queued up.
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([slow, ...Array.from({ length: 20 }, (_, place) => store.commit(new Table(store, `GAME${place}`).next()))]);
    expect(batches).toEqual([1, 1, 8, 8, 4]);
  });

  test("an fsync of one second: bounded queue, busy answers, not ready while it lasts too long, and the loop goes on", async () => {
    const store = await openWith({
      failpoints: fails("batch-before-commit", { kind: "sleep", ms: 1_000 }, [2, 2]),
      limits: { queueChangesMax: 20, readyAgeMsMax: 500 },
    });
    await new Table(store, "FIRST1").step();
    let lateMs = 0;
    let expected = performance.now() + 10;
    const ticker = setInterval(() => {
      lateMs = Math.max(lateMs, performance.now() - expected);
      expected = performance.now() + 10;
    }, 10);
    const calls = Promise.allSettled(Array.from({ length: 60 }, (_, place) => store.commit(new Table(store, `GAME${place}`).next())));
    expect(store.health().queueDepth).toBe(20);
    await until(() => !store.health().ready, 1_500);
    expect(store.health().problem).toContain("slow");
    const outcomes = await calls;
    clearInterval(ticker);
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome.status === "rejected" && outcome.reason.kind === "busy")).toHaveLength(40);
    expect(store.health().ready).toBe(true);
    // A loop that waited for it would be late by the whole second.
    expect(lateMs).toBeLessThan(900);
  });

  test("everybody who waits too long is told, however long the queue is", async () => {
    const { ambient, leap } = leapingAmbient();
    const store = await openWith({
      ambient,
      failpoints: fails("batch-before-commit", { kind: "sleep", ms: 3_000 }, [2, 1]),
      limits: { answerMsMax, batchChangesMax: 4 },
    });
    await new Table(store, "FIRST1").step();
    const waiting = Array.from({ length: 300 }, (_, place) => store.commit(new Table(store, `GAME${place}`).next()));
    leap(answerMsMax);
    const outcomes = await Promise.allSettled(waiting);
    expect(store.health().queueDepth).toBe(300);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: fault("unknown") });
    await until(() => store.health().queueDepth === 0, 60_000);
    expect((await store.counts()).waiting).toBe(301);
  });

  test("a request that waits too long is unknown; its outcome is found by its action id", async () => {
    const { ambient, leap } = leapingAmbient();
    const store = await openWith({
      ambient,
      failpoints: fails("batch-before-commit", { kind: "sleep", ms: 2_000 }, [2, 1]),
      limits: { answerMsMax },
    });
    const table = new Table(store, "AAAAAA");
    await table.step();
    const asked = store.commit(table.next({ actionId: "tap", answer: "done" }));
    leap(answerMsMax);
    await expect(asked).rejects.toMatchObject(fault("unknown"));
    await until(() => store.health().queueDepth === 0);
    expect(await store.resolve("AAAAAA", "tap", "buried")).toBe("done");
    expect((await found(store, "AAAAAA")).v).toBe(2);
  });
});
