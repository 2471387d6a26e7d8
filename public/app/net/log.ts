// The log of a game over HTTP, page by page.
import type { LoggedChange } from "../model/logged.ts";

/** Pages read at most when nothing else is said: longer games show what fits. */
const pagesUsual = 40;

interface LogPage {
  readonly changes: readonly LoggedChange[];
  readonly next: number | null;
}

export interface LogPart {
  /** Only changes above this version. */
  readonly after?: number;
  readonly pagesMax?: number;
}

/** The changes in the order of their versions; null when they cannot be read now. */
export async function fetchLog(gameId: string, part: LogPart = {}): Promise<readonly LoggedChange[] | null> {
  const { pagesMax = pagesUsual } = part;
  const changes: LoggedChange[] = [];
  let after = part.after ?? 0;
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
