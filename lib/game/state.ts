// The whole truth about one game, and pure questions about it. Values are never changed in place.
// Nothing here is shown as it is: view-of.ts says what leaves the server.
import type { DayNight } from "./commands.ts";
import type { DurationMs, GameId, Instant, SeatId, ViewerId } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Settings } from "./settings.ts";
import type { PausedBy, Status, TargetingState } from "./view.ts";

/** Who sits somewhere, and what proves it. Tokens are known by their SHA-256 (hex) only. */
export interface Holder {
  readonly viewerId: ViewerId;
  /** Null when both tokens were revoked. */
  readonly tokenHash: string | null;
  /** Valid until the newer token is first used. */
  readonly previousTokenHash: string | null;
  /** Was `previous` before the newer one was used. Shown again, it revokes the others. */
  readonly retiredTokenHash: string | null;
  readonly claimedAt: Instant;
  /** Since when the holder's connection is gone; null while it is there. */
  readonly droppedAt: Instant | null;
  /** Hash of the action id that asked for the newest token. */
  readonly grantId: string | null;
}

/** How a seat's time on the clock was spent, ms. The first three are all of it; the others say which part of it the bank did not pay. */
export interface Spent {
  readonly turn: DurationMs;
  readonly priority: DurationMs;
  readonly target: DurationMs;
  readonly delay: DurationMs;
  readonly grace: DurationMs;
  readonly choice: DurationMs;
  readonly lag: DurationMs;
}

export interface Seat {
  readonly id: SeatId;
  readonly name: string;
  readonly color: string;
  /** Left at the state's `at`; negative in overtime. */
  readonly bankMs: DurationMs;
  /** Free time left of this stretch on the clock. */
  readonly delayLeftMs: DurationMs;
  /** Free time left of this stretch while the holder is away (drop policy `grace`). */
  readonly graceLeftMs: DurationMs;
  /** What the bank paid in this stretch. */
  readonly stretchMs: DurationMs;
  /** The bank reached 0 and the seat plays on in overtime. */
  readonly fallen: boolean;
  /** Running time left to choose; null when nothing is to be chosen. */
  readonly choiceLeftMs: DurationMs | null;
  /** Taken from the next full bank. */
  readonly owedMs: DurationMs;
  /** Null before the first credited tap. */
  readonly lagQuotaMs: DurationMs | null;
  readonly penalties: number;
  readonly dead: boolean;
  readonly life: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly commanderDamage: Readonly<Record<string, readonly [number, number]>>;
  readonly holder: Holder | null;
  /** Token hash of a holder who was away too long, so that he is told so. */
  readonly lapsedTokenHash: string | null;
  readonly spent: Spent;
}

/** Who runs the table: the holder of `seat`, or, when there is none, whoever sits in the chair. */
export interface Host {
  readonly seat: SeatId | null;
  readonly chair: Holder | null;
}

/** Where the game's time went, ms since `sinceAt`. */
export interface Ledger {
  readonly sinceAt: Instant;
  readonly waiting: DurationMs;
  readonly paused: DurationMs;
  readonly outage: DurationMs;
  readonly finished: DurationMs;
  readonly undone: DurationMs;
  /** Time that more than one target spent at once, counted once for each but the first. */
  readonly parallel: DurationMs;
}

/** What one finished round brought; lists by seat, from seat 1. */
export interface RoundResult {
  readonly winner: SeatId | null;
  readonly points: readonly number[];
  readonly usedMs: readonly DurationMs[];
}

export interface Campaign {
  readonly preset: string;
  readonly round: number;
  readonly results: readonly RoundResult[];
  /** Damage dealt in this round, by seat. */
  readonly damage: readonly number[];
  /** Opponents hit in this round, by seat: bit n for seat n. */
  readonly hits: readonly number[];
  /** Lowest life in this round, by seat: what is healed and lost again scores once. */
  readonly lowestLife: readonly number[];
  readonly winners: readonly SeatId[] | null;
}

