// Copies of the data file: taken while a server runs, verified by opening, put back with the present file kept aside.
// A copy of the .db alone would lose what is still in its log; VACUUM INTO reads both in one snapshot.
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
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

/** Writes a verified copy to `target`, which must not exist. Nothing is left behind when it fails. */
export function backupDataFile(source: string, target: string): BackupReport {
  if (existsSync(target)) throw new DbCommandError(`${target} exists already; a backup never overwrites.`);
  const part = `${target}.part`;
  rmSync(part, { force: true });
  try {
    const db = new Sqlite(source, { readonly: true, fileMustExist: true, timeout: 5_000 });
    try {
      db.prepare("VACUUM INTO ?").run(part);
    } finally {
      db.close();
    }
    const report = verifyCopy(part);
    forceToDisk(part);
    renameSync(part, target);
    forceToDisk(dirname(target));
    return { ...report, path: target };
  } finally {
    rmSync(part, { force: true });
  }
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
    return new Sqlite(path, { readonly: true, fileMustExist: true });
  } catch (error) {
    throw new DbCommandError(`${path} cannot be opened: ${oneLine(error)}.`);
  }
}

/**
 * Puts a verified backup in the data file's place. The caller holds the lock. What was there is kept beside it, under
 * a name that ends in `suffix`, and the high-water mark goes with it: this step back is meant.
 */
export function restoreDataFile(backup: string, { path, suffix }: { readonly path: string; readonly suffix: string }): BackupReport {
  const report = verifyCopy(backup);
  const part = `${path}.restoring`;
  copyFileSync(backup, part);
  forceToDisk(part);
  // In this order a crash at any point leaves files that the gate refuses, or the restored ones: never an old log beside a new file,
  // and never a folder that looks new.
  const setAside = (name: string) => {
    if (existsSync(name)) renameSync(name, `${name}${suffix}`);
  };
  setAside(`${path}-wal`);
  rmSync(`${path}-shm`, { force: true });
  if (existsSync(path)) linkSync(path, `${path}${suffix}`);
  renameSync(part, path);
  setAside(markPath(path));
  forceToDisk(dirname(path));
  return report;
}
