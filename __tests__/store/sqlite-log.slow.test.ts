// The log lies in the order of writing, all games mixed: one game's changes are found, in part and whole, and go with their game.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ChangeRow, changeCrc, type GameRow, gameCrc } from "../../lib/store/checksum.ts";
import { gamesWithLogs } from "../../lib/store/sqlite-check.ts";
import type { Store } from "../../lib/store/store.ts";
import { gotOrSkip } from "../support/programs.ts";
import { mountSmall } from "../torture/disk.ts";
import { runDb } from "./run-db.ts";
import { dropFolder, newFolder, openAt } from "./sqlite-folder.ts";
import { minute, start, Table } from "./table.ts";

const steps = 200;
let folder = "";
let store: Store;

const begin = async () => {
  folder = newFolder();
  store = await openAt(folder);
  const tables = ["AAAAAA", "BBBBBB", "CCCCCC"].map((gameId) => new Table(store, gameId));
  for (let step = 0; step < steps; step += 1) await Promise.all(tables.map((table) => table.step({ actionId: `do-${step}` })));
};

const end = async () => {
  await store.close();
  dropFolder(folder);
};

const rowsOf = (sql: string): unknown[] => {
  const db = new Sqlite(join(folder, "games.db"), { readonly: true });
  const rows = db.prepare(sql).pluck().all();
  db.close();
  return rows;
};

/** A finished game of 2,500 changes. */
async function writeLong(into: Store): Promise<void> {
  const long = new Table(into, "LONG");
  const written: Promise<unknown>[] = [];
  while (long.v < 2_500) {
    const commit = long.next({ index: { status: "finished" } });
    Object.assign(long, { v: commit.expectedV + 1, hash: commit.hash });
    written.push(into.commit(commit));
  }
  await Promise.all(written);
}

describe("the log in the order of writing", () => {
  beforeAll(begin);
  afterAll(end);

  test.for([
    [0, 5],
    [0, 1_000],
    [62, 2],
    [63, 1],
    [64, 64],
    [127, 70],
    [190, 3],
    [199, 10],
  ] as const)("changes after %i, at most %i, oldest first and without a gap", async ([after, limit]) => {
    const changes = await store.changes("BBBBBB", after, limit);
    const expected = Array.from({ length: Math.min(limit, steps - after) }, (_, place) => after + 1 + place);
    expect(changes.map(({ v }) => v)).toEqual(expected);
    for (const [place, change] of changes.entries()) if (place > 0) expect(change.prevHash).toBe(changes[place - 1]?.hash);
  });

  test("past the end there is nothing", async () => {
    expect(await store.changes("BBBBBB", steps, 10)).toEqual([]);
    expect(await store.changes("NOBODY", 0, 10)).toEqual([]);
  });

  test("an action id that was used before is found, whatever was written since", async () => {
    expect(await store.resolve("AAAAAA", "do-7", "never")).not.toBe("never");
  });
});

