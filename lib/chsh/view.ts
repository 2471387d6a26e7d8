// What leaves the server about a class, for its three kinds of viewers. Wire words only; no token, no hash, no viewer's id.
import type { Instant, SeatId } from "../game/ids.ts";
import type { Figure, Figures } from "./figures.ts";
import type { Item, Mode } from "./items.ts";
import type { Status, TeamState } from "./state.ts";

interface CommonView {
  readonly id: string;
  readonly game: "chsh";
  readonly name: string;
  readonly mode: Mode;
  readonly status: Status;
  readonly createdAt: Instant;
  readonly hostConnected: boolean;
}

export interface LobbyTeam {
  readonly id: number;
  readonly name: string;
  readonly state: TeamState;
}

/** One team on the host's screen. Answers of the open round are not in it, only who has given one. */
export interface HostTeam extends LobbyTeam {
  /** For each slot: free, here or away. */
  readonly players: readonly ("free" | "here" | "away")[];
  readonly answered: readonly boolean[];
  readonly figures: Figures;
  /** Complete rounds, and those with the same answer, by ordered pair (16: AA, AB, AX, AY, BA ...). */
  readonly pairRounds: readonly number[];
  readonly pairSame: readonly number[];
}

export interface HostView extends CommonView {
  readonly role: "host";
  readonly teams: readonly HostTeam[];
}

export interface PlayerView extends CommonView {
  readonly role: "player";
  readonly seat: SeatId;
  readonly slot: number;
  readonly team: {
    readonly id: number;
    readonly name: string;
    readonly state: TeamState;
    readonly rounds: number;
    /** The share of rounds won, with its error. */
    readonly success: Figure | null;
    readonly partnerHere: boolean;
  };
  readonly round: { readonly number: number; readonly question: Item; readonly answer: boolean | null } | null;
  readonly last: {
    readonly number: number;
    readonly questions: readonly [Item, Item];
    readonly answers: readonly [boolean, boolean];
  } | null;
}

export interface WatcherView extends CommonView {
  readonly role: "watcher";
  readonly teams: readonly LobbyTeam[];
}
