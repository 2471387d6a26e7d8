// What a table may choose before and between play. Times are whole milliseconds. Ranges live in limits.ts.
import type { DurationMs, SeatId } from "./ids.ts";

/** What is chosen among words, in the order in which it is offered. */
export const settingWords = {
  mode: ["casual", "campaign"],
  onTimeout: ["choice", "warning", "time-deduction", "game-loss"],
  dropPolicy: ["charge", "grace", "pause"],
} as const;

export type Mode = (typeof settingWords.mode)[number];
export type OnTimeout = (typeof settingWords.onTimeout)[number];
export type DropPolicy = (typeof settingWords.dropPolicy)[number];

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
