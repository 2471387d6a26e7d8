// Copies of the data file: taken while a server runs, verified by opening, put back with the present file kept aside.
// A copy of the .db alone would lose what is still in its log; VACUUM INTO reads both in one snapshot.
import { existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import { type CheckReport, checkDataFile } from "./sqlite-check.ts";
import { forceToDisk, oneLine } from "./sqlite-disk.ts";
import { markPath } from "./sqlite-gate.ts";
import { applicationId, schemaVersion, versionOf } from "./sqlite-schema.ts";

/** The command could not be carried out; `message` is one line. */
export class DbCommandError extends Error {}

export interface BackupReport extends CheckReport {
  readonly path: string;
  readonly seq: number;
}

/** Opens a data file or a copy to read it. Reading one with a log makes a file beside it: that it may not is no damage, and is told here. */
export function openToRead(path: string): Database {
  const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    db.pragma("application_id");
  } catch (error) {
    // What else is wrong with it shows when it is read.
    if (!/^SQLITE_(READONLY|CANTOPEN)/.test(String((error as { code?: unknown }).code))) return db;
    db.close();
    const how = "nothing may be written beside it, which reading its log needs. Do this as the server's user, or with a copy";
    throw new DbCommandError(`${path} cannot be read here: ${how}.`);
  }
  return db;
}

/** Writes a verified copy to `target`, which must not exist. Nothing is left behind when it fails. */
export function backupDataFile(source: string, target: string): BackupReport {
  if (existsSync(target)) throw new DbCommandError(`${target} exists already; a backup never overwrites.`);
  const part = `${target}.part`;
  rmSync(part, { force: true });
  try {
    const report = copyWhole(source, part);
    renameSync(part, target);
    forceToDisk(dirname(target));
    return { ...report, path: target };
  } finally {
    rmSync(part, { force: true });
  }
}

/** Writes what a file and its log hold to `part`, forces it to the disk, and says what is in it. */
function copyWhole(source: string, part: string): BackupReport {
  const db = openToRead(source);
  try {
    db.prepare("VACUUM INTO ?").run(part);
  } finally {
    db.close();
  }
  const report = verifyCopy(part);
  forceToDisk(part);
  return report;
}

/** Opens a copy and reads every row. Throws when it is not a whole and sound data file of this program. */
export function verifyCopy(path: string): BackupReport {
  const db = openCopy(path);
  try {
    if (db.pragma("application_id", { simple: true }) !== applicationId)
      throw new DbCommandError(`${path} is not a data file of this program.`);
    const version = versionOf(db);
    if (version > schemaVersion) throw new DbCommandError(`${path} has schema ${version}; this program knows ${schemaVersion}.`);
    const report = checkDataFile(db);
    if (report.problems.length > 0) throw new DbCommandError(`${path} is not sound: ${report.problems[0]}.`);
    return { ...report, path, seq: db.prepare("SELECT seq FROM store").pluck().get() as number };
  } catch (error) {
    if (error instanceof DbCommandError) throw error;
    throw new DbCommandError(`${path} is not sound: ${oneLine(error)}.`);
  } finally {
    db.close();
  }
}

function openCopy(path: string) {
  try {
    return openToRead(path);
  } catch (error) {
    if (error instanceof DbCommandError) throw error;
    throw new DbCommandError(`${path} cannot be opened: ${oneLine(error)}.`);
  }
}

/**
 * Puts a verified backup, with what is in its log, in the data file's place. The caller holds the lock. What was there is kept beside
 * it, under a name that ends in `suffix` and with its log under the name SQLite looks for. The high-water mark goes with it: this step
 * back is meant.
 */
export function restoreDataFile(backup: string, { path, suffix }: { readonly path: string; readonly suffix: string }): BackupReport {
  // The source as well: a copy of a damaged file can look sound, with rows missing.
  verifyCopy(backup);
  const part = `${path}.restoring`;
  const aside = `${path}${suffix}`;
  rmSync(part, { force: true });
  try {
    const report = copyWhole(backup, part);
    // In this order a crash at any point leaves files that the gate refuses, or the restored ones: never an old log beside a new file,
    // and never a folder that looks new.
    if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`);
    rmSync(`${path}-shm`, { force: true });
    if (existsSync(path)) linkSync(path, aside);
    renameSync(part, path);
    if (existsSync(markPath(path))) renameSync(markPath(path), `${markPath(path)}${suffix}`);
    forceToDisk(dirname(path));
    return { ...report, path };
  } finally {
    rmSync(part, { force: true });
  }
}
