// A class being changed: copies what is written to, shares the rest, and collects what happened.
import type { Accepted, Dismissal, Grant } from "../game/contract.ts";
import type { Instant } from "../game/ids.ts";
import type { Dice } from "../game/random.ts";
import type { LastingCode, Refusal } from "../game/refusals.ts";
import type { Event } from "./commands.ts";
import type { Place, Slot, State, Team } from "./state.ts";

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface Draft {
  readonly base: State;
  readonly state: Writable<State>;
  readonly now: Instant;
  readonly events: Event[];
  /** Drawn by the shell for this change; null when the command needed no chance. */
  readonly dice: Dice | null;
  grant?: Grant;
  dismissals?: readonly Dismissal[];
  refusal?: Refusal<LastingCode>;
}

/** A refusal as every handler returns it; null stands for success. */
export type Outcome = Refusal<LastingCode> | null;

export const refuse = (code: LastingCode, field?: string): Refusal<LastingCode> => (field === undefined ? { code } : { code, field });

export const draftOf = (base: State, now: Instant, dice: Dice | null): Draft => ({ base, state: { ...base }, now, events: [], dice });

/** Puts a new value of a team in the place of the old one, and gives it back. */
export function writeTeam(draft: Draft, id: number, changes: Partial<Team>): Team {
  const old = draft.state.teams[id - 1];
  if (old === undefined) throw new Error(`no team ${id}`);
  const team = { ...old, ...changes };
  draft.state.teams = draft.state.teams.with(id - 1, team);
  return team;
}

export function writeSlot(draft: Draft, { team, slot }: Place, to: Slot): Team {
  const slots: readonly [Slot, Slot] = slot === 0 ? [to, team.slots[1]] : [team.slots[0], to];
  return writeTeam(draft, team.id, { slots });
}

export function accepted({ state, events, grant, dismissals, refusal }: Draft): Accepted<State, Event> {
  return { ok: true, state, events, ...(grant && { grant }), ...(dismissals && { dismissals }), ...(refusal && { refusal }) };
}
