// The high-water mark: a small file beside the data file that says how far the data file is known to have come.
// It is how a lost log, an emptied file or an older copy is noticed. Written after the commit, so it is never ahead.
import { closeSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

export interface Mark {
  readonly storeId: string;
  readonly seq: number;
}

export interface MarkFile {
  /** Replaces the mark. It outlives this process at once, and the machine after the next `sync`. */
  write(mark: Mark): void;
  /** Forces the mark to the disk beside whatever the caller does; one at a time. `failed` is called when the disk refuses. */
  sync(failed: (error: Error) => void): void;
  close(): void;
}

/** Fixed length, so that a newer mark replaces the older one in place and needs no room on a full disk. */
const markBytes = 96;

function encode({ storeId, seq }: Mark): string {
  const text = `tap-or-tarp mark 1 ${storeId} ${seq}`;
  return `${text} ${crc32(text)}`.padEnd(markBytes - 1).concat("\n");
}

/** null: there is no mark. "unreadable": something is there, but not a mark. */
export function readMark(path: string): Mark | "unreadable" | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const found = /^(tap-or-tarp mark 1 ([\w-]+) (\d+)) (\d+) *\n$/.exec(text);
  if (found === null || found[2] === undefined || crc32(found[1] ?? "") !== Number(found[4])) return "unreadable";
  return { storeId: found[2], seq: Number(found[3]) };
}

/** Opens the file for many writes in place, and forces the first to the disk. */
export function openMark(path: string, first: Mark): MarkFile {
  const flags = readMark(path) === null ? "w" : "r+";
  const file = openSync(path, flags, 0o600);
  const write = (mark: Mark) => {
    writeSync(file, encode(mark), 0);
  };
  write(first);
  // What was no mark may have been longer: its end would stay behind the new one and make that unreadable, too.
  ftruncateSync(file, markBytes);
  fsyncSync(file);
  let isSyncing = false;
  let isClosed = false;
  return {
    write,
    sync(failed) {
      if (isSyncing) return;
      isSyncing = true;
      fdatasync(file, (error) => {
        isSyncing = false;
        if (error !== null && !isClosed) failed(error);
      });
    },
    close() {
      isClosed = true;
      fsyncSync(file);
      closeSync(file);
    },
  };
}
