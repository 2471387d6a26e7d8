// A state being changed: copies what is written to, shares the rest, and collects what happened. A draft lives within
// one decision and is never kept.
import type { Dismissal, Grant } from "./contract.ts";
import type { Event } from "./events.ts";
import type { Instant, SeatId } from "./ids.ts";
import type { LastingCode, Refusal } from "./refusals.ts";
import type { Seat, State } from "./state.ts";

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface Draft {
  readonly base: State;
  readonly state: Writable<State>;
  /** The moment of the change. */
  readonly now: Instant;
  readonly events: Event[];
  grant?: Grant;
  dismissals?: Dismissal[];
  /** Kept with the change, told to the sender. */
  refusal?: Refusal<LastingCode>;
  /** A seat lost its life in this change: what it held has to go to others. */
  deaths: boolean;
}

export const draftOf = (base: State, now: Instant): Draft => ({ base, state: { ...base }, now, events: [], deaths: false });

/** The seat, ready to be written to. The id must exist. It may be the very object read before: read what was first. */
export function writeSeat(draft: Draft, id: SeatId): Writable<Seat> {
  const { base, state } = draft;
  if (state.seats === base.seats) state.seats = base.seats.slice();
  const seats = state.seats as Writable<Seat>[];
  const seat = seats[id - 1];
  if (seat === undefined) throw new Error(`no seat ${id}`);
  if (seat !== base.seats[id - 1]) return seat;
  const copy = { ...seat };
  seats[id - 1] = copy;
  return copy;
}

/** A refusal as every handler returns it; null stands for success. */
export type Outcome = Refusal<LastingCode> | null;

export const refuse = (code: LastingCode, field?: string): Refusal<LastingCode> => (field === undefined ? { code } : { code, field });
