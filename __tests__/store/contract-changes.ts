// What every store promises about one game: its versions, its log, its action ids.
import { expect } from "vitest";
import { chainHash } from "../../lib/store/chain.ts";
import type { Commit, StoredIndex } from "../../lib/store/store.ts";
import { found, type Rule, start, Table } from "./table.ts";

export const changeRules: readonly Rule[] = [
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
      expect(await store.commit(new Table(store, "AAAAAA").next({ state: "other" }))).toMatchObject({ kind: "conflict" });
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
      const overtaken = await store.commit(stale);
      expect(overtaken).toMatchObject({ kind: "conflict" });
      // A store may give what it holds along with the conflict; then it is what a load gives.
      const given = overtaken.kind === "conflict" && overtaken.newest !== undefined ? overtaken.newest : await store.load("AAAAAA");
      expect(given).toEqual(await store.load("AAAAAA"));
      expect(await store.commit({ ...table.next(), expectedV: 7 })).toMatchObject({ kind: "conflict" });
      expect(await store.commit({ ...table.next(), gameId: "BBBBBB" })).toMatchObject({ kind: "conflict" });
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
      expect(await store.commit({ ...table.next(), prevHash: "f".repeat(64) })).toMatchObject({ kind: "conflict" });
      expect((await found(store, "AAAAAA")).v).toBe(1);
    },
  },
  {
    title: "SAFETY 2: the same action id again is a duplicate with the first answer, whatever version it expects",
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
    title: "SAFETY 3: changes come oldest first, from after the given version, at most as many as asked, and prove the chain",
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
];
