// The game log: what one change was made of, as it is kept, and how earlier states are made again from it.
import type { SystemCommand } from "../game/commands.ts";
import type { GameId, Instant, SeatId, ViewerId } from "../game/ids.ts";
import { chainHash } from "../store/chain.ts";
import type { Store, StoredChange } from "../store/store.ts";
import type { RoomObserver } from "./observer.ts";
import type { Accepted, Dismissal, Draw, LogEntry, Past, Rules } from "./rules.ts";

/** Rules of a game the shell cannot look into. */
export type AnyRules = Rules<unknown, unknown, unknown, unknown>;

/** How a state came to its next version. `create` and `wake` have no sender. */
export type LoggedCommand =
  | { readonly type: "create"; readonly name: string | null; readonly settings: unknown }
  | { readonly type: "wake" }
  | SystemCommand
  | { readonly type: string };

/** The body of a stored change: all that a replay needs, and what is shown of it. */
export interface LogRecord {
  /** The seat that acted; null for the shell and for a host without a seat. */
  readonly by: SeatId | null;
  readonly viewerId: ViewerId | null;
  readonly rttMs: number;
  readonly command: LoggedCommand;
  readonly draw: Draw;
  /** For a command that was given an earlier state: which change it would take back, and whose it was. */
  readonly past: Omit<Past<unknown>, "state"> | null;
  readonly events: readonly unknown[];
  readonly dismissals: readonly Dismissal[];
}

/** Field by field, in the order in which they are kept: it is made for every tap. */
export function recordOf(
  { events, dismissals = [] }: Accepted<unknown, unknown>,
  { by, viewerId, rttMs, command, draw, past }: Omit<LogRecord, "events" | "dismissals">,
): LogRecord {
  return { by, viewerId, rttMs, command, draw, past, events, dismissals };
}

export function readRecord(change: StoredChange | { readonly change: string }): LogRecord {
  return JSON.parse(change.change) as LogRecord;
}

/** What of an earlier state goes into the record of the change that was given it. */
export function loggedPast(past: Past<unknown> | null): LogRecord["past"] {
  if (past === null) return null;
  const { v, at, type, by } = past;
  return { v, at, type, by };
}

/** How many of the newest changes are looked at for something to undo. */
export const undoReach = 256;
/** A state is kept beside every so many changes, so that a replay is never longer. */
const checkpointEvery = 256;
const pageSize = 512;

/**
 * Also beside each change that was given an earlier state: to decide it again takes that state, which may lie behind a change of the
 * same kind, and so on to the beginning of the game. A replay that begins beside the newest of them meets none. And beside the first change
 * of each room (see Keeper): after an update what is played from then on can be taken back, whatever the rules were before.
 */
export const isCheckpoint = (v: number, { past }: Pick<LogRecord, "past">): boolean => v % checkpointEvery === 0 || past !== null;

function entryOf(row: StoredChange): LogEntry<unknown, unknown> {
  const { by, command, events } = readRecord(row);
  return { v: row.v, by, command: command as LogEntry<unknown, unknown>["command"], events };
}

export interface GameLog {
  /**
   * The state of the game at version `v`, made again from the log; null when the log does not reach so far back, and where today's rules
   * make another one of it than stood then: a version before this one decided it otherwise.
   */
  stateAt(gameId: string, v: number): Promise<unknown | null>;
  /** What an undo now would go back to; null when there is nothing. */
  past(gameId: string, v: number): Promise<Past<unknown> | null>;
}

