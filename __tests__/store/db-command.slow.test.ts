// The operator's commands on the data file: F34 (migrations), F58 (backup, restore, check).
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { readConfig } from "../../lib/ops/config.ts";
import { runDbCommand } from "../../lib/store/db-command.ts";
import { gotOrSkip } from "../support/programs.ts";
import { mountSmall } from "../torture/disk.ts";
import { runDb } from "./run-db.ts";
import { dropFolder, newFolder, openAt } from "./sqlite-folder.ts";
import { found, Table, waiting } from "./table.ts";

let folder = "";
beforeEach(async () => {
  folder = newFolder();
  const store = await openAt(folder);
  const table = new Table(store, "AAAAAA");
  for (let step = 0; step < 4; step += 1) await table.step({ actionId: `tap-${step}`, answer: `{"v":${step + 1}}` });
  await new Table(store, "BBBBBB").step({ index: { status: "running" } });
  await store.close();
});
afterEach(() => dropFolder(folder));

function edit(sql: string): void {
  const db = new Sqlite(join(folder, "games.db"));
  db.exec(sql);
  db.close();
}

describe("the db command", () => {
  test("status says what the file holds, also while a server runs", async () => {
    const idle = await runDb(folder, "status");
    expect(idle.code).toBe(0);
    expect(idle.out).toMatch(/not in use/);
    expect(idle.lines).toEqual(
      expect.arrayContaining(["running 1", "waiting 1", "dead letters 0", expect.stringMatching(/^schema 5 of 5/)]),
    );
    const store = await openAt(folder);
    expect((await runDb(folder, "status")).out).toMatch(/in use by a server/);
    await store.close();
  });

  test("a file beside which nothing may be written is not called damaged by who reads it, but where it can be read", async (context) => {
    const disk = join(folder, "snapshot");
    const mounted = gotOrSkip(context, mountSmall(disk, 4));
    try {
      copyFileSync(join(folder, "games.db"), join(disk, "games.db"));
      execFileSync("mount", ["-o", "remount,ro", disk]);
      for (const word of ["status", "check", "export"])
        expect((await runDb(disk, word)).err, word).toMatch(/cannot be read here: nothing may be written/);
      for (const word of ["verify", "restore"])
        expect((await runDb(folder, word, join(disk, "games.db"))).err, word).toMatch(/cannot be read here: nothing may be written/);
      expect((await runDb(disk, "backup", join(folder, "copy.db"))).err).toMatch(/cannot be read here: nothing may be written/);
    } finally {
      mounted.unmount();
    }
  });

  test("an empty variable counts as not set, as it does for the server", async () => {
    const said: string[] = [];
    const run = (env: Record<string, string>) => {
      const say = (line: string) => void said.push(line);
      return runDbCommand(["status"], { out: say, err: say, env, ambient: realAmbient() });
    };
    await run({ DATA_DIR: "", REDIS_URL: "", REDIS_URL_FILE: "" });
    expect(said.join("\n")).toContain(resolve("data/games.db"));
    said.length = 0;
    await run({ DATA_DIR: folder, REDIS_URL: "", REDIS_URL_FILE: join(folder, "missing") });
    expect(said.join("\n")).toContain("ENOENT");
  });

  test("REDIS_URL and REDIS_URL_FILE together are refused, as by the server: neither is the other's better", async () => {
    const file = join(folder, "redis-url");
    writeFileSync(file, "redis://127.0.0.1:1\n");
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    for (const env of [{ REDIS_URL: "redis://127.0.0.1:2", REDIS_URL_FILE: file }, { REDIS_URL: "http://127.0.0.1:2" }]) {
      expect(await runDbCommand(["status"], { out: say, err: say, env: { DATA_DIR: folder, ...env }, ambient: realAmbient() })).toBe(1);
      expect(() => readConfig(env)).toThrow(said.at(-1));
    }
    expect(said[0]).toContain("REDIS_URL and REDIS_URL_FILE are both set: use one.");
  });

  test("how long Redis is waited for is the server's own limit", async () => {
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const env = { REDIS_URL: "redis://127.0.0.1:1", LIMIT_REDIS_START_MS: "100", LIMIT_REDIS_COMMAND_MS: "50" };
    const begun = performance.now();
    expect(await runDbCommand(["status"], { out: say, err: say, env, ambient: realAmbient() })).toBe(1);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test("a secret file that is empty is an error, as for the server: the data file is not taken in Redis' place", async () => {
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const empty = join(folder, "redis-url");
    writeFileSync(empty, "\n");
    const env = { DATA_DIR: folder, REDIS_URL_FILE: empty };
    expect(await runDbCommand(["status"], { out: say, err: say, env, ambient: realAmbient() })).toBe(1);
    expect(said.join("\n")).toContain("REDIS_URL_FILE names an empty file.");
    expect(said.join("\n")).not.toContain("games.db");
  });

  test("F58: backup, change, restore: the games are as they were, and the newer file is kept aside", async () => {
    const backup = join(folder, "backups", "one.db");
    expect(await runDb(folder, "backup", backup)).toMatchObject({ code: 0, out: expect.stringContaining("2 games, 5 changes") });
    expect(await runDb(folder, "verify", backup)).toMatchObject({ code: 0, out: expect.stringContaining("sound") });
    const store = await openAt(folder);
    const late = new Table(store, "CCCCCC");
    await late.step();
    await store.remove("AAAAAA");
    await store.close();
    expect(await runDb(folder, "restore", backup)).toMatchObject({ code: 0, out: expect.stringContaining("2 games, 5 changes") });
    expect(readdirSync(folder).some((name) => name.startsWith("games.db.before-restore-"))).toBe(true);
    expect((await runDb(join(folder, "new disk"), "restore", backup)).out).not.toContain("kept as");
    const restored = await openAt(folder);
    expect((await found(restored, "AAAAAA")).v).toBe(4);
    expect(await restored.resolve("AAAAAA", "tap-2", "lost")).toBe(`{"v":3}`);
    expect(await restored.load("CCCCCC")).toEqual({ kind: "absent" });
    await restored.close();
  });

  test("restore puts back what is in the source's log too, and what it sets aside opens with its log", async () => {
    const crashed = join(folder, "copied");
    const older = join(folder, "older.db");
    await runDb(folder, "backup", older);
    mkdirSync(crashed);
    const store = await openAt(folder);
    await new Table(store, "CCCCCC").step();
    // The folder as a crash leaves it: the last change is only in the log.
    for (const name of ["games.db", "games.db-wal"]) copyFileSync(join(folder, name), join(crashed, name));
    await store.close();
    const source = join(crashed, "games.db");
    expect(await runDb(folder, "restore", source)).toMatchObject({ code: 0, out: expect.stringContaining("3 games, 6 changes") });
    const restored = await openAt(folder);
    expect((await found(restored, "CCCCCC")).v).toBe(1);
    await restored.close();
    expect(await runDb(crashed, "restore", older)).toMatchObject({ code: 0, out: expect.stringContaining("2 games, 5 changes") });
    const aside = readdirSync(crashed).find((name) => /^games\.db\.before-restore-\d+$/.test(name)) ?? "nothing";
    expect(await runDb(crashed, "verify", join(crashed, aside))).toMatchObject({
      code: 0,
      out: expect.stringContaining("3 games, 6 changes"),
    });
  });

  test("a backup never overwrites, and what is not a sound backup is not restored", async () => {
    const backup = join(folder, "one.db");
    await runDb(folder, "backup", backup);
    expect(await runDb(folder, "backup", backup)).toMatchObject({ code: 1, err: expect.stringContaining("never overwrites") });
    const before = readFileSync(join(folder, "games.db"));
    const bytes = readFileSync(backup);
    bytes.fill(0x5a, 8_192, 16_384);
    writeFileSync(join(folder, "rotten.db"), bytes);
    writeFileSync(join(folder, "text.db"), "not a database, but long enough to be looked at by anybody who opens it");
    for (const name of ["rotten.db", "text.db", "missing.db"]) {
      expect(await runDb(folder, "restore", join(folder, name))).toMatchObject({
        code: 1,
        err: expect.stringMatching(/not sound|cannot be opened/),
      });
    }
    expect(readFileSync(join(folder, "games.db")).equals(before)).toBe(true);
    expect(existsSync(join(folder, "games.db.restoring"))).toBe(false);
  });

  test("commands that write are refused while a server runs", async () => {
    const backup = join(folder, "one.db");
    await runDb(folder, "backup", backup);
    const store = await openAt(folder);
    for (const words of [["restore", backup], ["migrate"], ["release", "AAAAAA"]]) {
      expect(await runDb(folder, ...words)).toMatchObject({ code: 1, err: expect.stringContaining("in use by another server") });
    }
    expect((await found(store, "AAAAAA")).v).toBe(4);
    await store.close();
  });

  test.each([
    ["an emptied file", () => writeFileSync(join(folder, "games.db"), ""), "is empty"],
    ["another program's file", () => edit("PRAGMA application_id = 7"), "belongs to another program"],
    ["a file behind its high-water mark", () => edit("UPDATE store SET seq = 1"), "is an older copy or has lost its log"],
  ])("commands that write leave %s as it is, as a start does", async (_title, spoil, words) => {
    spoil();
    const before = readFileSync(join(folder, "games.db"));
    for (const command of [["migrate"], ["migrate", "--to", "2"], ["release", "AAAAAA"]]) {
      expect(await runDb(folder, ...command)).toMatchObject({ code: 1, out: "", err: expect.stringContaining(words) });
    }
    expect(readFileSync(join(folder, "games.db")).equals(before)).toBe(true);
    expect(existsSync(join(folder, "games.db-wal"))).toBe(false);
  });

  test("F34: migrations go down and up again, and games stay, with the same states", async () => {
    const states = async () =>
      (await runDb(folder, "export")).lines.map((line) => JSON.parse(line)).map(({ game_id, v, state }) => [game_id, v, state]);
    const before = await states();
    expect(await runDb(folder, "migrate", "--to", "1")).toMatchObject({ code: 0, out: expect.stringContaining("schema 1") });
    expect(await states()).toEqual(before);
    expect(await runDb(folder, "check")).toMatchObject({ code: 0, out: expect.stringContaining("2 games, 5 changes, 0 problems") });
    const older = new Sqlite(join(folder, "games.db"), { readonly: true });
    expect(older.prepare("SELECT state FROM games WHERE game_id = 'AAAAAA'").pluck().get()).toBe('{"id":"AAAAAA","v":4,"name":"Zoë ✓"}');
    older.close();
    expect((await runDb(folder, "status")).out).toContain("schema 1 of 5");
    expect(await runDb(folder, "migrate", "--to", "7")).toMatchObject({ code: 2, err: expect.stringContaining("from 1 to 5") });
    expect(await runDb(folder, "migrate")).toMatchObject({ code: 0, out: expect.stringContaining("schema 5") });
    expect(await runDb(folder, "check")).toMatchObject({ code: 0, out: expect.stringContaining("2 games, 5 changes, 0 problems") });
    expect(await states()).toEqual(before);
  });

  test("F34: a game of the schema before is read, and its next change is written in the new one", async () => {
    await runDb(folder, "migrate", "--to", "3");
    const store = await openAt(folder);
    const { v, hash, state, still } = await found(store, "AAAAAA");
    expect({ v, state, still }).toEqual({ v: 4, state: '{"id":"AAAAAA","v":4,"name":"Zoë ✓"}', still: null });
    const table = Object.assign(new Table(store, "AAAAAA"), { v, hash });
    await expect(store.commit({ ...table.next(), sameStill: true })).rejects.toMatchObject({ name: "StoreFault" });
    await table.step({ sameIndex: true });
    await table.step();
    expect(await found(store, "AAAAAA")).toMatchObject({ v: 6, state: '{"id":"AAAAAA","v":6,"name":"Zoë ✓"}', index: waiting });
    await store.close();
    expect(await runDb(folder, "check")).toMatchObject({ code: 0, out: expect.stringContaining("2 games, 7 changes, 0 problems") });
  });

  test("export gives every game and every change as a JSON line, or one game's", async () => {
    const all = (await runDb(folder, "export")).lines.map((line) => JSON.parse(line));
    expect(all.filter((row) => row.type === "game").map((row) => row.game_id)).toEqual(["AAAAAA", "BBBBBB"]);
    expect(all.filter((row) => row.type === "change")).toHaveLength(5);
    const one = (await runDb(folder, "export", "--game", "AAAAAA")).lines.map((line) => JSON.parse(line));
    expect(one.filter((row) => row.type === "change").map((row) => [row.v, row.action_id])).toEqual([
      [1, "tap-0"],
      [2, "tap-1"],
      [3, "tap-2"],
      [4, "tap-3"],
    ]);
    expect(await runDb(folder, "export", "--game", "NOSUCH")).toMatchObject({ code: 1, out: "", err: "There is no game NOSUCH." });
  });

  test("what a stranger typed as an id does nothing to the terminal an export is shown on", async () => {
    edit("UPDATE changes SET action_id = char(155) || '2J' WHERE action_id = 'tap-3'");
    const { out, lines } = await runDb(folder, "export");
    expect(out).toContain("\\u009b2J");
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
  });

  test("an export that nobody reads on does not keep a running server from emptying its log", async () => {
    const db = new Sqlite(join(folder, "games.db"));
    db.pragma("journal_mode = WAL");
    const emptied: unknown[] = [];
    // Called in the middle of the export: what is written and emptied here is what a server does meanwhile.
    const out = () => {
      db.exec("UPDATE store SET alive_at = alive_at + 1");
      emptied.push(db.pragma("wal_checkpoint(TRUNCATE)"));
    };
    expect(await runDbCommand(["export", "--data-dir", folder], { out, err: () => undefined, env: {}, ambient: realAmbient() })).toBe(0);
    db.close();
    expect(emptied).toEqual(Array.from({ length: 7 }, () => [{ busy: 0, log: 0, checkpointed: 0 }]));
  });

  test("a command that is not one, or lacks its word, says how it is used and changes nothing", async () => {
    expect(await runDb(folder, "nonsense")).toMatchObject({ code: 2, err: expect.stringContaining("npm run db --") });
    expect(await runDb(folder, "status", "--colour")).toMatchObject({ code: 2 });
    for (const [word, ...names] of [
      ["FILE", "backup", "restore", "verify"],
      ["CODE", "release", "remove"],
    ] as const)
      for (const name of names)
        expect(await runDb(folder, name)).toMatchObject({ code: 2, err: `${word} is missing. --help says how it is called.` });
    for (const to of ["0", "1000", "x"])
      expect(await runDb(folder, "migrate", "--to", to)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^--to takes a schema from 1 to /),
      });
    expect(await runDb(join(folder, "nowhere"), "status")).toMatchObject({
      code: 1,
      err: expect.stringContaining("There is no data file"),
    });
    expect(await runDb(folder, "replay")).toMatchObject({ code: 1, err: expect.stringContaining("nothing to replay") });
    for (const name of ["backup", "restore", "verify"])
      expect(await runDb(folder, name, folder)).toMatchObject({
        code: 2,
        err: expect.stringContaining("is a folder, and a file is meant."),
      });
  });

  test("an option that a command does not take ends it, too: `check --game` read every game, and `replay --game` wrote the letters of all", async () => {
    for (const [option, owner, ...words] of [
      ["--game", "export", "check", "--game", "AAAAAA"],
      ["--game", "export", "replay", "--game", "AAAAAA"],
      ["--to", "migrate", "restore", join(folder, "a"), "--to", "4"],
    ] as const)
      expect(await runDb(folder, ...words)).toEqual({
        code: 2,
        out: "",
        err: `Only ${owner} takes ${option}. --help says how it is called.`,
        lines: [],
      });
  });

  test("codes may be typed in any case, as everywhere else", async () => {
    expect((await runDb(folder, "export", "--game", "aaaaaa")).out).toContain('"game_id":"AAAAAA"');
    edit("INSERT INTO quarantine (game_id, reason, at) VALUES ('AAAAAA', 'a test', 0)");
    expect((await runDb(folder, "release", "aaaaaa")).out).toBe("AAAAAA is out of quarantine");
    expect((await runDb(folder, "remove", "aaaaaa")).out).toBe("AAAAAA is forgotten");
  });

  test("a word that a command does not take ends it before it did anything: it was passed over, and `migrate 3` went to the newest schema", async () => {
    for (const words of [
      ["remove", "AAAAAA", "BBBBBB"],
      ["migrate", "3"],
      ["export", "AAAAAA"],
      ["backup", join(folder, "a"), "b"],
    ]) {
      expect(await runDb(folder, ...words)).toMatchObject({
        code: 2,
        err: `${words.at(-1)} is one word too many. --help says how it is called.`,
        lines: [],
      });
    }
    expect((await runDb(folder, "status")).lines).toEqual(expect.arrayContaining(["running 1", "waiting 1"]));
    expect(existsSync(join(folder, "a"))).toBe(false);
  });
});
