// A row that rots on disk costs one game, not the server: SAFETY rules 3 and 6. And every read and write goes by an index: F29.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../lib/ops/config.ts";
import { logSql } from "../../lib/store/sqlite-log.ts";
import { readerSql } from "../../lib/store/sqlite-reader.ts";
import { writerSql } from "../../lib/store/sqlite-statements.ts";
import { cutState } from "../support/cut-state.ts";
import { runDb, runDbWith } from "./run-db.ts";
import { dropFolder, newFolder, openAt } from "./sqlite-folder.ts";
import { found, Table } from "./table.ts";

/** A state of which the bank stays and the turn moves. */
function cut(step: number) {
  return cutState(`{"bank":600000,\n}`, `"turn":${step}`);
}

const numOfA = "(SELECT num FROM games WHERE game_id = 'AAAAAA')";

let folder = "";
beforeEach(async () => {
  folder = newFolder();
  const store = await openAt(folder);
  for (const gameId of ["AAAAAA", "BBBBBB"]) {
    const table = new Table(store, gameId);
    for (let step = 0; step < 5; step += 1) await table.step(cut(step));
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
    ["a flipped digit in what moves of a state", `UPDATE games SET state = replace(state, '4', '5') WHERE game_id = 'AAAAAA'`],
    ["a flipped digit in what does not", `UPDATE stills SET still = replace(still, '600000', '600001') WHERE num = ${numOfA}`],
    ["a missing still part", `DELETE FROM stills WHERE num = ${numOfA}`],
    ["a version that went back", `UPDATE games SET v = 4 WHERE game_id = 'AAAAAA'`],
    ["a name", `UPDATE games SET name = 'x' WHERE game_id = 'AAAAAA'`],
    ["the end of the log", `DELETE FROM changes WHERE v = 5 AND num = (SELECT num FROM games WHERE game_id = 'AAAAAA')`],
  ])("%s quarantines that game only, with a reason, until the operator releases it", async (_title, damage) => {
    edit(damage);
    const told: string[] = [];
    const observer = { onDamage: (gameId: string, reason: string) => void told.push(`${gameId}: ${reason}`) };
    // Whoever is told writes the line: with one of the store's own the log would have it twice.
    const log = (_level: string, message: string) => void (message.includes("AAAAAA") ? told.push(message) : 0);
    const store = await openAt(folder, { observer, log });
    const loaded = await store.load("AAAAAA");
    expect(loaded).toMatchObject({ kind: "damaged", reason: expect.stringContaining("AAAAAA") });
    expect(told).toEqual([expect.stringMatching(/^AAAAAA: .*AAAAAA/)]);
    expect((await found(store, "BBBBBB")).v).toBe(5);
    await store.close();
    const status = await runDb(folder, "status");
    expect(status.out).toContain("quarantined AAAAAA");
    expect((await runDb(folder, "check")).code).toBe(1);
    expect((await runDb(folder, "release", "AAAAAA")).code).toBe(0);
    expect((await runDb(folder, "status")).out).not.toContain("quarantined");
  });

  test.each([
    ["a torn log", `DELETE FROM changes WHERE v = 3 AND num = ${numOfA}`],
    ["a state of two parts that lost one", `DELETE FROM stills WHERE num = ${numOfA}`],
    ["a status that there is not", "UPDATE games SET status = 'asleep' WHERE game_id = 'AAAAAA'"],
  ])("%s keeps backups from being made until the operator removes the game", async (_title, damage) => {
    edit(damage);
    const backup = join(folder, "one.db");
    expect(await runDb(folder, "backup", backup)).toMatchObject({ code: 1, err: expect.stringContaining("game AAAAAA") });
    expect(await runDb(folder, "remove", "AAAAAA")).toMatchObject({ code: 0, out: expect.stringContaining("AAAAAA is forgotten") });
    expect(await runDb(folder, "remove", "AAAAAA")).toMatchObject({ code: 1, out: "there is no game AAAAAA" });
    expect(await runDb(folder, "check")).toMatchObject({ code: 0, out: "1 games, 5 changes, 0 problems" });
    expect(await runDb(folder, "backup", backup)).toMatchObject({ code: 0, out: expect.stringContaining("1 games, 5 changes") });
  });

  test("what a torn log left when its game expired is cleared away, too", async () => {
    edit(`DELETE FROM changes WHERE v = 3 AND num = ${numOfA}`);
    const store = await openAt(folder);
    await store.remove("AAAAAA");
    await store.close();
    expect(await runDb(folder, "check")).toMatchObject({ code: 1, out: expect.stringContaining("2 belong to no game") });
    expect(await runDb(folder, "remove", "AAAAAA")).toMatchObject({
      code: 0,
      out: expect.stringContaining("2 rows of games that are gone"),
    });
    expect((await runDb(folder, "check")).code).toBe(0);
  });

  test("refusals of more than a day ago are forgotten a portion at a time, so that no table waits for all of them", async () => {
    edit(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO tombstones (game_id, action_id, answer, at) SELECT 'AAAAAA', 'old' || i, '', i FROM n`);
    const left = () => {
      const db = new Sqlite(join(folder, "games.db"), { readonly: true });
      const oldest = db.prepare("SELECT count(*) AS count, min(at) AS at FROM tombstones").get();
      db.close();
      return oldest;
    };
    const store = await openAt(folder);
    await store.beat(Date.now());
    expect(left()).toEqual({ count: 1_000, at: 2_001 });
    await store.beat(Date.now());
    expect(left()).toEqual({ count: 0, at: null });
    await store.close();
  });

  test("a game that is removed while it is read is not taken for damaged, and its code is free for another", async () => {
    // Sleeps before the last of the three reads of a load: the removal comes in between.
    const slowly = { at: "read", nth: 3, times: 1, action: { kind: "sleep", ms: 300 } } as const;
    const told: string[] = [];
    const store = await openAt(folder, { failpoints: [slowly], observer: { onDamage: (gameId) => void told.push(gameId) } });
    const removed = store.remove("AAAAAA");
    await new Promise((resolve) => setImmediate(resolve));
    expect((await found(store, "AAAAAA")).v).toBe(5);
    await removed;
    expect(await store.load("AAAAAA")).toEqual({ kind: "absent" });
    await new Table(store, "AAAAAA").step();
    expect((await found(store, "AAAAAA")).v).toBe(1);
    expect(told).toEqual([]);
    await store.close();
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
    ["a still part of no game", "INSERT INTO stills VALUES (99, '{}')", "stills: 1 belong to no game"],
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

describe("a file that is too large for a whole check before serving", () => {
  const games = Array.from({ length: 60 }, (_, place) => `GAME${String(place).padStart(2, "0")}`);
  const file = () => join(folder, "games.db");

  beforeEach(async () => {
    const store = await openAt(folder);
    for (const gameId of games) await new Table(store, gameId).step({ state: `{"of":"${gameId}","padding":"${"x".repeat(900)}"}` });
    await store.close();
  });

  /** Spoils the file wherever a game's state lies: in its row, and in its log. */
  function spoil(gameId: string, how: (bytes: Buffer, at: number) => void): void {
    const bytes = readFileSync(file());
    const mark = `"of":"${gameId}"`;
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) how(bytes, at);
    writeFileSync(file(), bytes);
  }

  test.each([
    ["a flipped bit", (bytes: Buffer, at: number) => bytes.writeUInt8((bytes.at(at + 400) ?? 0) ^ 4, at + 400), 1],
    ["a page of garbage", (bytes: Buffer, at: number) => bytes.fill(0xa5, at - (at % 4096), at - (at % 4096) + 4096), 8],
  ] as const)("%s is met at the read: its games are refused and told, all others are whole", async (title, how, mostGames) => {
    spoil("GAME30", how);
    const lines: string[] = [];
    const told = new Set<string>();
    const observer = { onDamage: (gameId: string) => void told.add(gameId) };
    const limits = { checkBytesMax: 100_000 };
    const store = await openAt(folder, { limits, observer, log: (_level, message) => void lines.push(message) });
    const kinds = await Promise.all(games.map(async (gameId) => [gameId, (await store.load(gameId)).kind] as const));
    const damaged = kinds.filter(([, kind]) => kind === "damaged").map(([gameId]) => gameId);
    await new Table(store, "NEWONE").step();
    await store.close();
    process.stderr.write(
      `${title}, ${statSync(file()).size} bytes, not checked at start: ${damaged.length} of 60 games refused, the others found\n`,
    );
    expect(lines.join("\n")).toContain("too large for a whole check before serving");
    expect(damaged).toContain("GAME30");
    expect(damaged.length).toBeLessThanOrEqual(mostGames);
    expect([...told].sort()).toEqual(damaged);
    expect(kinds.filter(([, kind]) => kind === "found")).toHaveLength(60 - damaged.length);
    expect((await runDb(folder, "check")).code).toBe(1);
  });

  test("within the bound a page of garbage is found before serving; LIMIT_STORE_CHECK_BYTES is the bound", async () => {
    spoil("GAME30", (bytes, at) => bytes.fill(0xa5, at - (at % 4096), at - (at % 4096) + 4096));
    await expect(openAt(folder, { limits: { checkBytesMax: statSync(file()).size } })).rejects.toThrow(/is damaged/);
    expect(readConfig({ LIMIT_STORE_CHECK_BYTES: "0" }).limits.storeCheckBytesMax).toBe(0);
    expect(readConfig({}).limits.storeCheckBytesMax).toBe(128 * 1_048_576);
  });
});

test("db replay and db remove open the file by the server's limits, and say so when those cannot be used", async () => {
  const words = "what a player wrote ".repeat(2_000);
  const store = await openAt(folder);
  await store.saveFeedback({ at: 1, gameId: null, text: words }, null);
  await store.close();
  writeFileSync(join(folder, "dead-letters.jsonl"), "torn\n");
  const bytes = readFileSync(join(folder, "games.db"));
  const page = Math.floor(bytes.lastIndexOf("what a player wrote") / 4096) * 4096;
  writeFileSync(join(folder, "games.db"), bytes.fill(0xa5, page, page + 4096));
  const [replay, remove] = [["replay"], ["remove", "BBBBBB"]] as const;
  for (const command of [replay, remove]) {
    expect(await runDb(folder, ...command)).toMatchObject({ code: 1, err: expect.stringContaining("is damaged") });
    const env = { LIMIT_STORE_CALL_MS: "soon" };
    expect(await runDbWith(env, folder, ...command)).toMatchObject({ code: 1, err: expect.stringContaining("LIMIT_STORE_CALL_MS") });
  }
  const env = { LIMIT_STORE_CHECK_BYTES: "0" };
  expect(await runDbWith(env, folder, ...replay)).toMatchObject({ code: 0, out: expect.stringContaining("1 unreadable") });
  expect(await runDbWith(env, folder, ...remove)).toMatchObject({ code: 0, out: "BBBBBB is forgotten" });
});

describe("query plans", () => {
  test("F29 L34: no statement scans a table or sorts without an index, except the four rows of counts", () => {
    const db = new Sqlite(join(folder, "games.db"));
    let looked = 0;
    for (const [name, sql] of Object.entries({ ...writerSql, ...readerSql, ...logSql })) {
      if (["begin", "commit", "rollback", "counts"].includes(name)) continue;
      const parameters = Array.from({ length: sql.split("?").length - 1 }, () => 0);
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      looked += 1;
      const details = plan.map((step) => step.detail).filter((detail) => !detail.includes("SCAN CONSTANT ROW"));
      expect({
        name,
        scans: details.filter((detail) => /^SCAN (?!.*USING.*INDEX games_(listed|finished|unfinished|touched|wake))/.test(detail)),
      }).toEqual({ name, scans: [] });
    }
    const planOf = (sql: string) => (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(0, 0, 0) as { detail: string }[])[0]?.detail;
    const retention = { finished: planOf(writerSql.finished), untouched: planOf(writerSql.untouched) };
    process.stderr.write(`query plans: ${looked} statements, none scans; retention: ${JSON.stringify(retention)}\n`);
    expect(retention).toEqual({
      finished: expect.stringMatching(/^SEARCH games USING .*INDEX games_finished/),
      untouched: expect.stringMatching(/^SEARCH games USING .*INDEX games_unfinished/),
    });
    db.close();
  });
});
