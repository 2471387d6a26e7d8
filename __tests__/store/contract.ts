// What every store promises, as a table of rules. Knows the port only; an adapter's test file is ten lines.
import { expect } from "vitest";
import { chainHash } from "../../lib/store/chain.ts";
import type { Commit, Store, StoredIndex } from "../../lib/store/store.ts";

export interface Rule {
  readonly title: string;
  run(store: Store): Promise<void>;
}

export const waiting: StoredIndex = {
  kind: "clock",
  name: "Table 1",
  status: "waiting",
  listed: false,
  seats: 4,
  seatsFree: 4,
  wakeAt: null,
};
const start = 1_700_000_000_000;
const minute = 60_000;

type Wish = Partial<Omit<Commit, "index">> & { readonly index?: Partial<StoredIndex> };

/** Writes one game's changes in order, keeping the chain. */
export class Table {
  readonly gameId: string;
  readonly #store: Store;
  v = 0;
  hash = "";

  constructor(store: Store, gameId: string) {
    this.#store = store;
    this.gameId = gameId;
  }

  next(wish: Wish = {}): Commit {
    const v = this.v + 1;
    const { index, ...rest } = wish;
    const at = start + v;
    const body = { state: `{"id":"${this.gameId}","v":${v},"name":"Zoë ✓"}`, change: `{"step":${v}}`, ...rest };
    const hash = chainHash(this.hash, v, body.change, body.state);
    return {
      ...{ gameId: this.gameId, expectedV: this.v, at, prevHash: this.hash, hash, actionId: null, answer: null, checkpoint: v === 1 },
      ...body,
      index: { ...waiting, ...index },
    };
  }

