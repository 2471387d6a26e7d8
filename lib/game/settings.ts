// What a table may choose before and between play. Times are whole milliseconds. Ranges live in limits.ts.
import type { DurationMs, SeatId } from "./ids.ts";

export type Mode = "casual" | "campaign";
export type OnTimeout = "choice" | "warning" | "time-deduction" | "game-loss";
export type DropPolicy = "charge" | "grace" | "pause";

/** The settings as they travel in `create`, `updateSettings` and in every view. */
export interface Settings {
  readonly playerCount: number;
  readonly mode: Mode;
  readonly campaignPreset: string | null;
  readonly initialTime: DurationMs;
  readonly bonusTime: DurationMs;
  readonly delayTime: DurationMs;
  readonly bronsteinTime: DurationMs;
  /** Extra starting time by seat, in ms; may be negative as long as the bank stays positive. */
  readonly handicaps: Readonly<Record<SeatId, DurationMs>>;
  /** Remaining times at which a seat is warned, each once per crossing; descending. */
  readonly warningThresholds: readonly DurationMs[];
  readonly onTimeout: OnTimeout;
  readonly penaltyTimeDeduction: DurationMs;
  readonly timeoutGracePeriod: DurationMs;
  readonly timeoutPenaltyLives: number;
  readonly timeoutPenaltyDrunk: number;
  readonly timeoutBonusTime: DurationMs;
  readonly startingLife: number;
  readonly dropPolicy: DropPolicy;
  readonly listed: boolean;
}
