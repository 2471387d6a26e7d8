// Opens SQLite stores in folders of their own that are gone when the test is over.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { openSqliteStore, type SqliteOptions } from "../../lib/store/store-sqlite.ts";

export const newFolder = (): string => mkdtempSync(join(tmpdir(), "tapotarp-store-"));
export const dropFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Each store starts a thread. Its code is compiled once for all of them, except where coverage has to see it compiled. */
const compiled = join(tmpdir(), "tapotarp-compiled");

export function openAt(dataDir: string, options: Partial<SqliteOptions> = {}) {
  if (process.env["NODE_V8_COVERAGE"] === undefined) process.env["NODE_COMPILE_CACHE"] ??= compiled;
  return openSqliteStore({ ambient: realAmbient(), ...options, dataDir });
}

export async function openInFolder(options: Partial<SqliteOptions> = {}) {
  const folder = newFolder();
  const store = await openAt(folder, options);
  const end = async () => {
    await store.close();
    dropFolder(folder);
  };
  return { store, end };
}

/**
 * The real world, in which time leaps when the test says so: for what is given up after some time, which must not be so short that a slow
 * disk takes longer.
 */
export function leapingAmbient() {
  const real = realAmbient();
  let aheadMs = 0;
  const leap = (ms: number): void => {
    aheadMs += ms;
  };
  return { ambient: { ...real, monotonicMs: () => real.monotonicMs() + aheadMs }, leap };
}