export interface UndoRequest {
  readonly by: SeatId | null;
  readonly v: number;
  readonly agreed: readonly SeatId[];
}

export interface State {
  readonly id: GameId;
  readonly name: string;
  readonly createdAt: Instant;
  readonly settings: Settings;
  readonly status: Status;
  readonly pausedBy: PausedBy | null;
  /** The table was closed for good. */
  readonly closed: boolean;
  /** Everything is accounted for up to this moment; runners run since then. */
  readonly at: Instant;
  readonly active: SeatId | null;
  readonly turn: number;
  /** Seats in the order of play. */
  readonly order: readonly SeatId[];
  /** Interrupts, the top last. */
  readonly stack: readonly SeatId[];
  readonly targeting: TargetingState;
  readonly targeted: readonly SeatId[];
  readonly awaiting: readonly SeatId[];
  /** Seats on the clock while running; while paused, those that will run again. Follows from the rest. */
  readonly runners: readonly SeatId[];
  readonly seats: readonly Seat[];
  readonly host: Host;
  readonly winner: SeatId | null;
  readonly monarch: SeatId | null;
  readonly initiative: SeatId | null;
  readonly dayNight: DayNight | null;
  readonly stormCount: number;
  readonly campaign: Campaign | null;
  readonly undo: UndoRequest | null;
  readonly ledger: Ledger;
}

export const nobody: readonly SeatId[] = [];

// Lists that every game has: one for all of them.
const placesOf = (count: number): readonly SeatId[] => Array.from({ length: count }, (_, place) => place + 1);
const orders = Array.from({ length: limits.playerCount.max + 1 }, (_, count) => placesOf(count));
const singles = placesOf(limits.playerCount.max).map((id): readonly SeatId[] => [id]);

/** Seats in the order of their places. */
export const seatingOrder = (count: number): readonly SeatId[] => orders[count] ?? placesOf(count);

export const alone = (id: SeatId): readonly SeatId[] => singles[id - 1] ?? [id];

export const nothingSpent: Spent = { turn: 0, priority: 0, target: 0, delay: 0, grace: 0, choice: 0, lag: 0 };

/** The seat with this id, or undefined when the table has none: text that looks like a number is no id. */
export const seatAt = (state: State, id: SeatId | null): Seat | undefined => (typeof id === "number" ? state.seats[id - 1] : undefined);

export const isAlive = (state: State, id: SeatId): boolean => state.seats[id - 1]?.dead === false;
export const isAway = (seat: Seat): boolean => seat.holder !== null && seat.holder.droppedAt !== null;
export const isHere = (seat: Seat): boolean => seat.holder !== null && seat.holder.droppedAt === null;

/** In play: the clocks run, or will run on. */
export const isPlaying = (state: State): boolean => state.status === "running" || state.status === "paused";

/** The seat this viewer holds, or null. */
export function seatHeldBy(state: State, viewerId: ViewerId | null): SeatId | null {
  if (viewerId === null) return null;
  for (const seat of state.seats) if (seat.holder?.viewerId === viewerId) return seat.id;
  return null;
}

/** Who acts as host now: the holder of the host's seat, else whoever sits in the chair, else nobody. */
export const hostHolder = (state: State): Holder | null => seatAt(state, state.host.seat)?.holder ?? state.host.chair;

export const isHost = (state: State, viewerId: ViewerId | null): boolean => viewerId !== null && hostHolder(state)?.viewerId === viewerId;

/** The next living seat after `from` in the order of play, or null when there is no other. */
export function nextAlive(state: State, from: SeatId): SeatId | null {
  const { order } = state;
  const start = order.indexOf(from);
  for (let step = 1; step < order.length; step += 1) {
    const id = order[(start + step) % order.length];
    if (id !== undefined && isAlive(state, id)) return id;
  }
  return null;
}
