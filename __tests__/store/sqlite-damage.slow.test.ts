// A row that rots on disk costs one game, not the server: SAFETY rules 3 and 6. And every read and write goes by an index: F29.
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logSql } from "../../lib/store/sqlite-log.ts";
import { readerSql } from "../../lib/store/sqlite-reader.ts";
import { writerSql } from "../../lib/store/sqlite-statements.ts";
import { runDb } from "./run-db.ts";
import { dropFolder, newFolder, openAt } from "./sqlite-folder.ts";
import { found, Table } from "./table.ts";

let folder = "";
beforeEach(async () => {
  folder = newFolder();
  const store = await openAt(folder);
  for (const gameId of ["AAAAAA", "BBBBBB"]) {
    const table = new Table(store, gameId);
    for (let step = 0; step < 5; step += 1) await table.step({ state: `{"turn":${step},"bank":600000}` });
  }
  await store.close();
});
afterEach(() => dropFolder(folder));

function edit(sql: string): void {
  const db = new Sqlite(join(folder, "games.db"));
  db.exec(sql);
  db.close();
}

describe("damage", () => {
  test.each([
    ["a flipped digit in a state", `UPDATE games SET state = replace(state, '600000', '600001') WHERE game_id = 'AAAAAA'`],
    ["a version that went back", `UPDATE games SET v = 4 WHERE game_id = 'AAAAAA'`],
    ["a name", `UPDATE games SET name = 'x' WHERE game_id = 'AAAAAA'`],
    ["the end of the log", `DELETE FROM changes WHERE v = 5 AND num = (SELECT num FROM games WHERE game_id = 'AAAAAA')`],
  ])("%s quarantines that game only, with a reason, until the operator releases it", async (_title, damage) => {
    edit(damage);
    const lines: string[] = [];
    const store = await openAt(folder, { log: (_level, message) => void lines.push(message) });
    const loaded = await store.load("AAAAAA");
    expect(loaded).toMatchObject({ kind: "damaged", reason: expect.stringContaining("AAAAAA") });
    expect(lines.some((line) => line.includes("AAAAAA"))).toBe(true);
    expect((await found(store, "BBBBBB")).v).toBe(5);
    await store.close();
    const status = await runDb(folder, "status");
    expect(status.out).toContain("quarantined AAAAAA");
    expect((await runDb(folder, "check")).code).toBe(1);
    expect((await runDb(folder, "release", "AAAAAA")).code).toBe(0);
    expect((await runDb(folder, "status")).out).not.toContain("quarantined");
  });

  test("a rotten row of a log is not given out; the game's newest state still is", async () => {
    edit(`UPDATE changes SET change = '{}' WHERE v = 2 AND num = (SELECT num FROM games WHERE game_id = 'AAAAAA')`);
    const store = await openAt(folder);
    await expect(store.changes("AAAAAA", 0, 10)).rejects.toMatchObject({
      name: "StoreFault",
      message: expect.stringContaining("version 2"),
    });
    expect(await store.changes("AAAAAA", 2, 10)).toHaveLength(3);
    expect((await found(store, "AAAAAA")).v).toBe(5);
    await store.close();
  });

  test.each([
    [
      "a missing change in the middle",
      "DELETE FROM changes WHERE v = 3 AND num = (SELECT num FROM games WHERE game_id = 'AAAAAA')",
      "version 3 is missing",
    ],
    [
      "a change with another body",
      "UPDATE changes SET change = '{}' WHERE v = 3 AND num = (SELECT num FROM games WHERE game_id = 'AAAAAA')",
      "version 3 does not match its checksum",
    ],
    ["a wrong count", "UPDATE counts SET games = 9 WHERE status = 'waiting'", "9 games are counted as waiting, there are 2"],
    [
      "changes of no game",
      "UPDATE changes SET num = 99 WHERE v = 3 AND num = (SELECT num FROM games WHERE game_id = 'AAAAAA')",
      "1 belong to no game",
    ],
  ])("the check finds %s", async (_title, damage, words) => {
    expect(await runDb(folder, "check")).toMatchObject({ code: 0, out: expect.stringContaining("2 games, 10 changes, 0 problems") });
    edit(damage);
    const report = await runDb(folder, "check");
    expect(report.code).toBe(1);
    expect(report.out).toContain(words);
  });
});

describe("query plans", () => {
  test("F29 L34: no statement scans a table or sorts without an index, except the four rows of counts", () => {
    const db = new Sqlite(join(folder, "games.db"));
    for (const [name, sql] of Object.entries({ ...writerSql, ...readerSql, ...logSql })) {
      if (["begin", "commit", "rollback", "counts"].includes(name)) continue;
      const parameters = Array.from({ length: sql.split("?").length - 1 }, () => 0);
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      const details = plan.map((step) => step.detail).filter((detail) => !detail.includes("SCAN CONSTANT ROW"));
      expect({
        name,
        scans: details.filter((detail) => /^SCAN (?!.*USING.*INDEX games_(listed|finished|touched|wake))/.test(detail)),
      }).toEqual({ name, scans: [] });
    }
    db.close();
  });
});
