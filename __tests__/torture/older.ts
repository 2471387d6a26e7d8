// An older copy of the files put in place after a kill: refused wherever the kill met the store, as soon as anything was acknowledged
// since the copy was taken.
import { copyFileSync, cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FailpointName } from "../../lib/store/failpoint.ts";
import { dataFileName, openSqliteStore } from "../../lib/store/store-sqlite.ts";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { dropFolder, newFolder } from "../store/sqlite-folder.ts";
import { runningPlaces } from "./kills.ts";
import { endOf, Notebook, startLife } from "./rounds.ts";

export interface OlderFigures {
  readonly places: number;
  readonly acknowledgedSince: number;
  readonly refused: number;
  /** Kills after which the older copy was served, although something had been acknowledged since. */
  readonly served: readonly string[];
}

/** One life makes the older files; from these a life dies at each place; then the older files are put back. */
export async function olderCopies(seed: number): Promise<OlderFigures> {
  const older = newFolder();
  const served: string[] = [];
  let [places, acknowledgedSince, refused] = [0, 0, 0];
  try {
    await live(older, { life: 1, seed, at: "batch-answered", nth: 20 });
    for (const at of runningPlaces.filter((name) => !name.startsWith("start-"))) {
      const folder = newFolder();
      cpSync(older, folder, { recursive: true });
      rmSync(join(folder, "notes.jsonl"));
      const acknowledged = await live(folder, { life: 2, seed: seed + places, at, nth: at.startsWith("checkpoint") ? 1 : 4 });
      places += 1;
      acknowledgedSince += acknowledged;
      putBack(older, folder);
      const isRefused = await refuses(folder);
      refused += isRefused ? 1 : 0;
      if (!isRefused && acknowledged > 0) served.push(`${at} after ${acknowledged} acknowledgements`);
      dropFolder(folder);
    }
  } finally {
    dropFolder(older);
  }
  return { places, acknowledgedSince, refused, served };
}

interface OneLife {
  readonly life: number;
  readonly seed: number;
  readonly at: FailpointName;
  readonly nth: number;
}

/** Plays until the place is met, and dies there. Gives how many commands were acknowledged. */
async function live(dataDir: string, { life, seed, at, nth }: OneLife): Promise<number> {
  const notes = join(dataDir, "notes.jsonl");
  const failpoints = [{ at, nth, times: 1, action: { kind: "kill" } }] as const;
  const stage = { dataDir, notes, life, seed, games: 6, clientsPerGame: 2, thinkMsMax: 4, unanswered: [] };
  const { signal } = await endOf(startLife({ ...stage, failpoints, limits: { walPagesMax: 40 } }));
  if (signal !== "SIGKILL") throw new Error(`the process did not die at ${at}`);
  const notebook = new Notebook(notes);
  notebook.catchUp();
  return notebook.observations.filter(({ type }) => type === "ok").length;
}

function putBack(older: string, folder: string): void {
  for (const name of [dataFileName, `${dataFileName}-wal`]) {
    rmSync(join(folder, name), { force: true });
    if (existsSync(join(older, name))) copyFileSync(join(older, name), join(folder, name));
  }
  rmSync(join(folder, `${dataFileName}-shm`), { force: true });
}

async function refuses(dataDir: string): Promise<boolean> {
  try {
    await (await openSqliteStore({ dataDir, ambient: realAmbient() })).close();
    return false;
  } catch (error) {
    if (String(error).includes("older copy")) return true;
    throw error;
  }
}
