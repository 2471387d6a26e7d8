// Kills during creation and migration: afterwards the file has the old or the new schema, whole, with every game in it.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import type { FailpointName } from "../../lib/store/failpoint.ts";
import { checkDataFile } from "../../lib/store/sqlite-check.ts";
import { schemaVersion, versionOf } from "../../lib/store/sqlite-schema.ts";
import { dataFileName } from "../../lib/store/store-sqlite.ts";
import { runDb } from "../store/run-db.ts";
import { dropFolder, newFolder, openAt } from "../store/sqlite-folder.ts";
import { Table } from "../store/table.ts";
import { endOf, startLife } from "./rounds.ts";

export interface MigrationFigures {
  readonly kills: number;
  readonly oldAfter: number;
  readonly newAfter: number;
  readonly wrong: readonly string[];
}

const creationPlaces: readonly FailpointName[] = ["create-before-rename", "create-after-rename"];
const migrationPlaces: readonly FailpointName[] = ["migrate-before-commit", "migrate-after-commit"];

async function killAt(folder: string, at: FailpointName): Promise<boolean> {
  const failpoints = [{ at, nth: 1, times: 1, action: { kind: "kill" } }] as const;
  const notes = join(folder, "notes.jsonl");
  const life = startLife({
    dataDir: folder,
    notes,
    life: 1,
    seed: 1,
    games: 1,
    clientsPerGame: 1,
    thinkMsMax: 1,
    failpoints,
    limits: {},
    unanswered: [],
  });
  const { signal } = await endOf(life);
  rmSync(notes, { force: true });
  return signal === "SIGKILL";
}

/** Schemas that a file is brought up from, in turns: the one before, and the one that is a step more away. */
const oldSchemas: readonly number[] = [schemaVersion - 1, schemaVersion - 2];

interface Kill {
  readonly at: FailpointName;
  /** Null for a file that is made anew. */
  readonly from: number | null;
}

export async function migrationKills(times: number): Promise<MigrationFigures> {
  const figures = { kills: 0, oldAfter: 0, newAfter: 0, wrong: [] as string[] };
  for (const at of [...creationPlaces, ...migrationPlaces]) {
    for (let time = 0; time < times; time += 1) {
      const folder = newFolder();
      try {
        const from = migrationPlaces.includes(at) ? (oldSchemas[time % oldSchemas.length] ?? null) : null;
        await oneKill(folder, { at, from }, figures);
      } finally {
        dropFolder(folder);
      }
    }
  }
  return figures;
}

async function oneKill(
  folder: string,
  { at, from }: Kill,
  figures: { kills: number; oldAfter: number; newAfter: number; wrong: string[] },
): Promise<void> {
  if (from !== null) await makeOld(folder, from);
  if (await killAt(folder, at)) figures.kills += 1;
  else figures.wrong.push(`${at} was not reached`);
  const path = join(folder, dataFileName);
  if (existsSync(path)) {
    const db = new Sqlite(path, { readonly: true });
    const version = versionOf(db);
    const isWhole = db.pragma("integrity_check", { simple: true }) === "ok";
    db.close();
    // Killed in the first step: the file is where it was, or one step on.
    if (version === (from === null ? schemaVersion : from + 1)) figures.newAfter += 1;
    else if (version === from) figures.oldAfter += 1;
    else figures.wrong.push(`${at} left schema ${version}`);
    if (!isWhole) figures.wrong.push(`${at} left a damaged file`);
  } else if (at !== "create-before-rename") figures.wrong.push(`${at} left no file`);
  const store = await openAt(folder);
  const count = (await store.counts()).waiting;
  if (from !== null && count !== 20) figures.wrong.push(`${at} left ${count} of 20 games`);
  await store.saveFeedback({ at: 1, gameId: null, text: "the newest schema works" }, "a word");
  await store.close();
  const db = new Sqlite(path, { readonly: true });
  const { problems } = checkDataFile(db);
  db.close();
  figures.wrong.push(...problems.map((problem) => `${at} led to: ${problem}`));
}

async function makeOld(folder: string, schema: number): Promise<void> {
  const store = await openAt(folder);
  for (let place = 0; place < 20; place += 1) await new Table(store, `GAME${place}`).step();
  await store.close();
  const { code, err } = await runDb(folder, "migrate", "--to", String(schema));
  if (code !== 0) throw new Error(err);
}
