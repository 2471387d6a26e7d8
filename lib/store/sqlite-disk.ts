// What the store asks of the system beside SQLite: that a file is on the disk and still the same, that there is room,
// and what an error says in one line. Runs in any thread.
import { closeSync, fsyncSync, lstatSync, openSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Below this much free disk the store does not come back from "full". */
const roomBytesMin = 1 << 20;

/** Forces a file, or a folder with the names in it, to the disk. */
export function forceToDisk(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Whether a file may grow where it lies. */
export function hasRoom(path: string, bytesMin = roomBytesMin): boolean {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize >= bytesMin;
}

/** Names the very file behind a path, whatever is renamed or put in its place; null when there is none. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}.${found.ino}`;
}

/** Whether what stands there is a link, be it one that leads nowhere. */
export function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** What an error says, as one line. */
export const oneLine = (error: unknown): string => String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, " ");
