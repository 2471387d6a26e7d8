// What every store promises about many games: what is due, lists, counts, retention, life and end.
import { expect } from "vitest";
import { found, ids, minute, type Rule, start, Table, waiting } from "./table.ts";

/** In Redis the last four of them lie in one shard. */
const crowd = ["GAME2", "GAME31", "GAME1", "GAME0", "GAME33", "GAME102", "GAME189"];

export const listRules: readonly Rule[] = [
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
      for (const [place, gameId] of crowd.entries()) await new Table(store, gameId).step({ index: { wakeAt: start + 250 - place } });
      expect(await store.due(start + 1_000, 9)).toEqual(["FIRST1", "SECOND", ...crowd.toReversed()]);
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
    title: "games, also those of the same moment, are walked through page by page, each once, however small the pages are",
    async run(store) {
      for (const [place, gameId] of crowd.entries())
        await new Table(store, gameId).step({ at: start - Math.max(0, place - 4) * minute, index: { listed: true } });
      for (const limit of [1, 3, crowd.length - 1]) {
        for (const list of ["all", "listed"] as const) {
          const seen: string[] = [];
          for (let cursor: string | null = null; seen.length === 0 || cursor !== null; ) {
            const page: Awaited<ReturnType<typeof store.all>> = await store[list](cursor, limit);
            seen.push(...ids(page));
            cursor = page.next;
          }
          expect(seen.toSorted()).toEqual(crowd.toSorted());
        }
      }
    },
  },
  {
    title: "a cursor that is not one of ours reads as from the start",
    async run(store) {
      for (const gameId of ["AAAAAA", "BBBBBB"]) await new Table(store, gameId).step({ at: start, index: { listed: true } });
      await store.saveFeedback({ at: start, gameId: null, text: "said" }, null);
      const [all, listed, feedback] = [await store.all(null, 9), await store.listed(null, 9), await store.feedback(null, 9)];
      for (const cursor of ["0", "-1", " ", "1e3", "0x1", "-1.-1", " . ", "x", "0-0", `${"9".repeat(30)}-0`]) {
        expect([cursor, await store.all(cursor, 9)]).toEqual([cursor, all]);
        expect([cursor, await store.listed(cursor, 9)]).toEqual([cursor, listed]);
        expect([cursor, await store.feedback(cursor, 9)]).toEqual([cursor, feedback]);
      }
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
      await two?.step({ index: { status: "paused" } });
      expect(await store.counts()).toEqual({ waiting: 1, running: 0, paused: 1, finished: 1 });
      await one?.step({ index: { status: "paused" } });
      await two?.step({ index: { status: "running" } });
      await three?.step({ index: { status: "waiting" } });
      expect(await store.counts()).toEqual({ waiting: 1, running: 1, paused: 1, finished: 0 });
      await store.remove("BBBBBB");
      expect(await store.counts()).toEqual({ waiting: 1, running: 0, paused: 1, finished: 0 });
      await store.remove("AAAAAA");
      expect(await store.counts()).toEqual({ waiting: 1, running: 0, paused: 0, finished: 0 });
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
        MIDEND: [9, "finished"],
      } as const;
      for (const [gameId, [days, status]] of Object.entries(kinds))
        await new Table(store, gameId).step({ at: start + days * day, index: { status } });
      const [finishedBefore, untouchedSince] = [start + 5 * day, start + 15 * day];
      expect(await store.expire(finishedBefore, untouchedSince, 1)).toHaveLength(1);
      const rest = await store.expire(finishedBefore, untouchedSince, 10);
      expect(rest).toHaveLength(2);
      expect(await store.expire(finishedBefore, untouchedSince, 10)).toEqual([]);
      expect(ids(await store.all(null, 10))).toEqual(["NEWRUN", "NEWEND", "MIDEND"]);
      expect(await store.counts()).toEqual({ waiting: 0, running: 1, paused: 0, finished: 2 });
    },
  },
  {
    title: "finished games that are kept longer than untouched ones stay, and do not hide an untouched one behind them",
    async run(store) {
      for (let place = 0; place < 40; place += 1) {
        await new Table(store, `ENDED${place}`).step({ at: start, index: { status: "finished" } });
        if (place % 10 === 9) await new Table(store, `LEFT${place}`).step({ at: start + place * minute, index: { status: "running" } });
      }
      expect(await store.expire(start, start + 9 * minute, 2)).toEqual([]);
      expect(await store.expire(start, start + 90 * minute, 2)).toHaveLength(2);
      expect(await store.expire(start, start + 90 * minute, 2)).toHaveLength(2);
      expect(await store.expire(start, start + 90 * minute, 2)).toEqual([]);
      expect(await store.counts()).toEqual({ waiting: 0, running: 0, paused: 0, finished: 40 });
      const again = new Table(store, "LEFT9");
      await again.step({ at: start + 91 * minute, index: { status: "finished" } });
      await again.step({ at: start + 92 * minute, index: { status: "paused" } });
      expect(await store.expire(start, start + 93 * minute, 2)).toEqual(["LEFT9"]);
      expect(await store.expire(start + 1, start, 100)).toHaveLength(40);
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
        await store.saveFeedback({ at: start + place, gameId: place === 2 ? null : "AAAAAA", text: `<b>${place}</b> ✓` }, null);
      const first = await store.feedback(null, 3);
      expect(first.items.map((item) => item.at - start)).toEqual([4, 3, 2]);
      expect(first.items[2]).toEqual({ at: start + 2, gameId: null, text: "<b>2</b> ✓" });
      const second = await store.feedback(first.next, 3);
      expect(second.items.map((item) => item.at - start)).toEqual([1, 0]);
      expect(second.next).toBeNull();
    },
  },
  {
    title: "feedback is kept once for an action id, also sent twice at once; other words under it, and words without one, each time",
    async run(store) {
      const say = (at: number, text: string, actionId: string | null) => store.saveFeedback({ at, gameId: null, text }, actionId);
      await say(start, "Thanks", "one");
      await say(start + 1, "Thanks", "one");
      await Promise.all([say(start + 2, "Twice", "two"), say(start + 3, "Twice", "two")]);
      await say(start + 4, "Other", "one");
      for (const at of [start + 5, start + 6]) await say(at, "Thanks", null);
      const { items } = await store.feedback(null, 10);
      expect(items.map(({ text }) => text)).toEqual(["Thanks", "Thanks", "Other", "Twice", "Thanks"]);
      expect(items.at(-1)?.at).toBe(start);
    },
  },
  {
    title: "old feedback is forgotten from the oldest on, at most as much as asked, and words said since stay",
    async run(store) {
      const words = ["0", "1", "2", "3", "4", "5"];
      for (const text of words) await store.saveFeedback({ at: start + Number(text), gameId: null, text }, `word-${text}`);
      // Kept later than it was said, as after a dead letter.
      await store.saveFeedback({ at: start + 1, gameId: null, text: "late" }, null);
      const left = async () => (await store.feedback(null, 10)).items.map(({ text }) => text);
      expect(await store.expireFeedback(start, 10)).toBe(0);
      expect(await store.expireFeedback(start + 4, 3)).toBe(3);
      expect(await left()).toEqual(["late", "5", "4", "3"]);
      expect(await store.expireFeedback(start + 4, 3)).toBe(1);
      expect(await store.expireFeedback(start + 4, 3)).toBe(1);
      expect(await left()).toEqual(["5", "4"]);
      expect(await store.expireFeedback(start + 4, 3)).toBe(0);
      await store.saveFeedback({ at: start + 9, gameId: null, text: "new" }, "word-new");
      expect(await store.expireFeedback(start + 99, 10)).toBe(3);
      expect((await store.feedback(null, 10)).items).toEqual([]);
      await store.saveFeedback({ at: start + 9, gameId: null, text: "first again" }, null);
      expect(await left()).toEqual(["first again"]);
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
