// The SQLite file's shape: numbered steps up and down, each in a transaction of its own. The number is `PRAGMA user_version`.
import type { Database } from "better-sqlite3";
import { type GameRow, gameCrc, wholeState } from "./checksum.ts";
import type { Hit } from "./failpoint.ts";

/** "TapT" as a number: tells our files from other SQLite files. */
export const applicationId = 0x54617054;

/**
 * Most changes of one game: as far as numbers are exact, which nobody reaches. Past it every tap, and every deadline of a game that runs,
 * would be kept as a dead letter.
 */
export const versionMax = Number.MAX_SAFE_INTEGER;
export const gameNumberMax = 2 ** 29;

interface Migration {
  readonly name: string;
  readonly up: string;
  readonly down: string | ((db: Database) => void);
}

/** Step n (from 1) leads from schema n-1 to schema n. Published steps are never edited. */
const migrations: readonly Migration[] = [
  {
    name: "games and their logs",
    up: `
      -- One row. seq counts committed ops; epoch names the process that may write.
      CREATE TABLE store (
        id INTEGER PRIMARY KEY CHECK (id = 1), store_id TEXT NOT NULL, epoch TEXT NOT NULL,
        seq INTEGER NOT NULL, alive_at INTEGER NOT NULL, created_at INTEGER NOT NULL
      ) STRICT;
      -- wake_from <= wake_at, and only moved when it must be: most taps then touch no index. touched is the minute of updated_at.
      CREATE TABLE games (
        num INTEGER PRIMARY KEY, game_id TEXT NOT NULL UNIQUE, v INTEGER NOT NULL, hash TEXT NOT NULL, crc INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, wake_at INTEGER, wake_from INTEGER, touched INTEGER NOT NULL, status TEXT NOT NULL,
        listed INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, seats INTEGER NOT NULL, seats_free INTEGER NOT NULL,
        created_at INTEGER NOT NULL, last_id INTEGER NOT NULL, state TEXT NOT NULL
      ) STRICT;
      CREATE INDEX games_wake ON games (wake_from) WHERE wake_from IS NOT NULL;
      CREATE INDEX games_listed ON games (num) WHERE listed = 1;
      CREATE INDEX games_touched ON games (touched, num);
      CREATE INDEX games_finished ON games (touched) WHERE status = 'finished';
      -- In the order of writing, so that a batch fills a few pages instead of dirtying one per game. prev is the id of the game's change
      -- before (0 for the first), games.last_id that of its newest. prev_hash is kept although it repeats: a missing row must show.
      CREATE TABLE changes (
        id INTEGER PRIMARY KEY, num INTEGER NOT NULL, v INTEGER NOT NULL, prev INTEGER NOT NULL, at INTEGER NOT NULL, crc INTEGER NOT NULL,
        prev_hash TEXT NOT NULL, hash TEXT NOT NULL, action_id TEXT, answer TEXT, change TEXT NOT NULL, state TEXT
      ) STRICT;
      CREATE UNIQUE INDEX changes_action ON changes (num, action_id) WHERE action_id IS NOT NULL;
      CREATE INDEX changes_mile ON changes (num, v) WHERE v % 64 = 0;
      CREATE INDEX changes_checkpoint ON changes (num, v) WHERE state IS NOT NULL;
      CREATE TABLE counts (status TEXT PRIMARY KEY, games INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO counts VALUES ('waiting', 0), ('running', 0), ('paused', 0), ('finished', 0);
      -- Actions that never happened and never will.
      CREATE TABLE tombstones (
        game_id TEXT NOT NULL, action_id TEXT NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (game_id, action_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX tombstones_at ON tombstones (at);
      CREATE TABLE outages (from_at INTEGER NOT NULL, to_at INTEGER NOT NULL) STRICT;
    `,
    down: `
      DROP TABLE outages; DROP TABLE tombstones; DROP TABLE counts; DROP TABLE changes; DROP TABLE games; DROP TABLE store;
    `,
  },
  {
    name: "feedback and quarantine",
    up: `
      CREATE TABLE feedback (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, game_id TEXT, text TEXT NOT NULL) STRICT;
      CREATE TABLE quarantine (game_id TEXT PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
    down: "DROP TABLE quarantine; DROP TABLE feedback;",
  },
  {
    name: "unfinished games by time",
    // Finished games are kept longer: the look for untouched ones must not walk over them each time.
    up: "CREATE INDEX games_unfinished ON games (touched) WHERE status <> 'finished';",
    down: "DROP INDEX games_unfinished;",
  },
  {
    name: "the still part of a state apart",
    // A row without one has its whole state in games.state, as before this step; its next change cuts it.
    up: "CREATE TABLE stills (num INTEGER PRIMARY KEY, still TEXT NOT NULL) STRICT;",
    down: joinStills,
  },
  {
    name: "feedback once for an action id",
    up: `
      ALTER TABLE feedback ADD COLUMN action_id TEXT;
      CREATE INDEX feedback_action ON feedback (action_id) WHERE action_id IS NOT NULL;
    `,
    down: "DROP INDEX feedback_action; ALTER TABLE feedback DROP COLUMN action_id;",
  },
];

/** Makes all states whole again. */
function joinStills(db: Database): void {
  const next = db.prepare(`SELECT games.*, still FROM games JOIN stills USING (num) WHERE num > ? ORDER BY num LIMIT 1`);
  const write = db.prepare("UPDATE games SET state = ?, crc = ? WHERE num = ?");
  for (let row = next.get(0) as GameRow | undefined; row !== undefined; row = next.get(row.num) as GameRow | undefined) {
    // A row that is damaged stays so for the program before, too.
    const state = gameCrc(row) === row.crc ? wholeState(row) : null;
    if (state !== null) write.run(state, gameCrc({ ...row, state, still: null }), row.num);
  }
  db.exec("DROP TABLE stills;");
}

export const schemaVersion = migrations.length;

export function versionOf(db: Database): number {
  return db.pragma("user_version", { simple: true }) as number;
}

/** Brings the file to `target`, one transaction a step. A kill at any point leaves the step before or the step after. */
export function migrate(db: Database, target: number, hit: Hit): readonly string[] {
  const done: string[] = [];
  for (let version = versionOf(db); version !== target; version = versionOf(db)) {
    const isUp = version < target;
    const migration = migrations[isUp ? version : version - 1];
    if (migration === undefined) throw new RangeError(`There is no migration step from schema ${version} towards ${target}.`);
    db.exec("BEGIN IMMEDIATE");
    try {
      const step = isUp ? migration.up : migration.down;
      if (typeof step === "string") db.exec(step);
      else step(db);
      db.pragma(`user_version = ${isUp ? version + 1 : version - 1}`);
      hit("migrate-before-commit");
      db.exec("COMMIT");
    } catch (error) {
      if (db.inTransaction) db.exec("ROLLBACK");
      throw error;
    }
    hit("migrate-after-commit");
    done.push(`${isUp ? "up" : "down"} ${isUp ? version + 1 : version}: ${migration.name}`);
  }
  return done;
}
