// What a campaign preset can say. A preset is data: a new one is a new file and one line in presets.ts.
import type { DurationMs } from "../ids.ts";
import type { Settings } from "../settings.ts";

export interface Preset {
  readonly name: string;
  readonly rounds: number;
  /** Settings that differ from a casual game's, for the first round. */
  readonly settings: Partial<Pick<Settings, "initialTime" | "bonusTime" | "delayTime" | "bronsteinTime" | "startingLife" | "onTimeout">>;
  /** Added to the initial time with each round, never below the floor. */
  readonly initialTimeStepMs: DurationMs;
  readonly initialTimeFloorMs: DurationMs;
  /** Cards in hand in round 1, and more with each round; null when the preset does not say. */
  readonly hand: { readonly first: number; readonly step: number } | null;
  /**
   * - `wins`: the first with `target` rounds won; after the last round whoever won most.
   * - `time`: after the last round whoever used least time.
   * - `points`: after the last round whoever has most points.
   */
  readonly wonBy: { readonly kind: "wins"; readonly target: number } | { readonly kind: "time" } | { readonly kind: "points" };
  /** How damage becomes points; null when it does not. */
  readonly scoring: {
    /** By number of different opponents hit in the round, from 0. */
    readonly byOpponents: readonly number[];
    /** By round, from the first; the last one holds for all later rounds. */
    readonly byRound: readonly number[];
    /** Points from which the next level holds, ascending. Level 1 needs none. */
    readonly levels: readonly number[];
  } | null;
}
