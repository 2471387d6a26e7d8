// Builds again whenever something in the folders changes; what changes during a build is built after it.
import { type FSWatcher, watch } from "node:fs";

/** An editor writes a file in several steps, and a checkout many files: one build is enough for them. */
const settleMs = 100;

/** Builds once now, then after each change. `build` tells when it is done, well or not. */
export function keepBuilt(folders: readonly string[], build: () => Promise<void>): { close(): void } {
  let building = false;
  let stale = false;
  let settling: NodeJS.Timeout | undefined;
  async function run(): Promise<void> {
    stale = building;
    if (building) return;
    building = true;
    await build();
    building = false;
    if (stale) await run();
  }
  const changed = () => {
    clearTimeout(settling);
    settling = setTimeout(() => void run(), settleMs);
  };
  const watchers: readonly FSWatcher[] = folders.map((folder) => watch(folder, { recursive: true }, changed));
  void run();
  return {
    close() {
      clearTimeout(settling);
      // Or the end of the build under way would begin another, and Ctrl-C would seem to do nothing.
      stale = false;
      for (const watcher of watchers) watcher.close();
    },
  };
}
