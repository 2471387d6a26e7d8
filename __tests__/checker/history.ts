// The input of the history checker: what clients saw, what the store kept, which faults were really hit. Plain data.
//
// Every run that breaks things writes one History and asks `checkHistory` (checker.ts) for its verdict.
//
//   observations  what each client did and saw, in any order; `at` is milliseconds of one clock that all observers share
//                 (`performance.timeOrigin + performance.now()` on one machine).
//     sent      a command with its action id left the client (again, after a reconnect, counts as another `sent`)
//     ok        the server said it was applied, at version `v`; `answer` is all that it said, as text
//     refused   the server said it was not applied; `retry` is whether it said that trying again may help
//     unknown   no answer came and none will: connection lost, timeout, StoreFault "unknown"
//     saw       a message showed the game at version `v`. `print` stands for what was shown (a hash of the state or view, or the
//               store's chain hash); two `saw` of one game, version and `audience` must have the same print
//   logs          what the store holds when all is over and quiet, one per game: every change, oldest first
//     hash, prevHash, change, state   as the port's `changes` gives them; hashes are recomputed wherever `state` is there
//     actionId, answer                of the change, null without one; leave them out when the log does not tell
//     print                           optional: what a client must have seen at this version
//     clock                           optional: the sums up to this change, for the conservation of time
//   resolved      for logs that do not tell action ids: what `resolve` gave for them afterwards
//   settled       clients that were connected and quiet at the end, by game: they must have seen the newest version
//   faults        what the run set out to break, and how often that really happened; 0 makes the verdict "inconclusive"

export interface Sent {
  readonly type: "sent";
  readonly client: string;
  readonly at: number;
  readonly game: string;
  readonly action: string;
}

export interface Answered {
  readonly type: "ok" | "refused" | "unknown";
  readonly client: string;
  readonly at: number;
  readonly game: string;
  readonly action: string;
  /** With `ok`. */
  readonly v?: number;
  /** The whole answer as text, to compare with later answers to the same id. */
  readonly answer?: string;
  /** With `refused`. */
  readonly retry?: boolean;
}

export interface Saw {
  readonly type: "saw";
  readonly client: string;
  readonly at: number;
  readonly game: string;
  readonly v: number;
  readonly print?: string;
  readonly audience?: string;
}

export type Observation = Sent | Answered | Saw;

/** Milliseconds since the game's clock first ran, and where they went. */
export interface ClockSums {
  readonly elapsedMs: number;
  readonly chargedMs: number;
  readonly pausedMs: number;
  readonly outageMs: number;
  readonly creditedMs: number;
}

export interface LoggedChange {
  readonly v: number;
  readonly at: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly change: string;
  readonly state?: string | null;
  readonly actionId?: string | null;
  readonly answer?: string | null;
  readonly print?: string;
  readonly clock?: ClockSums;
}

export interface GameLog {
  readonly game: string;
  readonly changes: readonly LoggedChange[];
  /** What `load` gives at the end; null when the game is absent. */
  readonly final: { readonly v: number; readonly hash: string; readonly state: string } | null;
}

export interface Resolved {
  readonly game: string;
  readonly action: string;
  /** True when `resolve` gave the answer of a change, false when it gave a tombstone. */
  readonly happened: boolean;
}

export interface History {
  readonly observations: readonly Observation[];
  readonly logs: readonly GameLog[];
  readonly resolved?: readonly Resolved[];
  readonly settled?: readonly { readonly client: string; readonly game: string }[];
  readonly faults?: readonly { readonly name: string; readonly hits: number }[];
}

/** Observations as processes write them: one JSON object a line. A torn last line (its writer was killed) is left out. */
export function observationsFromLines(text: string): Observation[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((line, place) => {
    try {
      return [JSON.parse(line) as Observation];
    } catch (error) {
      if (place === lines.length - 1) return [];
      throw error;
    }
  });
}
