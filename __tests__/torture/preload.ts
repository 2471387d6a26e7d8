// Fills a folder with many stored games, quickly, through the real store.
import { realAmbient } from "../../lib/ops/ambient.ts";
import { chainHash } from "../../lib/store/chain.ts";
import type { StoredIndex } from "../../lib/store/store.ts";
import { openSqliteStore } from "../../lib/store/store-sqlite.ts";
import { uncutState } from "../../lib/store/state-text.ts";

const padding = "0123456789abcdef".repeat(90);
const statuses: readonly StoredIndex["status"][] = ["waiting", "running", "paused", "finished"];

/** `count` games of one change and about 1.5 kB of state each; one in 100 is listed, a quarter runs with a deadline. */
export async function preload(dataDir: string, count: number): Promise<void> {
  const store = await openSqliteStore({ dataDir, ambient: realAmbient() });
  const at = Date.now();
  for (let from = 0; from < count; from += 2_000) {
    const some = Array.from({ length: Math.min(2_000, count - from) }, (_, place) => from + place);
    await Promise.all(
      some.map((place) => {
        const gameId = `STORED${place}`;
        const status = statuses[place % 4] ?? "waiting";
        const state = JSON.stringify({ gameId, padding });
        const change = `{"type":"create"}`;
        const wakeAt = status === "running" ? at + place : null;
        const index = { kind: "clock", name: gameId, status, listed: place % 100 === 0, seats: 4, seatsFree: 2, wakeAt };
        const hash = chainHash("", 1, change, state);
        return store.commit({
          gameId,
          expectedV: 0,
          at,
          ...uncutState(state),
          change,
          prevHash: "",
          hash,
          actionId: null,
          answer: null,
          index,
          sameStill: false,
          sameIndex: false,
          checkpoint: false,
        });
      }),
    );
  }
  await store.close();
}
