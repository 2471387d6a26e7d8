// The log of a game over HTTP, page by page, and read on from what is known of it.
import type { LoggedChange } from "../model/logged.ts";

/** Pages read at once when nothing else is said; who wants more reads on. */
const pagesUsual = 40;
/** Whoever reads on waits for the page before: on a line that died it must not be for ever. */
const patienceMs = 20_000;

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
      const answer = await fetch(`/api/games/${gameId}/log?after=${after}`, { signal: AbortSignal.timeout(patienceMs) });
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

/** Reads the log of one game after the other, and of each only what is new since it was last read. */
export class LogReader {
  private gameId = "";
  private seenV = 0;
  private known: readonly LoggedChange[] = [];
  private last: Promise<unknown> = Promise.resolve();

  /** All changes, those up to version `v` at least; null when they cannot be read now. One at a time: what one reads, the next one knows. */
  read(gameId: string, v: number): Promise<readonly LoggedChange[] | null> {
    const now = this.last.then(() => this.readOn(gameId, v));
    this.last = now;
    return now;
  }

  private async readOn(gameId: string, v: number): Promise<readonly LoggedChange[] | null> {
    // A backup takes a game back: what came after it in the log is not so any more.
    if (gameId !== this.gameId || v < this.seenV) this.known = [];
    this.gameId = gameId;
    this.seenV = v;
    const after = this.known.at(-1)?.v ?? 0;
    if (after >= v) return this.known;
    const more = await fetchLog(gameId, { after });
    if (more === null) return null;
    this.known = [...this.known, ...more];
    // Another instance may not have heard of the last change yet, and a log may have more pages than are read at once.
    return (this.known.at(-1)?.v ?? 0) < v ? null : this.known;
  }
}

export interface ShownLog {
  /** The game. */
  readonly of: string;
  /** Null until it was read once. */
  readonly changes: readonly LoggedChange[] | null;
  /** What was asked for last could not be read. */
  readonly isMissing: boolean;
}

export const noLog = (of: string): ShownLog => ({ of, changes: null, isMissing: false });

/** A read that fails takes nothing away of what is shown. */
export function afterReading(before: ShownLog, of: string, read: readonly LoggedChange[] | null): ShownLog {
  return { of, changes: read ?? (before.of === of ? before.changes : null), isMissing: read === null };
}
