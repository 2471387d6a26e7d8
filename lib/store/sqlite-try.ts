// `--validate`: can the data folder be used? Looks at what is there as a start would, under the lock of a server, and changes nothing.
import { accessSync, constants, existsSync, mkdtempSync, realpathSync, rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isLink } from "./sqlite-disk.ts";
import { lookThroughGate, markPath } from "./sqlite-gate.ts";
import { lockDataFile } from "./sqlite-lock.ts";
import { dataFileName } from "./store-sqlite.ts";

/** Throws one sentence when a server could not use the folder. */
export function trySqlite(dataDir: string, checkBytesMax: number): void {
  const named = join(resolve(dataDir), dataFileName);
  const path = existsSync(named) ? realpathSync(named) : named;
  tryFolder(dirname(path));
  if (!existsSync(path)) return lookThroughGate({ path, checkBytesMax });
  const lock = lockDataFile(path);
  try {
    lookThroughGate({ path, checkBytesMax });
    for (const file of [path, `${path}-wal`, `${path}-shm`, markPath(path)]) if (existsSync(file)) assertWritable(file);
  } finally {
    lock.release();
  }
}

function assertWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch {
    throw new Error(`DATA_DIR cannot be used: ${path} may not be read and written.`);
  }
}

/** A folder that is not there yet is made by the start. */
export function tryFolder(folder: string): void {
  let existing = folder;
  while (!existsSync(existing)) {
    // To what is not there, a volume that is not mounted perhaps: the start would not make that.
    if (isLink(existing)) throw new Error(`DATA_DIR cannot be used: ${existing} leads nowhere.`);
    existing = dirname(existing);
  }
  try {
    rmdirSync(mkdtempSync(join(existing, ".tapotarp-")));
  } catch {
    throw new Error(`DATA_DIR cannot be used: nothing can be written to ${existing}.`);
  }
}
