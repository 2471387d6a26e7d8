// The truth about one class: its teams, what each was asked and answered, and sums of the rounds both answered.
// Values are never changed in place. Nothing here is shown as it is: view-of.ts says who sees what.
import type { GameId, Instant, SeatId, ViewerId } from "../game/ids.ts";
import type { Holder } from "../game/state.ts";
import type { Figures } from "./figures.ts";
import type { Mode } from "./items.ts";
import type { Sums } from "./sums.ts";

export type Status = "waiting" | "running" | "paused" | "finished";
export type SlotIndex = 0 | 1;

export interface Slot {
  readonly holder: Holder | null;
  /** Token hash of whoever left last: it revives the slot as long as nobody else took it. */
  readonly leftTokenHash: string | null;
}

/** A round that is not complete: its answers are for nobody's eyes. */
export interface OpenRound {
  readonly number: number;
  /** Ordered pair of questions, as items.ts counts them. */
  readonly pair: number;
  readonly answers: readonly [boolean | null, boolean | null];
  readonly answeredAt: readonly [Instant | null, Instant | null];
}

/** The last complete round, for the partners to look at. */
export interface LastRound {
  readonly number: number;
  readonly pair: number;
  readonly answers: readonly [boolean, boolean];
}

export interface Team {
  readonly id: number;
  readonly name: string;
  readonly slots: readonly [Slot, Slot];
  /** How often each pair was dealt; abandoned rounds do not count. */
  readonly dealt: readonly number[];
  readonly sums: Sums;
  /** Complete rounds. */
  readonly rounds: number;
  /** Number of the last round dealt; abandoned ones count and a reset does not start over, so that an old answer meets no new question. */
  readonly lastNumber: number;
  readonly open: OpenRound | null;
  readonly last: LastRound | null;
  /** Follows from sums and dealt; kept so that nothing is worked out again for teams in which nothing happened. */
  readonly figures: Figures;
}

export interface State {
  readonly id: GameId;
  readonly name: string;
  readonly createdAt: Instant;
  /** Moment of the last change. */
  readonly at: Instant;
  readonly mode: Mode;
  readonly status: Status;
  readonly closed: boolean;
  readonly listed: boolean;
  readonly host: Holder | null;
  readonly teams: readonly Team[];
}

export type TeamState = "playing" | "waiting" | "inactive";

export const teamStateOf = ({ slots }: Team): TeamState => {
  const held = slots.filter((slot) => slot.holder !== null).length;
  return held === 2 ? "playing" : held === 1 ? "waiting" : "inactive";
};

/** A player's place: team 1 has the seats 1 and 2, team 2 has 3 and 4, and so on. */
export interface Place {
  readonly team: Team;
  readonly slot: SlotIndex;
}

export const seatId = ({ team, slot }: Place): SeatId => team.id * 2 - 1 + slot;

export const teamIdOf = (seat: SeatId): number => Math.ceil(seat / 2);

export function placeOf(state: State, seat: SeatId): Place | null {
  const team = state.teams[teamIdOf(seat) - 1];
  return team === undefined ? null : { team, slot: ((seat - 1) % 2) as SlotIndex };
}

/** Where this viewer sits, or null. */
export function placeHeldBy(state: State, viewerId: ViewerId): Place | null {
  for (const team of state.teams) {
    if (team.slots[0].holder?.viewerId === viewerId) return { team, slot: 0 };
    if (team.slots[1].holder?.viewerId === viewerId) return { team, slot: 1 };
  }
  return null;
}

export const isHost = (state: State, viewerId: ViewerId): boolean => state.host?.viewerId === viewerId;
