// Keeps the operator's table of games as it is: the whole list first, then what changes. Begins again by itself when the line is lost, and
// looks at the whole list now and then, as nobody says that a game is forgotten.
import type { GameRow } from "../../lib/protocol/admin-rows.ts";
import { backoffMs } from "../app/net/backoff.ts";
import { type After, nowAndThen } from "./again.ts";

const listEveryMs = 60_000;
const attemptsMax = 40;

interface Follows {
  /** Null when there are more games than are shown: then nothing is known of those that are not in it. */
  readonly list: (take: (rows: readonly GameRow[]) => void) => Promise<ReadonlySet<string> | null>;
  readonly live: (take: (rows: readonly GameRow[]) => void, signal: AbortSignal) => Promise<void>;
  readonly table: { update(rows: readonly GameRow[]): void; remove(ids: readonly string[]): void };
  /** Words above the table; empty when there is nothing to say. */
  readonly say: (problem: string) => void;
  /** Whether it is of no use to ask again. */
  readonly isFinal: (error: unknown) => boolean;
  readonly after: After;
  readonly jitter: () => number;
}

interface Known {
  readonly v: number;
  /** Number of the last look at the list by which it was there. */
  readonly look: number;
}

/** What stands in the table, as the list and the live rows have told. */
class Shown {
  private readonly follows: Follows;
  private readonly known = new Map<string, Known>();
  private look = 0;

  constructor(follows: Follows) {
    this.follows = follows;
  }

  /** A live row is newer than any of the list. */
  readonly changed = (rows: readonly GameRow[]): void => {
    for (const { id, v } of rows) this.known.set(id, { v, look: this.look });
    this.follows.table.update(rows);
  };

  async lookAgain(): Promise<void> {
    this.look += 1;
    const { look, follows } = this;
    const listed = await follows.list((rows) => {
      const newer = rows.filter(({ id, v }) => v > (this.known.get(id)?.v ?? -1));
      for (const { id, v } of rows) this.known.set(id, { v: Math.max(v, this.known.get(id)?.v ?? v), look });
      follows.table.update(newer);
    });
    if (listed === null) return;
    // The list is in the order of changes and read page by page: a game that changes meanwhile may slip through, but not twice.
    const gone = [...this.known].filter(([id, known]) => !listed.has(id) && known.look < look - 1).map(([id]) => id);
    for (const id of gone) this.known.delete(id);
    follows.table.remove(gone);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Until `signal` says stop. */
export async function followGames(follows: Follows, signal: AbortSignal): Promise<void> {
  const { live, say, isFinal, after, jitter } = follows;
  const shown = new Shown(follows);
  let attempts = 0;
  const taken = (rows: readonly GameRow[]): void => {
    attempts = 0;
    shown.changed(rows);
  };
  while (!signal.aborted) {
    let stopLooking: () => void = () => undefined;
    let problem = "The line of the live table has ended.";
    try {
      await shown.lookAgain();
      if (signal.aborted) return;
      say("");
      stopLooking = nowAndThen(after, { everyMs: listEveryMs, ask: () => shown.lookAgain() });
      await live(taken, signal);
    } catch (error) {
      problem = wordsOf(error);
      if (!signal.aborted && isFinal(error)) return say(problem);
    } finally {
      stopLooking();
    }
    if (signal.aborted) return;
    say(`${problem} It is tried again.`);
    await new Promise<void>((resolve) => void after(backoffMs(attempts, jitter()), resolve));
    attempts = Math.min(attemptsMax, attempts + 1);
  }
}
