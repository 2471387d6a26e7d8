// The start gate: which data files are served, which are refused, and that a refused one is left as it was. SAFETY rules 3, 6.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isTooOld } from "../../lib/store/sqlite-gate.ts";
import { readMark } from "../../lib/store/sqlite-mark.ts";
import { trySqlite } from "../../lib/store/sqlite-try.ts";
import { StartRefused } from "../../lib/store/store-sqlite.ts";
import { gotOrSkip } from "../support/programs.ts";
import { mountSmall, readOnlyFile } from "../torture/disk.ts";
import { dropFolder, newFolder, openAt } from "./sqlite-folder.ts";
import { found, start, Table } from "./table.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => dropFolder(folder));

const file = (name = "games.db") => join(folder, name);

/** A folder as a killed server leaves it: data file, log and mark, with `steps` changes. */
async function crashed(steps = 30): Promise<void> {
  const live = newFolder();
  const store = await openAt(live);
  const table = new Table(store, "AAAAAA");
  for (let step = 0; step < steps; step += 1) await table.step({ state: `{"v":${step},"padding":"${"x".repeat(3_000)}"}` });
  for (const name of readdirSync(live)) if (!name.endsWith("-shm") && !name.endsWith(".lock")) copyFileSync(join(live, name), file(name));
  await store.close();
  dropFolder(live);
}

/** The same, after the server was stopped in order. */
async function stopped(steps = 30): Promise<void> {
  const store = await openAt(folder);
  const table = new Table(store, "AAAAAA");
  for (let step = 0; step < steps; step += 1) await table.step({ state: `{"v":${step},"padding":"${"x".repeat(3_000)}"}` });
  await store.close();
}

function contents(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith(".lock"));
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(file(name)))
        .digest("hex"),
    ]),
  );
}

async function refusal(): Promise<string> {
  const before = contents();
  const error = await openAt(folder).then(
    (store) => store.close().then(() => null),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartRefused);
  expect(contents()).toEqual(before);
  const { message } = error as Error;
  expect(message).not.toContain("\n");
  process.stderr.write(`refused, and left as it was: ${message.replaceAll(folder, "DATA_DIR")}\n`);
  return message;
}

function edit(run: (db: Sqlite.Database) => void): void {
  const db = new Sqlite(file());
  run(db);
  db.close();
}

