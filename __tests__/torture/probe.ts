// Opens a folder in a process of its own and says on stdout what that cost.
import { realAmbient } from "../../lib/ops/ambient.ts";
import { openSqliteStore } from "../../lib/store/store-sqlite.ts";

async function timed<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
  const startedAt = performance.now();
  const result = await run();
  return [performance.now() - startedAt, result];
}

const dataDir = process.argv[2] ?? "";
const [openMs, store] = await timed(() => openSqliteStore({ dataDir, ambient: realAmbient() }));
const rssBytes = process.memoryUsage().rss;
/** The best of five, so that one slow moment of the machine does not decide. */
async function best<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
  let [least, result] = await timed(run);
  for (let time = 1; time < 5; time += 1) {
    const [ms, again] = await timed(run);
    if (ms < least) [least, result] = [ms, again];
  }
  return [least, result];
}

const [dueMs, due] = await best(() => store.due(Date.now() + 1e9, 100));
const [listedMs] = await best(() => store.listed(null, 50));
const counts = await store.counts();
await store.close();
const games = Object.values(counts).reduce((sum, count) => sum + count, 0);
process.stdout.write(JSON.stringify({ openMs, rssBytes, dueMs, due: due.length, listedMs, games }));
