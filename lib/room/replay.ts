// A recorded game decided again from its log, change by change, and compared with what was kept. Pure: it reads no store.
import { chainHash } from "../store/chain.ts";
import { type AnyRules, type LogRecord, readRecord, replayChange } from "./log.ts";
import type { Past } from "./rules.ts";

/** A change as a log gives it: `change` is its text as it was stored. */
export interface RecordedChange {
  readonly v: number;
  readonly at: number;
  readonly change: string;
  readonly hash: string;
}

/** `same`: the rules decide today what they decided then. `differs`: they do not. `gap`: the change before it is not there. */
export interface ReplayedChange {
  readonly v: number;
  readonly at: number;
  readonly by: number | null;
  readonly command: string;
  readonly outcome: "same" | "differs" | "gap";
  /** After the change; null when it could not be made. */
  readonly state: unknown | null;
}

/** Stops at the first change that does not come out the same. `changes` from the first one on, in order. */
export function* replayGame(rules: AnyRules, gameId: string, changes: Iterable<RecordedChange>): Generator<ReplayedChange> {
  const states: unknown[] = [null];
  let hash = "";
  for (const row of changes) {
    const record = readRecord(row);
    const shown = { v: row.v, at: row.at, by: record.by, command: record.command.type };
    if (row.v !== states.length) {
      yield { ...shown, outcome: "gap", state: null };
      return;
    }
    const state = replayChange(rules, {
      gameId,
      v: row.v,
      at: row.at,
      state: states[row.v - 1] ?? null,
      record,
      past: pastOf(record, states),
    });
    const same = state !== null && chainHash(hash, row.v, row.change, rules.encode(state)) === row.hash;
    yield { ...shown, outcome: same ? "same" : "differs", state };
    if (!same) return;
    states.push(state);
    hash = row.hash;
  }
}

function pastOf({ past }: LogRecord, states: readonly unknown[]): Past<unknown> | null {
  const state = past === null ? undefined : states[past.v - 1];
  return past === null || state === undefined ? null : { ...past, state };
}
