// What a game has to offer to be hosted: pure functions over a state that the shell treats as opaque.
// The shell never looks inside State, Command or Event; a second game is a second value of this type.
import type { Refusal } from "../game/refusals.ts";
import type { GameId, Instant, SeatId, ViewerId } from "../game/ids.ts";
import type { SystemCommand } from "../game/commands.ts";
import type { WireEvent } from "../game/wire-event.ts";

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
  /** The seat that made it; null for a host without a seat. */
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
}

export type Decision<State, Event> = Accepted<State, Event> | ({ readonly ok: false } & Refusal);

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

/**
 * A game's rules. Every function is pure and total: same input, same answer, no clock, no randomness, no I/O.
 * A throw is a bug of the rules: the shell commits nothing, drops the room and reports.
 */
export interface Rules<State, Command, Event, Settings> {
  /** Chosen at create by `game`; kept in the store's index. */
  readonly kind: string;
  /** Which draws a command needs, so that the shell does not pay for randomness on every tap. */
  needs(command: Command | SystemCommand | { readonly type: "create" }): {
    readonly token?: true;
    readonly seed?: true;
    readonly past?: true;
  };
  create(creation: Creation<Settings>): Decision<State, Event>;
  /**
   * Authorises, then applies. The shell has settled everything due at `now` before (see `settle`); the rules assert it.
   * A refusal leaves nothing behind. An accepted input that returns the same state object and no events is not a change.
   */
  decide(state: State, input: Input<State, Command>): Decision<State, Event>;
  /** Everything that fell due at or before `now`, as one change of its own; null when nothing did. */
  settle(state: State, now: Instant, v: number): Accepted<State, Event> | null;
  /** When `settle` has something to do next, with nobody's help; null for never. */
  nextWakeAt(state: State): Instant | null;
  /** Viewers of one audience get the same bytes. Cheap: called once per connection and change. */
  audienceOf(state: State, viewerId: ViewerId): string;
  /** A JSON object without undefined, NaN or secrets. Arrays of objects with `id` are compared by id (see protocol/change). */
  view(state: State, audience: string, now: Instant): object;
  /** Events as this audience may see them. */
  eventsFor(state: State, events: readonly Event[], audience: string): readonly WireEvent[];
  /** Types that clients which take whole states get as messages of their own. */
  readonly announced: ReadonlySet<string>;
  /** The seat (or null) a viewer acts for, for the log. */
  seatOf(state: State, viewerId: ViewerId): SeatId | null;
  /** Viewers who hold a seat or the host's chair and count as connected; for presence after a restart. */
  connectedHolders(state: State): readonly ViewerId[];
  index(state: State): GameIndex;
  /** The change that `undo` would take back, or null. `entries` newest first, at most a few hundred. */
  undoTarget(entries: readonly LogEntry<Command, Event>[]): number | null;
  encode(state: State): string;
  /** Throws on anything `encode` did not write: the game is then quarantined. */
  decode(text: string): State;
}
