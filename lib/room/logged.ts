// What a room asks of the log: whether a commit stands in it, and who had to go in changes that were not shown one by one.
import { type Commit, type CommitOutcome, inDoubt, type Store, StoreFault } from "../store/store.ts";
import { readRecord } from "./log.ts";
import type { RoomParts } from "./room-parts.ts";
import type { Dismissal } from "./rules.ts";

/** Changes looked through. An instance that was cut off for longer is taken for dead, and sends everybody away. */
const missedMax = 500;

/** Whether this very commit is in the log, however far others have gone since. Rejects with StoreFault. */
async function isLogged(store: Pick<Store, "changes">, { gameId, expectedV, hash, at }: Commit): Promise<boolean> {
  const [change] = await store.changes(gameId, expectedV, 1);
  // Two instances that settle the same thing write the same bytes; the time tells whose stands.
  return change?.v === expectedV + 1 && change.hash === hash && change.at === at;
}

/**
 * What a commit came to whose outcome was not told: sent once more when it is not in the log. The first sending may be slow and come in
 * between; the second one's outcome would then call our own change somebody else's. Rejects with StoreFault.
 */
export async function sentAgain(store: Pick<Store, "changes" | "commit">, commit: Commit): Promise<CommitOutcome> {
  const done: CommitOutcome = { kind: "ok" };
  if (await isLogged(store, commit)) return done;
  const outcome = await store.commit(commit);
  return outcome.kind !== "ok" && (await isLogged(store, commit)) ? done : outcome;
}

/**
 * What a commit that failed came to: one of unknown outcome is sent again, once, as it either happened or can still happen. Rejects with the
 * failure, or with that of the second try.
 */
export async function surely(
  { store, observer }: Pick<RoomParts, "store" | "observer">,
  commit: Commit,
  failure: unknown,
): Promise<CommitOutcome> {
  const isUnknown = failure instanceof StoreFault && failure.kind === "unknown";
  try {
    if (!isUnknown) throw failure;
    return await sentAgain(store, commit);
  } catch (error) {
    observer.notCommitted(isUnknown ? "unknown" : "failed");
    throw isUnknown ? inDoubt(error) : error;
  }
}

/**
 * The dismissals of the changes above `shownV`, up to `v`; none when nothing was shown (null). A whole state does not say them.
 * Rejects with StoreFault.
 */
export async function missedDismissals(
  store: Pick<Store, "changes">,
  gameId: string,
  { shownV, v }: { readonly shownV: number | null; readonly v: number },
): Promise<readonly Dismissal[]> {
  if (shownV === null) return [];
  const afterV = Math.max(shownV, v - missedMax);
  return (await store.changes(gameId, afterV, v - afterV)).flatMap((row) => readRecord(row).dismissals);
}
