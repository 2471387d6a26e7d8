// `--validate`: can the data folder be used? Opens what is there and lets go of it again; makes nothing that was not there.
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Ambient } from "../ops/ambient.ts";
import { openSqliteStore } from "./store-sqlite.ts";

/** Throws one sentence when a server could not use the folder. */
export async function trySqlite(dataDir: string, ambient: Ambient): Promise<void> {
  const folder = resolve(dataDir);
  if (existsSync(join(folder, "games.db"))) {
    const store = await openSqliteStore({ dataDir: folder, ambient });
    return store.close();
  }
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    rmdirSync(mkdtempSync(join(existing, ".tapotarp-")));
  } catch {
    throw new Error(`DATA_DIR cannot be used: nothing can be written to ${existing}.`);
  }
}
