// What a game's rules and the shell around them say to each other: plain values, for any game. Types only; the game
// itself is a parameter. It must never name anything of the shell.
import type { SystemCommand } from "./commands.ts";
import type { GameId, Instant, SeatId, ViewerId } from "./ids.ts";
import type { LastingCode, Refusal } from "./refusals.ts";

/** What the shell draws for a command, because rules read no clock and no randomness. Logged with the change, so that a replay decides the same. */
export interface Draw {
  /** SHA-256 (hex) of a fresh token, when the rules said the command needs one. */
  readonly tokenHash?: string;
  /** 32 hex digits to seed the rules' own generator, when needed. */
  readonly seed?: string;
  /** SHA-256 (hex) of the action id that asks for a grant, so that a lost answer can be given again. */
  readonly grantId?: string;
}

/** An earlier state, rebuilt from the log, for rules that need one (undo). */
export interface Past<State> {
  /** The change that would be taken back. */
  readonly v: number;
  /** When that change was made: its input's `now`. */
  readonly at: Instant;
  /** What that change was: a command's type, or `wake`. */
  readonly type: string;
  /** The seat that made it; null for a host without a seat, and for a wake. */
  readonly by: SeatId | null;
  /** The state just before it. */
  readonly state: State;
}

export interface Input<State, Command> {
  /** Server time, never below an earlier input's of the same game. */
  readonly now: Instant;
  /** Version of the state decided upon; the change will be v + 1. */
  readonly v: number;
  /** Who says it; null is the shell itself. */
  readonly viewerId: ViewerId | null;
  /** The server's own smoothed estimate of the sender's round trip, ms; 0 when unknown. */
  readonly rttMs: number;
  readonly command: Command | SystemCommand;
  readonly draw: Draw;
  readonly past?: Past<State> | null;
}

/** A connection that has to go, with the close code it gets. `viewerId` null: everyone in the game. */
export interface Dismissal {
  readonly viewerId: ViewerId | null;
  readonly reason: "displaced" | "kicked" | "closed";
}

/** The seat (null: the host's chair) that `draw.tokenHash` now opens. The shell gives the token itself to the sender. */
export interface Grant {
  readonly seat: SeatId | null;
  readonly how: "claimed" | "reconnected";
}

export interface Accepted<State, Event> {
  readonly ok: true;
  readonly state: State;
  readonly events: readonly Event[];
  readonly grant?: Grant;
  readonly dismissals?: readonly Dismissal[];
  /** The change is kept, yet its sender is answered with this refusal: a stolen token was shown, and both were revoked. */
  readonly refusal?: Refusal<LastingCode>;
}

export type Decision<State, Event> = Accepted<State, Event> | ({ readonly ok: false } & Refusal<LastingCode>);

/**
 * A state as text, cut where it moves: each line end in `still` stands for the next line of `moving`; filled in, they are `whole`. So a
 * store that has `still` already is given no more than what moved. No part has line ends of its own.
 */
export interface StateText {
  readonly whole: string;
  readonly still: string;
  readonly moving: string;
}

/** What the store indexes about a game without reading its state. */
export interface GameIndex {
  readonly kind: string;
  readonly name: string;
  readonly status: "waiting" | "running" | "paused" | "finished";
  readonly listed: boolean;
  readonly seats: number;
  readonly seatsFree: number;
}

/** What `undo` needs to know of one logged change. Newest first when given as a list. */
export interface LogEntry<Command, Event> {
  readonly v: number;
  readonly by: SeatId | null;
  readonly command: Command | SystemCommand | { readonly type: "create" | "wake" };
  readonly events: readonly Event[];
}

export interface Creation<Settings> {
  readonly id: GameId;
  readonly now: Instant;
  readonly viewerId: ViewerId;
  readonly name: string | null;
  readonly settings: Settings;
  readonly draw: Draw;
}