export function gameLog(store: Store, rules: AnyRules, rulesThrew: RoomObserver["threwAtLog"] = () => {}): GameLog {
  /** `known`: states by version that were made on the way. Without them each undo in the log would replay all undos before it. */
  async function stateAt(gameId: string, v: number, known = new Map<number, unknown>()): Promise<unknown | null> {
    const start = await nearest(gameId, v, known);
    let { state, at } = start;
    while (at < v) {
      const rows = await store.changes(gameId, at, Math.min(pageSize, v - at));
      const last = rows.at(-1);
      if (last === undefined) return null;
      for (const row of rows) {
        state = await replayed(gameId, { state, row, known });
        if (state === null) return null;
        at = row.v;
        known.set(at, state);
      }
      // The hash of the last one covers its state, which rests on all before it.
      if (!isAsKept(rules, last, state)) return null;
    }
    return state;
  }

  /** The newest version at or below `v` whose state is at hand: made already, or kept as a checkpoint. */
  async function nearest(gameId: string, v: number, known: ReadonlyMap<number, unknown>): Promise<{ state: unknown | null; at: number }> {
    let newest = 0;
    for (const at of known.keys()) if (at <= v && at > newest) newest = at;
    const kept = newest === v ? null : await store.checkpoint(gameId, v);
    if (kept === null || kept.v <= newest) return { state: known.get(newest) ?? null, at: newest };
    return { state: readable(rules, kept.state), at: kept.v };
  }

  async function replayed(
    gameId: string,
    step: { readonly state: unknown | null; readonly row: StoredChange; readonly known: Map<number, unknown> },
  ): Promise<unknown | null> {
    const { state, row, known } = step;
    const record = readRecord(row);
    const before = record.past === null ? null : await stateAt(gameId, record.past.v - 1, known);
    const past = record.past === null || before === null ? null : { ...record.past, state: before };
    return replayChange(rules, { gameId, v: row.v, at: row.at, state, record, past }, (cause) =>
      rulesThrew(gameId, new Error(`The rules threw at change ${row.v} of the log.`, { cause })),
    );
  }

  return {
    stateAt: (gameId, v) => stateAt(gameId, v),
    async past(gameId, v) {
      const rows = await store.changes(gameId, Math.max(0, v - undoReach), undoReach);
      const target = rules.undoTarget(rows.map(entryOf).reverse());
      const row = rows.find((candidate) => candidate.v === target);
      if (target === null || row === undefined) return null;
      const { by, command } = readRecord(row);
      const state = await stateAt(gameId, target - 1);
      return state === null ? null : { v: target, at: row.at as Instant, type: command.type, by, state };
    },
  };
}

/** Null for a state of a newer version, which wrote it before a step back: nothing can be made from there on. */
function readable(rules: AnyRules, text: string): unknown | null {
  try {
    return rules.decode(text);
  } catch {
    return null;
  }
}

export interface ReplayStep {
  readonly gameId: string;
  /** The version this change led to. */
  readonly v: number;
  readonly at: number;
  /** The state before it; null before the first change. */
  readonly state: unknown | null;
  readonly record: LogRecord;
  readonly past: Past<unknown> | null;
}

const isAsKept = (rules: AnyRules, { prevHash, v, change, hash }: StoredChange, state: unknown): boolean =>
  chainHash(prevHash, v, change, rules.encode(state)) === hash;

/**
 * One logged change, decided again. Null when the rules cannot decide it today as they did: another version wrote it, or it is a bug or a
 * damaged log. Rules that had taken it and throw now are such, too: `threw` is told of it.
 */
export function replayChange(rules: AnyRules, step: ReplayStep, threw?: (error: unknown) => void): unknown | null {
  try {
    return decidedAgain(rules, step);
  } catch (error) {
    threw?.(error);
    return null;
  }
}

function decidedAgain(rules: AnyRules, step: ReplayStep): unknown | null {
  const { record, state } = step;
  const { command, draw, viewerId, rttMs } = record;
  const now = step.at as Instant;
  if (command.type === "create") {
    const { name, settings } = command as { name: string | null; settings: unknown };
    const created = rules.create({ id: step.gameId as GameId, now, viewerId: viewerId as ViewerId, name, settings, draw });
    return created.ok ? created.state : null;
  }
  if (state === null) return null;
  if (command.type === "wake") return rules.settle(state, now)?.state ?? null;
  const decision = rules.decide(state, { now, v: step.v - 1, viewerId, rttMs, command, draw, past: step.past });
  return decision.ok ? decision.state : null;
}
