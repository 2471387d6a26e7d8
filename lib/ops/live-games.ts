// What the operator's table shows of games as they change: the newest row of each game since the last batch. Costs nothing while
// nobody looks, and never more than one row per game and batch.
import type { GameRow } from "../protocol/admin-rows.ts";
import type { Ambient, Cancellable } from "./ambient.ts";

export interface LiveGames {
  /** Called by the room after each change that is durable. `row` is only called when somebody looks. */
  note(id: string, row: () => GameRow): void;
  /** Batches of at most one row per game, about four a second; gives how to stop. */
  watch(take: (rows: readonly GameRow[]) => void): () => void;
  watchers(): number;
}

const batchMs = 250;

export function createLiveGames(ambient: Pick<Ambient, "every">): LiveGames {
  const watchers = new Set<(rows: readonly GameRow[]) => void>();
  let changed = new Map<string, () => GameRow>();
  let timer: Cancellable | null = null;

  function flush(): void {
    if (changed.size === 0) return;
    const rows = [...changed.values()].map((row) => row());
    changed = new Map();
    for (const take of watchers) take(rows);
  }

  return {
    note(id, row) {
      if (watchers.size > 0) changed.set(id, row);
    },
    watch(take) {
      watchers.add(take);
      timer ??= ambient.every(batchMs, flush);
      return () => {
        watchers.delete(take);
        if (watchers.size > 0) return;
        timer?.cancel();
        timer = null;
        changed = new Map();
      };
    },
    watchers: () => watchers.size,
  };
}
