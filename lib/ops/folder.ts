// Makes a folder with all that leads to it.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Step by step: Node's own way (`recursive`) never ends where a folder that is there takes no new one as if it were not there, as /proc does. */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else was quicker.
    if (isFolder(path)) return;
    // Taken, and not there: a volume that is not mounted, perhaps.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && !existsSync(path)) throw new Error(`${path} is a link that leads nowhere`);
    throw error;
  }
}
