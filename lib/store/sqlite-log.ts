// How one game's changes are found in the log, where changes of all games lie in the order of writing: back from the newest, or from
// a change that an index knows, over `prev`. Reads only; it never trusts a row that is not the version it looks for.
import type { Database } from "better-sqlite3";
import type { ChangeRow } from "./checksum.ts";

export const logSql = {
  change: "SELECT * FROM changes WHERE id = ? AND num = ?",
  mile: "SELECT id, v FROM changes WHERE num = ? AND v % 64 = 0 AND v >= ? ORDER BY v LIMIT 1",
} as const;

/** A game with both parts of its state. */
export const gameSql = "SELECT games.*, stills.still FROM games LEFT JOIN stills USING (num) WHERE game_id = ?";

/** The same by its number, unless it is being removed, of a file of any schema: before 4 all states were whole. */
export function gameByNumberSql(schema: number): string {
  if (schema < 4) return "SELECT *, NULL AS still FROM games WHERE num = ? AND status <> 'removed'";
  return "SELECT games.*, stills.still FROM games LEFT JOIN stills USING (num) WHERE num = ? AND status <> 'removed'";
}

/** A game as its row names it: its number, its version and the row id of its newest change. */
export interface LogEnd {
  readonly num: number;
  readonly v: number;
  readonly last_id: number;
}

/** Versions above `afterV` and up to `untilV`, oldest first. It ends early, at its old end, where the log is torn. */
export type ReadLog = (game: LogEnd, afterV: number, untilV: number) => ChangeRow[];

export function logReader(db: Database): ReadLog {
  const change = db.prepare(logSql.change);
  const mile = db.prepare(logSql.mile);
  return db.transaction((game: LogEnd, afterV: number, untilV: number) => {
    let { v, last_id: id } = game;
    if (untilV < v) {
      const near = mile.get(game.num, untilV) as { id: number; v: number } | undefined;
      if (near !== undefined && near.v < v) ({ id, v } = near);
    }
    const rows: ChangeRow[] = [];
    for (; v > afterV; v -= 1) {
      const row = change.get(id, game.num) as ChangeRow | undefined;
      if (row?.v !== v) break;
      if (v <= untilV) rows.push(row);
      id = row.prev;
    }
    return rows.reverse();
  });
}