describe("SAFETY 6 start gate", () => {
  test("SAFETY 4 a new folder gets a data file with WAL and synchronous=FULL, read back and logged", async () => {
    const lines: [string, object | undefined][] = [];
    const store = await openAt(join(folder, "deep", "er"), { log: (_level, message, facts) => void lines.push([message, facts]) });
    await store.close();
    expect(lines[0]).toMatchObject([
      "data file made",
      { journal_mode: "wal", synchronous: 2, cache_size: -4_096, application_id: 0x54617054, user_version: 5 },
    ]);
  });

  test.each([
    ["3.51.2", true],
    ["3.50.9", true],
    ["2.99.99", true],
    ["3.51", true],
    ["", true],
    ["3.51.3", false],
    ["3.51.10", false],
    ["3.52.0", false],
    ["4.0.0", false],
  ])("SQLite %s is too old: %s", (version, expected) => {
    expect(isTooOld(version)).toBe(expected);
  });

  test("a killed server's folder opens with everything that was acknowledged", async () => {
    await crashed(30);
    const store = await openAt(folder);
    expect((await found(store, "AAAAAA")).v).toBe(30);
    expect(await store.changes("AAAAAA", 0, 99)).toHaveLength(30);
    await store.close();
  });

  test("a second server on the same folder is refused with one line, by whatever path, and the first lives on", async () => {
    const store = await openAt(folder);
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    for (const path of [folder, `${folder}/../${folder.split("/").at(-1)}`, link]) {
      await expect(openAt(path)).rejects.toThrow(/^The data file .* is in use by another server\.$/);
    }
    rmSync(link);
    await new Table(store, "AAAAAA").step();
    await store.close();
    await (await openAt(folder)).close();
  });

  test("a data file reached through a link to the file is locked as one", async () => {
    await stopped(2);
    const store = await openAt(folder);
    const other = join(folder, "other");
    mkdirSync(other);
    symlinkSync(file(), join(other, "games.db"));
    await expect(openAt(other)).rejects.toThrow("in use by another server");
    await store.close();
  });

  test("a data file behind a link that leads nowhere, a volume that is not mounted perhaps, is no new one: the link stays", async () => {
    const volume = join(folder, "not-mounted");
    symlinkSync(join(volume, "games.db"), file());
    await expect(openAt(folder)).rejects.toThrow("leads nowhere");
    expect(() => trySqlite(folder, 0)).toThrow("leads nowhere");
    expect(readlinkSync(file())).toBe(join(volume, "games.db"));
  });

  test("what an operator keeps beside the data file, and no server opens, keeps none from starting: nor does --validate say so", async () => {
    await stopped(2);
    symlinkSync(join(folder, "gone"), file("games.db.newest-backup"));
    await (await openAt(folder)).close();
    expect(() => trySqlite(folder, 0)).not.toThrow();
  });

  test("a data file with two names is refused", async () => {
    await stopped(2);
    linkSync(file(), file("second-name.db"));
    expect(await refusal()).toContain("hard link");
  });

  test.each([
    ["garbage", () => writeFileSync(file(), Buffer.alloc(50_000, "garbage")), "not an SQLite file"],
    ["zero bytes", () => truncateSync(file(), 0), "is empty"],
    ["a few bytes", () => truncateSync(file(), 60), "damaged|not an SQLite file|another program"],
    ["half of it", () => truncateSync(file(), Math.floor(readFileSync(file()).length / 8192) * 4096), "damaged"],
    ["not a whole page", () => truncateSync(file(), readFileSync(file()).length - 100), "damaged"],
    ["another program's file", () => edit((db) => db.pragma("application_id = 7")), "another program"],
    [
      "the log of the first day",
      () => edit((db) => db.exec("PRAGMA user_version = 2; ALTER TABLE games DROP COLUMN last_id; ALTER TABLE changes DROP COLUMN prev")),
      "which no later one reads",
    ],
    ["a newer schema", () => edit((db) => db.pragma("user_version = 99")), "schema 99"],
    ["a file that was never completely made", () => edit((db) => db.exec("DELETE FROM store")), "never completely made"],
    ["no file, though there was one", () => rmSync(file()), "is gone"],
  ])("refused and left as it was: %s", async (_title, damage, words) => {
    await stopped();
    damage();
    expect(await refusal()).toMatch(new RegExp(words));
  });

  test.each([
    ["garbage in the middle of the file", 0.5],
    ["garbage near the end of the file", 0.9],
  ])("refused and left as it was: %s", async (_title, share) => {
    await stopped(60);
    const bytes = readFileSync(file());
    const page = Math.floor((bytes.length * share) / 4096) * 4096;
    bytes.fill(0xa5, page, page + 4096);
    writeFileSync(file(), bytes);
    expect(await refusal()).toMatch(/damaged/);
  });

  test("refused and left as it was: the log is missing", async () => {
    await crashed();
    rmSync(file("games.db-wal"));
    expect(await refusal()).toMatch(/lost its log: it ends at 0, but 30 was written/);
  });

  test("refused and left as it was: the log is cut short or scribbled over", async () => {
    await crashed();
    const log = readFileSync(file("games.db-wal"));
    truncateSync(file("games.db-wal"), Math.floor(log.length / 2));
    expect(await refusal()).toMatch(/older copy or has lost its log/);
    log.fill(0, 20_000, 20_100);
    writeFileSync(file("games.db-wal"), log);
    expect(await refusal()).toMatch(/older copy or has lost its log/);
  });

  test("refused and left as it was: an older copy of the file", async () => {
    await stopped(10);
    copyFileSync(file(), file("old"));
    const store = await openAt(folder);
    await new Table(store, "BBBBBB").step();
    await store.close();
    copyFileSync(file("old"), file());
    rmSync(file("old"));
    expect(await refusal()).toMatch(/older copy/);
  });

  test("refused and left as it was: an older copy of file and log together", async () => {
    await crashed(5);
    const older = newFolder();
    cpSync(folder, older, { recursive: true });
    const store = await openAt(folder);
    await new Table(store, "BBBBBB").step();
    await store.close();
    copyFileSync(join(older, "games.db"), file());
    copyFileSync(join(older, "games.db-wal"), file("games.db-wal"));
    dropFolder(older);
    expect(await refusal()).toMatch(/older copy/);
  });

  test("refused and left as it was: the file of another store", async () => {
    await stopped(10);
    const other = newFolder();
    const store = await openAt(other);
    for (let place = 0; place < 40; place += 1) await new Table(store, `GAME${place}`).step();
    await store.close();
    copyFileSync(join(other, "games.db"), file());
    dropFolder(other);
    expect(await refusal()).toMatch(/not the one that was served here/);
  });

  test("refused and left as it was: the log of a file that is gone", async () => {
    await crashed();
    rmSync(file());
    rmSync(file("games.db.mark"));
    expect(await refusal()).toMatch(/is gone, but its log/);
  });

  test("a file from an interrupted creation is no data file: the next start makes one", async () => {
    writeFileSync(file("games.db.new"), "half");
    await (await openAt(folder)).close();
    expect(existsSync(file("games.db.new"))).toBe(false);
  });

  test("a missing or unreadable high-water mark is told and written anew", async () => {
    await stopped(3);
    const write = (text: string) => writeFileSync(file("games.db.mark"), text);
    for (const damage of [() => rmSync(file("games.db.mark")), () => write(""), () => write("too long ".repeat(100))]) {
      damage();
      const lines: string[] = [];
      const store = await openAt(folder, { log: (_level, message) => void lines.push(message) });
      expect((await found(store, "AAAAAA")).v).toBe(3);
      await store.close();
      expect(lines.join("\n")).toMatch(/high-water mark .* is (missing|unreadable); it is written anew/);
      expect(readMark(file("games.db.mark"))).toMatchObject({ seq: 3 });
    }
  });

  test("files that may only be read, and a disk without room: each refused with one line that says so", async (context) => {
    const disk = file("small");
    const mounted = gotOrSkip(context, mountSmall(disk, 4));
    const remount = (how: string) => execFileSync("mount", ["-o", `remount,${how}`, disk]);
    try {
      await (await openAt(disk)).close();
      remount("ro");
      await expect(openAt(disk)).rejects.toThrow(/check who may write|may only be read/);
      remount("rw");
      for (const name of readdirSync(disk)) rmSync(join(disk, name));
      remount("size=40k");
      await expect(openAt(disk)).rejects.toThrow(/^The disk is full/);
      remount("size=4m");
      await (await openAt(disk)).close();
    } finally {
      mounted.unmount();
    }
  });

  test("a lock file that may only be read locks nothing: who finds one is refused with one line", async (context) => {
    await (await openAt(folder)).close();
    const readOnly = gotOrSkip(context, readOnlyFile(file("games.db.lock")));
    try {
      await expect(openAt(folder)).rejects.toThrow(/^The lock file .* may only be read/);
    } finally {
      readOnly.release();
    }
    await (await openAt(folder)).close();
  });

  test("a folder that cannot be one is refused with one line", async () => {
    writeFileSync(file("plain"), "");
    await expect(openAt(file("plain"))).rejects.toThrow(/^The data folder .* cannot be used/);
  });
});

