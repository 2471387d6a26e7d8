// What a start costs with many stored games, each in a process of its own that did nothing before.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { dataFileName } from "../../lib/store/store-sqlite.ts";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { preload } from "./preload.ts";

interface Probe {
  readonly openMs: number;
  readonly rssBytes: number;
  readonly dueMs: number;
  readonly due: number;
  readonly listedMs: number;
  readonly games: number;
}

export interface StartFigures {
  readonly full: Probe;
  readonly fileBytes: number;
  /** The same with an empty folder. */
  readonly empty: Probe;
  readonly grownBytes: number;
}

const probe = (folder: string): Probe =>
  JSON.parse(execFileSync(process.execPath, [join(import.meta.dirname, "probe.ts"), folder], { encoding: "utf8" })) as Probe;

export async function startWith(games: number): Promise<StartFigures> {
  const [none, many] = [newFolder(), newFolder()];
  try {
    await preload(many, games);
    const [empty, full] = [probe(none), probe(many)];
    const fileBytes = statSync(join(many, dataFileName)).size;
    return { full, empty, fileBytes, grownBytes: full.rssBytes - empty.rssBytes };
  } finally {
    dropFolder(none);
    dropFolder(many);
  }
}

export function tellStart({ full, empty, fileBytes, grownBytes }: StartFigures): string {
  const { games, openMs, due, dueMs, listedMs } = full;
  return [
    `${games} games in ${(fileBytes / 1e6).toFixed(0)} MB: open ${openMs.toFixed(0)} ms (none: ${empty.openMs.toFixed(0)})`,
    `${(grownBytes / 1e6).toFixed(1)} MB of memory more than with none`,
    `${due} of ${games / 4} due in ${dueMs.toFixed(1)} ms, a page of the list in ${listedMs.toFixed(1)} ms`,
  ].join(", ");
}
