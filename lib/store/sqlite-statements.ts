// Every statement that writes the data file, and the reads that the writer needs to decide. Prepared once, each by index.
import type { Database, RunResult, Statement } from "better-sqlite3";
import type { Hit } from "./failpoint.ts";
import { gameSql } from "./sqlite-log.ts";

export const writerSql = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  move: "UPDATE store SET seq = seq + ?, alive_at = max(alive_at, ?) WHERE id = 1 AND epoch = ? RETURNING seq",
  find: gameSql,
  answered: "SELECT answer FROM changes WHERE num = ? AND action_id = ?",
  tombstone: "SELECT answer FROM tombstones WHERE game_id = ? AND action_id = ?",
  buried: "SELECT EXISTS (SELECT 1 FROM tombstones WHERE game_id = ?) AS buried",
  bury: "INSERT INTO tombstones (game_id, action_id, answer, at) VALUES (?, ?, ?, ?)",
  create: `INSERT INTO games (game_id, v, hash, crc, updated_at, wake_at, wake_from, touched, status, listed, kind, name, seats, seats_free, created_at,
    last_id, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  step: "UPDATE games SET v = ?, hash = ?, crc = ?, updated_at = ?, wake_at = ?, last_id = ?, state = ? WHERE num = ? AND v = ?",
  still: "INSERT INTO stills (num, still) VALUES (?, ?) ON CONFLICT (num) DO UPDATE SET still = excluded.still",
  show: "UPDATE games SET kind = ?, name = ?, status = ?, listed = ?, seats = ?, seats_free = ? WHERE num = ?",
  touch: "UPDATE games SET wake_from = ?, touched = ? WHERE num = ?",
  log: `INSERT INTO changes (id, num, v, prev, at, crc, prev_hash, hash, action_id, answer, change, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  count: "UPDATE counts SET games = games + ? WHERE status = ?",
  removeStill: "DELETE FROM stills WHERE num = ?",
  removeGame: "DELETE FROM games WHERE num = ?",
  newestId: "SELECT max(id) AS id FROM changes",
  removeChange: "DELETE FROM changes WHERE id = ? AND num = ? RETURNING prev",
  anyMile: "SELECT id FROM changes WHERE num = ? AND v % 64 = 0 LIMIT 1",
  removeActions: "DELETE FROM changes WHERE num = ? AND action_id IS NOT NULL",
  removeTombstones: "DELETE FROM tombstones WHERE game_id = ?",
  removeQuarantine: "DELETE FROM quarantine WHERE game_id = ?",
  outage: "INSERT INTO outages (from_at, to_at) VALUES (?, ?)",
  oldTombstones: `DELETE FROM tombstones
    WHERE (game_id, action_id) IN (SELECT game_id, action_id FROM tombstones WHERE at < ? ORDER BY at LIMIT ?)`,
  finished: "SELECT game_id FROM games WHERE status = 'finished' AND touched <= ? AND updated_at < ? ORDER BY touched LIMIT ?",
  untouched:
    "SELECT game_id FROM games WHERE status <> 'finished' AND touched > 0 AND touched <= ? AND updated_at < ? ORDER BY touched LIMIT ?",
  // A hidden game has a code that nobody can type, and stands before all others in the indexes of time.
  hide: `UPDATE games SET game_id = '~' || num, status = 'removed', listed = 0, wake_at = NULL, wake_from = NULL, touched = 0, state = ''
    WHERE num = ?`,
  hidden: "SELECT num, last_id FROM games WHERE status = 'removed' AND status <> 'finished' AND touched = 0 LIMIT 1",
  leaveAt: "UPDATE games SET last_id = ? WHERE num = ?",
  woken: `SELECT num, game_id, wake_from, wake_at FROM games
    WHERE wake_from <= ? AND (wake_from, num) > (?, ?) ORDER BY wake_from, num LIMIT ?`,
  later: "UPDATE games SET wake_from = wake_at WHERE num = ?",
  feedback: `INSERT INTO feedback (at, game_id, text, action_id) SELECT ?, ?, ?, ?
    WHERE NOT EXISTS (SELECT 1 FROM feedback WHERE action_id = ? AND text = ?)`,
  // For replays of words without an action id only. Looks through the newest 10,000: words are rare, and what an earlier try wrote is not far back.
  feedbackOnce: `INSERT INTO feedback (at, game_id, text) SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM feedback
    WHERE id > (SELECT max(id) FROM feedback) - 10000 AND at = ? AND game_id IS ? AND text = ?)`,
  // From the oldest on, which needs no index of time: words stand in the order they were said in.
  expireFeedback: "DELETE FROM feedback WHERE at < ? AND id IN (SELECT id FROM feedback WHERE id > 0 ORDER BY id LIMIT ?)",
  quarantine: "INSERT INTO quarantine (game_id, at, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
} as const;

type Name = keyof typeof writerSql;

/** The statements of one open data file, by name. Each may be made to fail but `rollback`, which is what follows a failure. */
export class WriterStatements {
  readonly #prepared: { readonly [name in Name]: Statement<unknown[]> };
  readonly #hit: Hit;

  constructor(db: Database, hit: Hit) {
    const prepared = Object.entries(writerSql).map(([name, text]) => [name, db.prepare(text)]);
    this.#prepared = Object.fromEntries(prepared) as { readonly [name in Name]: Statement<unknown[]> };
    this.#hit = hit;
  }

  run(name: Name, ...values: unknown[]): RunResult {
    this.#hit("statement");
    return this.#prepared[name].run(...values);
  }

  get<Row>(name: Name, ...values: unknown[]): Row | undefined {
    this.#hit("statement");
    return this.#prepared[name].get(...values) as Row | undefined;
  }

  all<Row>(name: Name, ...values: unknown[]): Row[] {
    this.#hit("statement");
    return this.#prepared[name].all(...values) as Row[];
  }

  rollback(): void {
    this.#prepared.rollback.run();
  }
}