  async step(wish: Wish = {}): Promise<Commit> {
    const commit = this.next(wish);
    expect(await this.#store.commit(commit)).toEqual({ kind: "ok" });
    this.v = commit.expectedV + 1;
    this.hash = commit.hash;
    return commit;
  }
}

async function found(store: Store, gameId: string) {
  const loaded = await store.load(gameId);
  expect(loaded.kind).toBe("found");
  if (loaded.kind !== "found") throw new Error(loaded.kind);
  return loaded.game;
}

const ids = (page: { readonly items: readonly { readonly gameId: string }[] }) => page.items.map((item) => item.gameId);

export const contract: readonly Rule[] = [
  {
    title: "a game that was never created is absent",
    async run(store) {
      expect(await store.load("NOGAME")).toEqual({ kind: "absent" });
      expect(await store.changes("NOGAME", 0, 10)).toEqual([]);
      expect(await store.checkpoint("NOGAME", 10)).toBeNull();
    },
  },
  {
    title: "what a commit wrote is what load gives, to the byte",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      const state = `{"empty":[],"big":9007199254740991,"text":"O'Brien \\u0000 🂡 \\" ${"x".repeat(9_000)}"}`;
      const index: StoredIndex = {
        kind: "clock",
        name: "Кухня 🍳",
        status: "running",
        listed: true,
        seats: 8,
        seatsFree: 3,
        wakeAt: start + 5,
      };
      const commit = await table.step({ state, index });
      expect(await found(store, "AAAAAA")).toMatchObject({
        gameId: "AAAAAA",
        v: 1,
        hash: commit.hash,
        state,
        index,
        updatedAt: start + 1,
        outageFrom: null,
      });
    },
  },
  {
    title: "each change raises v by one and replaces state, hash, index and time",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step();
      await table.step({ index: { status: "running", name: "New name", seatsFree: 1, wakeAt: start + 100 } });
      const last = await table.step({ index: { status: "paused", name: "New name", seatsFree: 0, wakeAt: null, seats: 5, listed: true } });
      const game = await found(store, "AAAAAA");
      expect(game).toMatchObject({ v: 3, hash: last.hash, state: last.state, updatedAt: last.at, index: last.index });
    },
  },
  {
    title: "F03: creating an id that is taken is a conflict and leaves the first game as it was",
    async run(store) {
      const first = await new Table(store, "AAAAAA").step();
      expect(await store.commit(new Table(store, "AAAAAA").next({ state: "other" }))).toEqual({ kind: "conflict" });
      expect((await found(store, "AAAAAA")).state).toBe(first.state);
    },
  },
  {
    title: "a commit on a version that is not the newest, or on a game that is absent, is a conflict and writes nothing",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step();
      const stale = table.next({ actionId: "late", answer: "never" });
      const newest = await table.step();
      expect(await store.commit(stale)).toEqual({ kind: "conflict" });
      expect(await store.commit({ ...table.next(), expectedV: 7 })).toEqual({ kind: "conflict" });
      expect(await store.commit({ ...table.next(), gameId: "BBBBBB" })).toEqual({ kind: "conflict" });
      expect(await found(store, "AAAAAA")).toMatchObject({ v: 2, state: newest.state });
      expect(await store.changes("AAAAAA", 0, 10)).toHaveLength(2);
      expect(await store.resolve("AAAAAA", "late", "tombstone")).toBe("tombstone");
    },
  },
  {
    title: "a commit whose history parted from the stored one is a conflict, even at the same version",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step();
      expect(await store.commit({ ...table.next(), prevHash: "f".repeat(64) })).toEqual({ kind: "conflict" });
      expect((await found(store, "AAAAAA")).v).toBe(1);
    },
  },
  {
    title: "the same action id again is a duplicate with the first answer, whatever version it expects",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step({ actionId: "create", answer: "made" });
      const tap = await table.step({ actionId: "tap-1", answer: "first" });
      expect(await store.commit(tap)).toEqual({ kind: "duplicate", answer: "first" });
      expect(await store.commit(table.next({ actionId: "tap-1", answer: "second" }))).toEqual({ kind: "duplicate", answer: "first" });
      expect(await store.commit(new Table(store, "AAAAAA").next({ actionId: "create", answer: "again" }))).toEqual({
        kind: "duplicate",
        answer: "made",
      });
      expect((await found(store, "AAAAAA")).v).toBe(2);
    },
  },
  {
    title: "the same action id in another game is another action",
    async run(store) {
      await new Table(store, "AAAAAA").step({ actionId: "tap", answer: "a" });
      await new Table(store, "BBBBBB").step({ actionId: "tap", answer: "b" });
      expect(await store.resolve("AAAAAA", "tap", "t")).toBe("a");
      expect(await store.resolve("BBBBBB", "tap", "t")).toBe("b");
    },
  },
  {
    title: "resolve gives the answer of an action that happened",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step();
      await table.step({ actionId: "tap", answer: `{"v":2}` });
      expect(await store.resolve("AAAAAA", "tap", "tombstone")).toBe(`{"v":2}`);
    },
  },
  {
    title: "resolve buries an action that did not happen: it never will, and each later resolve gives the first tombstone",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step();
      expect(await store.resolve("AAAAAA", "tap", "refused")).toBe("refused");
      expect(await store.resolve("AAAAAA", "tap", "another")).toBe("refused");
      expect(await store.commit(table.next({ actionId: "tap", answer: "done" }))).toEqual({ kind: "duplicate", answer: "refused" });
      expect((await found(store, "AAAAAA")).v).toBe(1);
    },
  },
  {
    title: "a create that was buried never happens",
    async run(store) {
      expect(await store.resolve("AAAAAA", "create", "refused")).toBe("refused");
      expect(await store.commit(new Table(store, "AAAAAA").next({ actionId: "create", answer: "made" }))).toEqual({
        kind: "duplicate",
        answer: "refused",
      });
      expect(await store.load("AAAAAA")).toEqual({ kind: "absent" });
    },
  },
  {
    title: "commit and resolve of one action at the same moment: exactly one of them wins",
    async run(store) {
      for (let round = 0; round < 10; round += 1) {
        const table = new Table(store, `GAME${round}`);
        await table.step();
        const commit = table.next({ actionId: "tap", answer: "done" });
        const [first, second] = round % 2 === 0 ? ["commit", "resolve"] : ["resolve", "commit"];
        const call = (name: string | undefined) =>
          name === "commit" ? store.commit(commit) : store.resolve(table.gameId, "tap", "buried");
        const answers = await Promise.all([call(first), call(second)]);
        const happened = (await found(store, table.gameId)).v === 2;
        expect(answers[first === "commit" ? 0 : 1]).toEqual(happened ? { kind: "ok" } : { kind: "duplicate", answer: "buried" });
        expect(answers[first === "commit" ? 1 : 0]).toBe(happened ? "done" : "buried");
      }
    },
  },
  {
    title: "F01: 50 commits on one version at once: one is ok, 49 are conflicts",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step();
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, place) => store.commit(table.next({ state: `state ${place}` }))));
      expect(outcomes.filter((outcome) => outcome.kind === "ok")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.kind === "conflict")).toHaveLength(49);
      const winner = outcomes.findIndex((outcome) => outcome.kind === "ok");
      expect(await found(store, "AAAAAA")).toMatchObject({ v: 2, state: `state ${winner}` });
    },
  },
  {
    title: "F03: 120 creates of one id at once: exactly one is ok",
    async run(store) {
      const outcomes = await Promise.all(
        Array.from({ length: 120 }, (_, place) => store.commit(new Table(store, "AAAAAA").next({ state: `s${place}` }))),
      );
      expect(outcomes.filter((outcome) => outcome.kind === "ok")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.kind === "conflict")).toHaveLength(119);
    },
  },
  {
    title: "a commit that was answered ok is seen by the very next load and changes",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      for (let step = 1; step <= 30; step += 1) {
        const commit = await table.step();
        expect(await found(store, "AAAAAA")).toMatchObject({ v: step, state: commit.state });
        expect((await store.changes("AAAAAA", step - 1, 10)).map((change) => change.hash)).toEqual([commit.hash]);
      }
    },
  },
  {
    title: "changes come oldest first, from after the given version, at most as many as asked, and prove the chain",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      const commits: Commit[] = [];
      for (let step = 0; step < 12; step += 1)
        commits.push(await table.step({ actionId: step % 2 === 0 ? `a${step}` : null, answer: "x", checkpoint: step % 5 === 0 }));
      const log = await store.changes("AAAAAA", 0, 100);
      expect(log).toEqual(
        commits.map(({ at, change, prevHash, hash, checkpoint, state }, place) => ({
          v: place + 1,
          at,
          change,
          prevHash,
          hash,
          state: checkpoint ? state : null,
        })),
      );
      for (const [place, change] of log.entries()) {
        expect(change.prevHash).toBe(place === 0 ? "" : log[place - 1]?.hash);
        expect(chainHash(change.prevHash, change.v, change.change, commits[place]?.state ?? "")).toBe(change.hash);
      }
      expect((await store.changes("AAAAAA", 4, 3)).map((change) => change.v)).toEqual([5, 6, 7]);
      expect(await store.changes("AAAAAA", 12, 3)).toEqual([]);
      expect(await store.changes("AAAAAA", 0, 0)).toEqual([]);
    },
  },
  {
    title: "logs of different games do not mix",
    async run(store) {
      const tables = ["AAAAAA", "BBBBBB", "CCCCCC"].map((gameId) => new Table(store, gameId));
      for (let step = 0; step < 4; step += 1) for (const table of tables) await table.step({ change: `${table.gameId} ${step}` });
      for (const { gameId } of tables)
        expect((await store.changes(gameId, 0, 10)).map((change) => change.change)).toEqual(
          [0, 1, 2, 3].map((step) => `${gameId} ${step}`),
        );
    },
  },
  {
    title: "checkpoint gives the newest kept state at or below a version",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      const states: string[] = [];
      for (let v = 1; v <= 9; v += 1) states.push((await table.step({ checkpoint: v % 4 === 1 })).state);
      expect(await store.checkpoint("AAAAAA", 0)).toBeNull();
      expect(await store.checkpoint("AAAAAA", 4)).toEqual({ v: 1, state: states[0] });
      expect(await store.checkpoint("AAAAAA", 5)).toEqual({ v: 5, state: states[4] });
      expect(await store.checkpoint("AAAAAA", 99)).toEqual({ v: 9, state: states[8] });
    },
  },
  {
    title: "due gives games whose time has come, earliest first, at most as many as asked",
    async run(store) {
      await new Table(store, "LATER1").step({ index: { wakeAt: start + 300 } });
      await new Table(store, "FIRST1").step({ index: { wakeAt: start + 100 } });
      await new Table(store, "NEVER1").step({ index: { wakeAt: null } });
      await new Table(store, "SECOND").step({ index: { wakeAt: start + 200 } });
      expect(await store.due(start + 99, 10)).toEqual([]);
      expect(await store.due(start + 100, 10)).toEqual(["FIRST1"]);
      expect(await store.due(start + 1_000, 2)).toEqual(["FIRST1", "SECOND"]);
      expect(await store.due(start + 1_000, 10)).toEqual(["FIRST1", "SECOND", "LATER1"]);
    },
  },
  {
    title: "due follows each change: later, earlier, never and back",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step({ index: { wakeAt: start + 100 } });
      await table.step({ index: { wakeAt: start + 500 } });
      expect(await store.due(start + 499, 10)).toEqual([]);
      expect(await store.due(start + 500, 10)).toEqual(["AAAAAA"]);
      await table.step({ index: { wakeAt: start + 300 } });
      expect(await store.due(start + 300, 10)).toEqual(["AAAAAA"]);
      await table.step({ index: { wakeAt: null } });
      expect(await store.due(start + 9_999, 10)).toEqual([]);
      await table.step({ index: { wakeAt: start + 700 } });
      expect(await store.due(start + 699, 10)).toEqual([]);
      expect(await store.due(start + 700, 10)).toEqual(["AAAAAA"]);
    },
  },
  {
    title: "games that tapped their time away do not crowd out one that is due",
    async run(store) {
      for (let place = 0; place < 8; place += 1) {
        const table = new Table(store, `TAPS${place}`);
        await table.step({ index: { wakeAt: start + 10 } });
        await table.step({ index: { wakeAt: start + 90_000 } });
      }
      await new Table(store, "DUEONE").step({ index: { wakeAt: start + 20 } });
      expect(await store.due(start + 50, 1)).toEqual(["DUEONE"]);
    },
  },
  {
    title: "L34: only listed games are listed, newest created first, page by page",
    async run(store) {
      for (let place = 0; place < 7; place += 1)
        await new Table(store, `GAME${place}`).step({ at: start + place * minute, index: { listed: place !== 3, name: `n${place}` } });
      const first = await store.listed(null, 4);
      expect(ids(first)).toEqual(["GAME6", "GAME5", "GAME4", "GAME2"]);
      expect(first.items[0]).toEqual({
        gameId: "GAME6",
        v: 1,
        index: { ...waiting, listed: true, name: "n6" },
        createdAt: start + 6 * minute,
        updatedAt: start + 6 * minute,
      });
      const second = await store.listed(first.next, 4);
      expect(ids(second)).toEqual(["GAME1", "GAME0"]);
      expect(second.next).toBeNull();
      expect((await store.listed(null, 6)).next).toBeNull();
    },
  },
  {
    title: "a game that is no longer listed leaves the list, and one that becomes listed joins it",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step({ index: { listed: true } });
      await table.step({ index: { listed: false } });
      expect(ids(await store.listed(null, 10))).toEqual([]);
      await table.step({ index: { listed: true, status: "running" } });
      expect((await store.listed(null, 10)).items).toMatchObject([{ gameId: "AAAAAA", v: 3, index: { status: "running" } }]);
    },
  },
  {
    title: "all games come with the latest change first, to the minute, page by page",
    async run(store) {
      const tables = [0, 1, 2, 3, 4].map((place) => new Table(store, `GAME${place}`));
      for (const [place, table] of tables.entries()) await table.step({ at: start + place * minute });
      await tables[1]?.step({ at: start + 9 * minute });
      const first = await store.all(null, 3);
      expect(ids(first)).toEqual(["GAME1", "GAME4", "GAME3"]);
      expect(first.items[0]).toMatchObject({ v: 2, createdAt: start + minute, updatedAt: start + 9 * minute });
      const second = await store.all(first.next, 3);
      expect(ids(second)).toEqual(["GAME2", "GAME0"]);
      expect(second.next).toBeNull();
    },
  },
  {
    title: "counts are the games by status, through creates, changes and removes",
    async run(store) {
      expect(await store.counts()).toEqual({ waiting: 0, running: 0, paused: 0, finished: 0 });
      const [one, two, three] = ["AAAAAA", "BBBBBB", "CCCCCC"].map((gameId) => new Table(store, gameId));
      await one?.step();
      await two?.step();
      await three?.step({ index: { status: "running" } });
      await two?.step({ index: { status: "running" } });
      await three?.step({ index: { status: "finished" } });
      expect(await store.counts()).toEqual({ waiting: 1, running: 1, paused: 0, finished: 1 });
      await store.remove("BBBBBB");
      expect(await store.counts()).toEqual({ waiting: 1, running: 0, paused: 0, finished: 1 });
    },
  },
  {
    title: "remove forgets the game, its log, its answers and its id",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step({ actionId: "create", answer: "made", index: { listed: true, wakeAt: start } });
      await table.step({ actionId: "tap", answer: "done" });
      await store.resolve("AAAAAA", "buried", "no");
      await new Table(store, "BBBBBB").step({ actionId: "create", answer: "other" });
      await store.remove("AAAAAA");
      expect(await store.load("AAAAAA")).toEqual({ kind: "absent" });
      expect(await store.changes("AAAAAA", 0, 10)).toEqual([]);
      expect(await store.checkpoint("AAAAAA", 10)).toBeNull();
      expect(await store.due(start + 10, 10)).toEqual([]);
      expect(ids(await store.all(null, 10))).toEqual(["BBBBBB"]);
      await new Table(store, "AAAAAA").step({ actionId: "create", answer: "anew" });
      expect(await store.resolve("AAAAAA", "tap", "t1")).toBe("t1");
      expect(await store.resolve("AAAAAA", "buried", "t2")).toBe("t2");
      expect(await store.resolve("BBBBBB", "create", "t3")).toBe("other");
      await store.remove("NOGAME");
    },
  },
  {
    title: "expire removes finished and untouched games past their time, at most as many as asked, and no other",
    async run(store) {
      const day = 24 * 60 * minute;
      const kinds = {
        OLDEND: [0, "finished"],
        NEWEND: [20, "finished"],
        OLDRUN: [10, "running"],
        NEWRUN: [29, "running"],
        OLDWAI: [11, "waiting"],
      } as const;
      for (const [gameId, [days, status]] of Object.entries(kinds))
        await new Table(store, gameId).step({ at: start + days * day, index: { status } });
      const [finishedBefore, untouchedSince] = [start + 5 * day, start + 15 * day];
      expect(await store.expire(finishedBefore, untouchedSince, 1)).toHaveLength(1);
      const rest = await store.expire(finishedBefore, untouchedSince, 10);
      expect(rest).toHaveLength(2);
      expect(await store.expire(finishedBefore, untouchedSince, 10)).toEqual([]);
      expect(ids(await store.all(null, 10))).toEqual(["NEWRUN", "NEWEND"]);
      expect(await store.counts()).toEqual({ waiting: 0, running: 1, paused: 0, finished: 1 });
    },
  },
  {
    title: "a finished game that is touched again, or runs again, is not expired as finished",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step({ index: { status: "finished" } });
      await table.step({ at: start + 10 * minute, index: { status: "running" } });
      expect(await store.expire(start + 20 * minute, start, 10)).toEqual([]);
      await table.step({ at: start + 15 * minute, index: { status: "finished" } });
      expect(await store.expire(start + 15 * minute, start, 10)).toEqual([]);
      expect(await store.expire(start + 15 * minute + 1, start, 10)).toEqual(["AAAAAA"]);
    },
  },
  {
    title: "feedback is kept and read newest first, page by page",
    async run(store) {
      for (let place = 0; place < 5; place += 1)
        await store.saveFeedback({ at: start + place, gameId: place === 2 ? null : "AAAAAA", text: `<b>${place}</b> ✓` });
      const first = await store.feedback(null, 3);
      expect(first.items.map((item) => item.at - start)).toEqual([4, 3, 2]);
      expect(first.items[2]).toEqual({ at: start + 2, gameId: null, text: "<b>2</b> ✓" });
      const second = await store.feedback(first.next, 3);
      expect(second.items.map((item) => item.at - start)).toEqual([1, 0]);
      expect(second.next).toBeNull();
    },
  },
  {
    title: "a heartbeat is accepted while serving, and health says ready, names its tier and an empty queue",
    async run(store) {
      await store.beat(start);
      await store.beat(start - 5);
      expect(store.health()).toMatchObject({ ready: true, problem: null, queueDepth: 0, queueAgeMs: 0 });
      expect(store.health().tier).not.toBe("");
    },
  },
  {
    title: "many games at once: every ok is there, each with a log without gaps",
    async run(store) {
      const tables = Array.from({ length: 40 }, (_, place) => new Table(store, `GAME${place}`));
      await Promise.all(
        tables.map(async (table, place) => {
          for (let step = 0; step < 10; step += 1) await table.step({ actionId: `a${step}`, answer: `${place}.${step}` });
        }),
      );
      for (const [place, table] of tables.entries()) {
        expect((await found(store, table.gameId)).v).toBe(10);
        expect((await store.changes(table.gameId, 0, 99)).map((change) => change.v)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(await store.resolve(table.gameId, "a7", "lost")).toBe(`${place}.7`);
      }
    },
  },
  {
    title: "L24: close finishes what was accepted; after it every call is unavailable",
    async run(store) {
      const table = new Table(store, "AAAAAA");
      await table.step();
      const last = store.commit(table.next());
      const closed = store.close();
      expect(await last).toEqual({ kind: "ok" });
      await closed;
      await store.close();
      expect(store.health().ready).toBe(false);
      const calls = [
        () => store.load("AAAAAA"),
        () => store.commit(table.next()),
        () => store.resolve("AAAAAA", "a", "b"),
        () => store.changes("AAAAAA", 0, 1),
        () => store.listed(null, 1),
        () => store.due(start, 1),
        () => store.beat(start),
        () => store.remove("AAAAAA"),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ name: "StoreFault", kind: "unavailable" });
    },
  },
];
