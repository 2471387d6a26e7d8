// What happened in one change, as it is logged and shown. Past tense, plain values, nothing secret.
import type { TimeoutChoice } from "./commands.ts";
import type { DurationMs, Instant, SeatId } from "./ids.ts";

/** One thing that happened. Its fields are the wire form as well. */
export type Event = Happened & {
  /** When, if it fell due before the change that settled it was made. */
  readonly at?: Instant;
};

type Happened =
  | { readonly type: "gameCreated"; readonly data: { readonly playerCount: number } }
  | { readonly type: "seatClaimed" | "seatLeft" | "seatFreed" | "seatAway" | "seatBack"; readonly data: { readonly playerId: SeatId } }
  /** An outdated token was shown: every token of this seat (null: of the host's chair) is void. */
  | { readonly type: "keysRevoked"; readonly data: { readonly playerId: SeatId | null } }
  | { readonly type: "hostAway" | "hostBack"; readonly data: Record<string, never> }
  | { readonly type: "hostChanged"; readonly data: { readonly playerId: SeatId | null } }
  | { readonly type: "gameStarted" | "gameResumed" | "gameReset"; readonly data: Record<string, never> }
  | { readonly type: "gamePaused"; readonly data: { readonly by: "player" | "drop" | "restart" } }
  | { readonly type: "turnPassed"; readonly data: { readonly from: SeatId | null; readonly to: SeatId; readonly turn: number } }
  | { readonly type: "interrupted" | "priorityPassed" | "targetAnswered"; readonly data: { readonly playerId: SeatId } }
  | { readonly type: "targetToggled"; readonly data: { readonly playerId: SeatId; readonly targeted: boolean } }
  | { readonly type: "targetsConfirmed"; readonly data: { readonly players: readonly SeatId[] } }
  | { readonly type: "targetingEnded"; readonly data: { readonly cancelled: boolean } }
  | { readonly type: "warning"; readonly data: { readonly playerId: SeatId; readonly thresholdMs: DurationMs } }
  | { readonly type: "timeout"; readonly data: { readonly playerId: SeatId; readonly penalties: number } }
  | {
      readonly type: "timeoutChoice";
      readonly data: { readonly playerId: SeatId; readonly choice: TimeoutChoice; readonly forced: boolean };
    }
  | {
      readonly type: "lifeChanged";
      readonly data: { readonly playerId: SeatId; readonly from: number; readonly to: number; readonly source: SeatId | null };
    }
  | {
      readonly type: "counterChanged";
      readonly data: { readonly playerId: SeatId; readonly counter: string; readonly from: number; readonly to: number };
    }
  | {
      readonly type: "commanderDamaged";
      readonly data: { readonly playerId: SeatId; readonly from: SeatId; readonly damage: readonly [number, number] };
    }
  | { readonly type: "lossAsked"; readonly data: { readonly playerId: SeatId; readonly reason: string } }
  | { readonly type: "playerRenamed"; readonly data: { readonly playerId: SeatId; readonly name: string } }
  | { readonly type: "playerRecoloured"; readonly data: { readonly playerId: SeatId; readonly color: string } }
  | { readonly type: "markerMoved"; readonly data: { readonly marker: string; readonly playerId: SeatId | null } }
  | { readonly type: "tableChanged"; readonly data: { readonly dayNight: string | null; readonly stormCount: number } }
  | { readonly type: "timeAdjusted"; readonly data: { readonly playerId: SeatId; readonly deltaMs: DurationMs } }
  | { readonly type: "penaltyAdded"; readonly data: { readonly playerId: SeatId; readonly penalties: number } }
  | { readonly type: "eliminated"; readonly data: { readonly playerId: SeatId; readonly reason: "life" | "time" | "host" | "choice" } }
  | { readonly type: "revived" | "kicked"; readonly data: { readonly playerId: SeatId } }
  | { readonly type: "settingsChanged"; readonly data: { readonly fields: readonly string[] } }
  | { readonly type: "gameRenamed"; readonly data: { readonly name: string } }
  | { readonly type: "gameComplete"; readonly data: { readonly winner: SeatId | null } }
  | { readonly type: "roundStarted"; readonly data: { readonly round: number } }
  | { readonly type: "campaignComplete"; readonly data: { readonly winners: readonly SeatId[] } }
  | { readonly type: "gameEnded"; readonly data: { readonly reason: string } }
  | { readonly type: "diceRolled"; readonly data: { readonly playerId: SeatId | null; readonly sides: number; readonly result: number } }
  | {
      readonly type: "playOrderRolled";
      readonly data: {
        readonly rolls: readonly { readonly playerId: SeatId; readonly rolls: readonly number[] }[];
        readonly order: readonly SeatId[];
      };
    }
  | { readonly type: "randomPlayerSelected"; readonly data: { readonly playerId: SeatId } }
  | { readonly type: "undoAsked" | "undoAgreed"; readonly data: { readonly by: SeatId | null; readonly v: number } }
  | { readonly type: "undoRefused"; readonly data: { readonly by: SeatId | null } }
  | { readonly type: "undone"; readonly data: { readonly v: number } };
