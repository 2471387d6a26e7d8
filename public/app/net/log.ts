// The log of a game over HTTP, page by page.
import type { LoggedChange } from "../model/recap.ts";

/** Pages read at most: longer games show what fits. */
const pagesMax = 40;

interface LogPage {
  readonly changes: readonly LoggedChange[];
  readonly next: number | null;
}

export async function fetchLog(gameId: string): Promise<readonly LoggedChange[] | null> {
  const changes: LoggedChange[] = [];
  let after = 0;
  try {
    for (let page = 0; page < pagesMax; page += 1) {
      const answer = await fetch(`/api/games/${gameId}/log?after=${after}`);
      if (!answer.ok) return null;
      const body = (await answer.json()) as LogPage;
      changes.push(...body.changes);
      if (body.next === null) break;
      after = body.next;
    }
    return changes;
  } catch {
    return null;
  }
}
