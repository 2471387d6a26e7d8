// Taking a change back: at once for whoever made it, else when the others who are here agree. Clocks go back too; who sits
// where does not. What was undone stays in the log.
import { advance } from "./clock.ts";
import type { LogEntry, Past } from "./contract.ts";
import type { Command } from "./commands.ts";
import { type Draft, draftOf, type Outcome, refuse } from "./draft.ts";
import type { Event } from "./events.ts";
import type { Instant, SeatId } from "./ids.ts";
import { runOn } from "./seats.ts";
import { isHere, seatAt, type State } from "./state.ts";
import { standForAbsent } from "./turns.ts";

/** Commands that put nothing on the table that could be taken off again. */
const lasting: ReadonlySet<string> = new Set([
  "claim",
  "unclaim",
  "kick",
  "transferHost",
  "rollDice",
  "reconnect",
  "drop",
  "close",
  "endGame",
  "create",
  "undo",
]);

/** Changes that nobody asked for. */
const unasked: ReadonlySet<string> = new Set(["wake", "outage"]);

/** What they may bring and what cannot be taken back. */
const passing: ReadonlySet<string> = new Set(["warning", "seatFreed", "hostChanged", "gamePaused"]);

/** Behind these nothing is taken back. */
const barriers: ReadonlySet<string> = new Set(["create", "endGame", "close"]);

/** Nor behind a change of the number of seats: somebody may sit on one that was not there before. */
const changedSeatCount = ({ events }: LogEntry<Command, Event>): boolean =>
  events.some((event) => event.type === "settingsChanged" && event.data.fields.includes("playerCount"));

/** What was said itself, without what came of it that whoever said it is back: see `hear`. */
function ownEvents(events: readonly Event[]): readonly Event[] {
  const back = events.findIndex(({ type }) => type === "seatBack" || type === "hostBack");
  return back < 0 ? events : events.slice(0, back);
}

const listedAlone = (event: Event): boolean => event.type === "settingsChanged" && event.data.fields.every((field) => field === "listed");

/** Whether a change of this type, with these events, can itself not be taken back. */
export function isLasting(type: string, events: readonly Event[]): boolean {
  if (lasting.has(type)) return true;
  if (unasked.has(type)) return events.every((event) => passing.has(event.type));
  return ownEvents(events).every(listedAlone);
}

/** The newest change that can be taken back and was not yet; null when there is none among these. */
export function undoTarget(entries: readonly LogEntry<Command, Event>[]): number | null {
  const undone = new Set<number>();
  for (const entry of entries) {
    for (const event of entry.events) if (event.type === "undone") undone.add(event.data.v);
    if (barriers.has(entry.command.type) || changedSeatCount(entry)) return null;
    if (!undone.has(entry.v) && !isLasting(entry.command.type, entry.events)) return entry.v;
  }
  return null;
}

/** Claimed seats whose holders are here, other than the one that asks. */
export const undoVoters = (state: State, by: SeatId | null): readonly SeatId[] =>
  state.seats.filter((seat) => isHere(seat) && seat.id !== by).map((seat) => seat.id);

interface UndoAsked {
  readonly by: SeatId | null;
  readonly agree: boolean | undefined;
  readonly v: number | undefined;
  readonly past: Past<State> | null;
}

/** Whether whoever asks made that change: nobody who sat on his seat before him did, and he himself from the chair before he sat down. */
function isOwn(state: State, past: Past<State>, by: SeatId | null): boolean {
  if (unasked.has(past.type)) return false;
  const holder = seatAt(state, by)?.holder;
  if (!holder) return past.by === by;
  return past.by === null ? state.host.chair?.viewerId === holder.viewerId : past.by === by && holder.claimedAt <= past.at;
}

/** Who could not know of a change did not mean it: he may have asked, or answered for another one, while his line was down. */
function isTooLate(state: State, { by, agree, v, past }: UndoAsked): boolean {
  if (v === undefined) return false;
  if (agree !== undefined) return state.undo !== null && state.undo.v !== v;
  return past !== null && past.v > v && !isOwn(state, past, by);
}

export function undo(draft: Draft, asked: UndoAsked): Outcome {
  const { by, agree, past } = asked;
  const { state } = draft;
  if (isTooLate(state, asked)) return refuse("too-late", "v");
  if (agree === false) return turnDown(draft, by);
  if (past === null) return refuse("nothing-to-undo");
  const open = state.undo?.v === past.v ? state.undo : null;
  const answers = open !== null && by !== open.by;
  if (agree === true && !answers) return refuse("nothing-to-undo");
  // Also when somebody else asked before: whose change it is needs nobody.
  if (isOwn(state, past, by)) return takeBack(draft, past);
  const asker = open === null ? by : open.by;
  // Who agreed has agreed, however often it is asked: the one still waited for may have left.
  const before = open === null ? [] : open.agreed;
  const agreed = answers && by !== null && !before.includes(by) ? [...before, by] : before;
  if (undoVoters(state, asker).every((seat) => agreed.includes(seat))) return takeBack(draft, past);
  if (open !== null && agreed === before) return null;
  state.undo = { by: asker, v: past.v, agreed };
  draft.events.push({ type: answers ? "undoAgreed" : "undoAsked", data: { by, v: past.v } });
  return null;
}

function turnDown(draft: Draft, by: SeatId | null): Outcome {
  const { state } = draft;
  if (state.undo === null) return refuse("nothing-to-undo");
  if (by === null && state.undo.by !== null) return refuse("no-seat");
  state.undo = null;
  draft.events.push({ type: "undoRefused", data: { by } });
  return null;
}

/**
 * Where the clocks go back to: to the moment of the change. A flag fall is taken back to the change before it, as at its
 * own moment there was nothing left.
 */
function rewound(past: Past<State>, now: Instant): State {
  if (unasked.has(past.type)) return past.state;
  const draft = draftOf(past.state, now);
  advance(draft, Math.min(now, Math.max(past.at, past.state.at)) as Instant);
  return draft.state;
}

/** Who came back stays back: a pause that waited for him is over. One that was ended by hand comes again as a player's. */
function standNoLonger(draft: Draft, type: string): void {
  const { state } = draft;
  if (state.status !== "paused") return;
  if (type === "start" || type === "pause") state.pausedBy = "player";
  else runOn(draft);
}

function takeBack(draft: Draft, past: Past<State>): Outcome {
  const { state, base } = draft;
  const then = rewound(past, state.at);
  const undoneMs = state.at - then.at;
  const seats = then.seats.map((seat, index) => {
    const today = base.seats[index];
    return { ...seat, holder: today?.holder ?? null, lapsedTokenHash: today?.lapsedTokenHash ?? null };
  });
  Object.assign(state, then, {
    at: state.at,
    seats,
    host: base.host,
    settings: then.settings.listed === base.settings.listed ? then.settings : { ...then.settings, listed: base.settings.listed },
    undo: null,
    ledger: { ...then.ledger, undone: then.ledger.undone + undoneMs },
  });
  if (state.status === "running" && base.pausedBy === "restart") {
    state.status = "paused";
    state.pausedBy = "restart";
  }
  draft.events.push({ type: "undone", data: { v: past.v } });
  if (base.pausedBy !== "restart") standNoLonger(draft, past.type);
  // A table that goes on without somebody goes on: it was asked already. What else comes back waits for the absent.
  if (base.status !== "running" || base.settings.dropPolicy !== "pause") standForAbsent(draft);
  return null;
}
