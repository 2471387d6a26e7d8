// What a game has to offer to be hosted: pure functions over a state that the shell treats as opaque.
// The shell never looks inside State, Command or Event; a second game is a second value of this type.
import type { SystemCommand } from "../game/commands.ts";
import type { Accepted, Creation, Decision, GameIndex, Input, LogEntry, StateText } from "../game/contract.ts";
import type { Instant, SeatId, ViewerId } from "../game/ids.ts";
import type { WireEvent } from "../game/wire-event.ts";

export type * from "../game/contract.ts";

/** What the shell puts beside a view on the wire; a field of the same name would take its place. */
type Stamped = "v" | "serverTime" | "viewers" | "events";
export type View = { readonly id: string } & { readonly [Name in Stamped]?: never };

/**
 * A game's rules. Every function is pure and total: same input, same answer, no clock, no randomness, no I/O.
 * A throw is a bug of the rules: the shell commits nothing, drops its copy of the game and reports. A change that is committed stands, and
 * is acknowledged, whatever is thrown when it is shown.
 */
export interface Rules<State, Command, Event, Settings> {
  /** Chosen at create by `game`, at most 32 characters; kept in the store's index. */
  readonly kind: string;
  /**
   * Which draws a command needs, so that the shell does not pay for randomness on every tap. Whatever may answer with a grant needs a token:
   * create, reconnect, and each command that gives a seat. `past` only for undo.
   */
  needs(command: Command | SystemCommand | { readonly type: "create" }): {
    readonly token?: true;
    readonly seed?: true;
    readonly past?: true;
  };
  /** `creation.name` is as it was typed. */
  create(creation: Creation<Settings>): Decision<State, Event>;
  /**
   * Authorises, then applies. The shell has settled everything due at `now` before (see `settle`): the rules may rely on it, but for
   * `outage`, which comes first so that they can put off what fell due meanwhile. It and `drop` come in every status, after the end too;
   * `drop` is said of everybody who watched, with a seat or without.
   * A refusal leaves nothing behind. An accepted input that returns the same state object and no events is not a change.
   */
  decide(state: State, input: Input<State, Command>): Decision<State, Event>;
  /** Everything that fell due at or before `now`, as one change of its own; null when nothing did. It draws nothing: seeds are kept in the state. */
  settle(state: State, now: Instant): Accepted<State, Event> | null;
  /** When `settle` has something to do next, with nobody's help; null for never. */
  nextWakeAt(state: State): Instant | null;
  /**
   * Viewers of one audience get the same bytes. Cheap: called once per connection and change. It is also asked for nobody (viewer ""), for
   * what is read over HTTP. Whoever asks what he missed is told events of long ago as his audience of now: where a seat changes hands, an
   * audience that is named by the seat alone hears what was told to the one before.
   */
  audienceOf(state: State, viewerId: ViewerId): string;
  /**
   * A JSON object without undefined, NaN or what is secret to its audience, and always with the same fields. Arrays of objects with `id` are
   * compared by id (see protocol/change): such an object always has the same fields, too. `now` may be past what is due: nothing is to be
   * shown because of it. The page wants `game` (the kind) and `name` in it, too, and `seat` where its reader holds one.
   */
  view(state: State, audience: string, now: Instant): View;
  /**
   * A `view` as clients get it that take a whole state after every change: fields that say nothing may be left out. A client's first
   * state is always complete. Games whose views are small leave it out.
   */
  brief?(view: object): object;
  /** What changes by the mere passing of time, by id, for clients that cannot count themselves. Games without clocks leave it out. */
  tick?(state: State, audience: string, now: Instant): Readonly<Record<string, number>>;
  /** Events as this audience may see them, whole as they go out. `state` is that after them, or any later one: they may be of long ago. */
  eventsFor(state: State, events: readonly Event[], audience: string): readonly WireEvent[];
  /** Types that clients which take whole states get as messages of their own. None of the shell's (see gateway/hosted-game). */
  readonly announced: ReadonlySet<string>;
  /**
   * The seat (or null) a viewer acts for, for the log. The log over HTTP tells everybody the seat, the type of the command and the time of
   * each change, whatever `eventsFor` hides: a choice that is secret belongs into the data of a command, not into its type.
   */
  seatOf(state: State, viewerId: ViewerId): SeatId | null;
  /** Viewers who hold a seat or the host's chair and count as connected; for presence after a restart. */
  connectedHolders(state: State): readonly ViewerId[];
  index(state: State): GameIndex;
  /** Closed for good: everybody was dismissed, and nobody will hear of this game again. */
  isClosed(state: State): boolean;
  /** The change that `undo` would take back, or null. `entries` newest first, at most a few hundred. */
  undoTarget(entries: readonly LogEntry<Command, Event>[]): number | null;
  /** The same state is the same text on every instance, and `decode` of it is the same state. */
  encode(state: State): string;
  /**
   * An `encode` for the states of one game in their order, which may remember what did not change and tells it apart. Games that are small
   * leave it out.
   */
  encoder?(): (state: State) => StateText;
  /** Throws on anything `encode` did not write: the game is then refused to its players, and the operator is told. */
  decode(text: string): State;
}