describe("times in which nobody lived", () => {
  test("a game that was running when the server died knows since when; one that changed later does not", async () => {
    let at = start;
    const ambient = (await import("../../lib/ops/ambient.ts")).realAmbient();
    const clock = { ...ambient, now: () => at };
    const first = await openAt(folder, { ambient: clock });
    const old = new Table(first, "AAAAAA");
    await old.step();
    const other = new Table(first, "BBBBBB");
    await other.step();
    await first.beat(start + 5_000);
    await first.close();
    at = start + 60_000;
    const second = await openAt(folder, { ambient: clock });
    expect((await found(second, "AAAAAA")).outageFrom).toBe(start + 5_000);
    await other.step({ at: start + 61_000 }, second);
    expect((await found(second, "BBBBBB")).outageFrom).toBeNull();
    await second.beat(start + 70_000);
    await second.close();
    at = start + 90_000;
    const third = await openAt(folder, { ambient: clock });
    expect((await found(third, "AAAAAA")).outageFrom).toBe(start + 5_000);
    expect((await found(third, "BBBBBB")).outageFrom).toBe(start + 70_000);
    await third.close();
  });

  test("a commit counts as a sign of life, and a clock that steps back makes none", async () => {
    const first = await openAt(folder);
    const table = new Table(first, "AAAAAA");
    await table.step({ at: start + 900_000_000_000 });
    await first.beat(start);
    await first.close();
    const second = await openAt(folder);
    expect((await found(second, "AAAAAA")).outageFrom).toBe(start + 900_000_000_000);
    await second.close();
  });

  test("a server on a file says until when an earlier one lived, so that its own time begins after that, also when the clock was set back", async () => {
    const first = await openAt(folder);
    expect(first.livedUntil).toBe(0);
    await first.beat(start + 900_000_000_000);
    await first.close();
    const second = await openAt(folder);
    expect(second.livedUntil).toBe(start + 900_000_000_000);
    await second.close();
  });
});
