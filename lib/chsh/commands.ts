// Everything a person can ask of a class, and what happened in it. Shapes only. Events are what others may know: an answer is in
// none before its round is complete.
import type { Instant } from "../game/ids.ts";
import type { Item, Mode } from "./items.ts";

export type Command =
  | { readonly type: "createTeam"; readonly name: string }
  | { readonly type: "joinTeam"; readonly teamId: number }
  | { readonly type: "leaveTeam" }
  | { readonly type: "setMode"; readonly mode: Mode }
  | { readonly type: "start" }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "reset" }
  | { readonly type: "endGame" }
  | { readonly type: "answer"; readonly round: number; readonly answer: boolean };

export interface Settings {
  readonly mode: Mode;
  readonly listed: boolean;
}

type About = { readonly teamId: number; readonly slot: number };

export type Event =
  | { readonly type: "gameCreated"; readonly data: { readonly mode: Mode } }
  | { readonly type: "teamCreated"; readonly data: { readonly teamId: number; readonly name: string } }
  | { readonly type: "playerJoined" | "playerLeft" | "playerAway" | "playerBack" | "playerFreed" | "keysRevoked"; readonly data: About }
  | { readonly type: "hostAway" | "hostBack" | "hostKeysRevoked"; readonly data: Record<string, never> }
  | { readonly type: "modeChosen"; readonly data: { readonly mode: Mode } }
  | { readonly type: "gameStarted" | "gamePaused" | "gameResumed" | "gameReset"; readonly data: Record<string, never> }
  | { readonly type: "answered"; readonly data: About & { readonly round: number } }
  | { readonly type: "roundAbandoned"; readonly data: { readonly teamId: number; readonly round: number } }
  | { readonly type: "gameEnded"; readonly data: { readonly reason: string } }
  | {
      readonly type: "roundCompleted";
      readonly data: {
        readonly teamId: number;
        readonly team: string;
        readonly mode: Mode;
        readonly round: number;
        readonly questions: readonly [Item, Item];
        readonly answers: readonly [boolean, boolean];
        readonly answeredAt: readonly [Instant, Instant];
      };
    };