describe("the log when games and rows go", () => {
  beforeEach(begin);
  afterEach(end);

  test("a removed game leaves nothing behind, and the others are whole", async () => {
    await store.remove("BBBBBB");
    expect(rowsOf("SELECT count(*) FROM changes")).toEqual([2 * steps]);
    await new Table(store, "DDDDDD").step({});
    expect((await runDb(folder, "check")).out).toContain(`3 games, ${2 * steps + 1} changes, 0 problems`);
  });

  test("a torn log is told where it is torn, given out on this side of it, and still removed with its game as far as an index reaches", async () => {
    await store.close();
    const db = new Sqlite(join(folder, "games.db"));
    db.exec("DELETE FROM changes WHERE v = 150 AND num = (SELECT num FROM games WHERE game_id = 'BBBBBB')");
    db.close();
    store = await openAt(folder);
    await expect(store.changes("BBBBBB", 100, 90)).rejects.toMatchObject({
      kind: "damaged",
      message: expect.stringContaining("version 150"),
    });
    expect(await store.changes("BBBBBB", 150, 90)).toHaveLength(steps - 150);
    expect(await store.changes("BBBBBB", 0, 90)).toHaveLength(90);
    await store.remove("BBBBBB");
    expect(rowsOf("SELECT count(*) FROM changes WHERE num NOT IN (SELECT num FROM games)")).toEqual([0]);
  });

  test("games with long logs past their time are gone at once, and their logs go a portion at a time, over a restart, too", async () => {
    await writeLong(store);
    const rows = (): unknown => rowsOf("SELECT count(*) FROM changes")[0];
    expect(await store.expire(start + minute, 0, 50)).toEqual(["LONG"]);
    expect(await store.load("LONG")).toEqual({ kind: "absent" });
    expect(await store.counts()).toMatchObject({ finished: 0, waiting: 3 });
    expect((await store.all(null, 50)).items.map(({ gameId }) => gameId)).not.toContain("~4");
    expect(await store.expire(start + minute, 0, 50)).toEqual([]);
    expect(rows()).toBe(3 * steps + 2_500);
    await store.beat(start);
    expect(rows()).toBe(3 * steps + 500);
    expect((await runDb(folder, "check")).out).toContain(`3 games, ${3 * steps} changes, 0 problems`);
    await store.close();
    store = await openAt(folder);
    // Neither its code nor its number is mixed up with what is left of it.
    await new Table(store, "LONG").step({ actionId: "do-0" });
    await store.beat(start);
    expect(rows()).toBe(3 * steps + 1);
    expect(rowsOf("SELECT game_id FROM games ORDER BY num")).toEqual(["AAAAAA", "BBBBBB", "CCCCCC", "LONG"]);
    expect((await runDb(folder, "check")).out).toContain(`4 games, ${3 * steps + 1} changes, 0 problems`);
  });

  test("who reads all games beside a running server passes over one that goes meanwhile, and does not call it damaged", async () => {
    await writeLong(store);
    const db = new Sqlite(join(folder, "games.db"), { readonly: true });
    const games: string[] = [];
    for (const { game } of gamesWithLogs(db)) {
      games.push(game.game_id);
      if (games.length === 1) expect(await store.expire(start + minute, 0, 50)).toEqual(["LONG"]);
    }
    db.close();
    expect(games).toEqual(["AAAAAA", "BBBBBB", "CCCCCC"]);
  });

  test("a game that was changed 600 times a second for eight hours goes on: its versions do not end", async () => {
    const table = new Table(store, "LONG");
    await table.step();
    await store.close();
    const v = 2 ** 24 - 1;
    const db = new Sqlite(join(folder, "games.db"));
    const game = db.prepare("SELECT games.*, still FROM games JOIN stills USING (num) WHERE game_id = 'LONG'").get() as GameRow;
    const change = db.prepare("SELECT * FROM changes WHERE id = ?").get(game.last_id) as ChangeRow;
    db.prepare("UPDATE games SET v = ?, crc = ? WHERE num = ?").run(v, gameCrc({ ...game, v }), game.num);
    db.prepare("UPDATE changes SET v = ?, crc = ? WHERE id = ?").run(v, changeCrc({ ...change, v }), change.id);
    db.close();
    store = await openAt(folder);
    table.v = v;
    await table.step({ actionId: "one" }, store);
    await table.step({ actionId: "two" }, store);
    expect((await store.load("LONG")).kind).toBe("found");
    expect((await store.changes("LONG", v - 1, 10)).map((row) => row.v)).toEqual([v, v + 1, v + 2]);
  });

  test("a log that cannot be copied into the data file is tried again a little later, not after every batch, and told once", async () => {
    await store.close();
    const told: string[] = [];
    const log = (level: string, message: string) => void (level === "warn" ? told.push(message) : 0);
    const failpoints = [{ at: "checkpoint-before", nth: 1, times: Infinity, action: { kind: "throw", code: "SQLITE_FULL" } }] as const;
    store = await openAt(folder, { log, failpoints, limits: { walPagesMax: 20 } });
    const table = new Table(store, "DDDDDD");
    for (let step = 0; step < 100; step += 1) await table.step();
    expect(told).toEqual([expect.stringContaining("could not be copied")]);
  });

  test("on a disk with little room logs of games that are gone stay: what goes is written first, and would take what the players need", async (context) => {
    const disk = join(folder, "small");
    const mounted = gotOrSkip(context, mountSmall(disk, 15));
    try {
      const small = await openAt(disk);
      await writeLong(small);
      expect(await small.expire(start + minute, 0, 50)).toEqual(["LONG"]);
      const db = new Sqlite(join(disk, "games.db"), { readonly: true });
      const rows = db.prepare("SELECT count(*) FROM changes").pluck();
      await small.beat(start);
      expect(rows.get()).toBe(2_500);
      execFileSync("mount", ["-o", "remount,size=40m", disk]);
      await small.beat(start);
      expect(rows.get()).toBe(500);
      db.close();
      await small.close();
    } finally {
      mounted.unmount();
    }
  });
});
