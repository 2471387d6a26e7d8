// What leaves the server about a game: wire words, no token, no hash, no viewer's id.
import type { DayNight } from "./commands.ts";
import type { DurationMs, Instant, SeatId } from "./ids.ts";
import type { Mode, Settings } from "./settings.ts";

export type Status = "waiting" | "running" | "paused" | "finished";
export type PausedBy = "player" | "drop" | "restart";
export type TargetingState = "none" | "selecting" | "resolving";

export interface PlayerView {
  readonly id: SeatId;
  readonly name: string;
  /** `#rrggbb`, lower case. */
  readonly color: string;
  /** What is left at the message's `serverTime`; negative in overtime. */
  readonly timeRemaining: DurationMs;
  /** Free time left before the bank runs, at `serverTime`: the delay, and under the drop policy `grace` what an absent seat has left. */
  readonly delayRemaining: DurationMs;
  readonly penalties: number;
  readonly isEliminated: boolean;
  readonly claimed: boolean;
  readonly connected: boolean;
  readonly life: number;
  readonly counters: Readonly<Record<string, number>>;
  /** Damage received, by the commander's seat: [first, partner]. */
  readonly commanderDamage: Readonly<Record<string, readonly [number, number]>>;
  /** The seat fell and has to choose. */
  readonly timeoutPending: boolean;
  /** Running time left for that choice, at `serverTime`; 0 when none is due. */
  readonly timeoutRemaining: DurationMs;
  /** Losses the table should decide about: 10 poison, 21 from one commander. */
  readonly asks: readonly string[];
}

export interface CampaignView {
  readonly preset: string;
  readonly round: number;
  readonly rounds: number;
  readonly handSize: number | null;
  /** By seat: rounds won, points, level, total time used in finished rounds. */
  readonly standings: readonly {
    readonly id: SeatId;
    readonly wins: number;
    readonly points: number;
    readonly level: number;
    readonly usedMs: DurationMs;
  }[];
  readonly roundWinners: readonly (SeatId | null)[];
  /** Set when the campaign is over: its winners (more than one on a tie). */
  readonly winners: readonly SeatId[] | null;
}

export interface UndoRequestView {
  readonly by: SeatId | null;
  /** The change asked to be undone. */
  readonly v: number;
  readonly agreed: readonly SeatId[];
  readonly waitingFor: readonly SeatId[];
}

/** The fields of a `state` message besides `v`, `serverTime` and `viewers`, which the shell adds. */
export interface View {
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  readonly status: Status;
  readonly pausedBy: PausedBy | null;
  /** The host's seat, or null for a host without one. */
  readonly hostPlayer: SeatId | null;
  readonly activePlayer: SeatId | null;
  readonly turn: number;
  /** All seats in the order of play; seat order until the table rolls for it. */
  readonly playOrder: readonly SeatId[];
  /** Seats whose clock runs now. */
  readonly running: readonly SeatId[];
  /** The interrupt stack, its top last. */
  readonly interruptingPlayers: readonly SeatId[];
  readonly targetingState: TargetingState;
  readonly targetedPlayers: readonly SeatId[];
  /** Targets that have not answered yet. */
  readonly awaitingPriority: readonly SeatId[];
  /** Winner of a finished game; null before, and for a draw. */
  readonly winner: SeatId | null;
  readonly createdAt: Instant;
  readonly settings: Settings;
  readonly campaign: CampaignView | null;
  readonly monarch: SeatId | null;
  readonly initiative: SeatId | null;
  readonly dayNight: DayNight | null;
  readonly stormCount: number;
  readonly undoRequest: UndoRequestView | null;
  readonly players: readonly PlayerView[];
}
