// One server per data file: an exclusive lock that the system frees when the process ends, however it ends.
// Held on a companion file, because readers must still be able to open the data file itself.
import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { oneLine } from "./sqlite-disk.ts";
import { StartRefused } from "./sqlite-thread.ts";

export interface DataLock {
  release(): void;
}

/** A server that is being stopped may take a moment to let go. */
const lockWaitMs = 500;

export function lockDataFile(path: string): DataLock {
  const lockPath = `${path}.lock`;
  let db: Sqlite.Database;
  try {
    db = new Sqlite(lockPath, { timeout: lockWaitMs });
  } catch (error) {
    throw new StartRefused(`The lock file ${lockPath} cannot be opened: ${oneLine(error)}.`);
  }
  try {
    db.pragma("journal_mode = MEMORY");
    db.exec("BEGIN EXCLUSIVE");
    // Of a file that it may only read SQLite takes no lock here, and says nothing: a second server would get it as well.
    db.pragma("user_version = 1");
  } catch (error) {
    db.close();
    const code = String((error as { code?: string }).code);
    if (code.startsWith("SQLITE_BUSY")) throw new StartRefused(`The data file ${path} is in use by another server.`);
    if (code.startsWith("SQLITE_READONLY"))
      throw new StartRefused(`The lock file ${lockPath} may only be read: whoever uses the data file has to own it.`);
    throw new StartRefused(`The lock file ${lockPath} cannot be locked: ${oneLine(error)}.`);
  }
  return {
    release() {
      if (db.inTransaction) db.exec("ROLLBACK");
      db.close();
    },
  };
}

/** Whether a server holds the lock now. Looks, and lets go at once. */
export function isLocked(path: string): boolean {
  const lockPath = `${path}.lock`;
  if (!existsSync(lockPath)) return false;
  const db = new Sqlite(lockPath, { timeout: 0 });
  try {
    db.pragma("journal_mode = MEMORY");
    db.exec("BEGIN EXCLUSIVE");
    db.exec("ROLLBACK");
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}
