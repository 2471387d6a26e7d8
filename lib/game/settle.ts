// What falls due with nobody's help: warnings, flag falls, ends of choices, succession, seats given up. Each at its own
// moment, in the order of time.
import { advance, clockDueAt, markAt } from "./clock.ts";
import type { Draft } from "./draft.ts";
import { lapseAt, succeedIfDue, successionAt } from "./host.ts";
import type { Event } from "./events.ts";
import type { DurationMs, Instant } from "./ids.ts";
import { limits } from "./limits.ts";
import { lapse } from "./seats.ts";
import type { Seat, State } from "./state.ts";
import { fallFlag, forceChoice } from "./timeout.ts";
import { putInOrder } from "./turns.ts";

const earlier = (left: Instant | null, right: Instant | null): Instant | null => {
  if (left === null) return right;
  return right === null || left < right ? left : right;
};

/** The next moment at which the game changes by itself, never before the state's own; null for never, as at a closed table. */
export function dueAt(state: State): Instant | null {
  const due = earlier(clockDueAt(state), earlier(successionAt(state), lapseAt(state)));
  return due !== null && due < state.at ? state.at : due;
}

/** Everything the clocks have due at the state's own moment. All seats fall before anybody is declared the winner. */
function settleClocks(draft: Draft, before: readonly DurationMs[]): void {
  const { state } = draft;
  if (state.status !== "running") return;
  for (const seat of state.seats) {
    if (seat.choiceLeftMs !== null) {
      if (seat.choiceLeftMs <= 0) forceChoice(draft, seat.id);
    } else if (state.runners.includes(seat.id)) {
      if (seat.bankMs <= 0 && markAt(state, seat) === state.at) fallFlag(draft, seat.id);
      else if (crossed(state, seat, before)) draft.events.push({ type: "warning", data: { playerId: seat.id, thresholdMs: seat.bankMs } });
    }
  }
  // A request to undo was about a table that is no more.
  if (draft.events.some((event) => event.type === "timeout" || event.type === "eliminated")) state.undo = null;
  putInOrder(draft);
}

/** The time that just went by brought this bank down to a threshold. */
const crossed = (state: State, seat: Seat, before: readonly DurationMs[]): boolean =>
  seat.bankMs < (before[seat.id - 1] ?? 0) && state.settings.warningThresholds.includes(seat.bankMs);

function settleAbsence(draft: Draft): void {
  const { state } = draft;
  for (const seat of state.seats) {
    const droppedAt = seat.holder?.droppedAt ?? null;
    if (droppedAt !== null && droppedAt + limits.seatAwayMs <= state.at) lapse(draft, seat.id);
  }
  const { chair } = state.host;
  if (chair !== null && chair.droppedAt !== null && chair.droppedAt + limits.seatAwayMs <= state.at)
    state.host = { ...state.host, chair: null };
}

/** Looked at late, an event still happened at its own moment: whoever counts from the log counts from there. */
export function stamp({ events }: Draft, place: number, at: Instant): void {
  events[place] = { ...(events[place] as Event), at };
}

/** More moments than one settling can honestly hold: eight seats fall, choose and die, and every threshold is crossed. */
const momentsMax = 10_000;

/** Brings the draft to its `now` through every moment at which something falls due. `madeAt`: when the change is made, if that is later. */
export function settleUntil(draft: Draft, madeAt = draft.now): void {
  for (let moments = 0; moments < momentsMax; moments += 1) {
    const due = dueAt(draft.state);
    if (due === null || due > draft.now) return;
    const { length: told } = draft.events;
    const before = draft.state.seats.map((seat) => seat.bankMs);
    advance(draft, due);
    settleClocks(draft, before);
    settleAbsence(draft);
    succeedIfDue(draft);
    if (due < madeAt) for (let place = told; place < draft.events.length; place += 1) stamp(draft, place, due);
  }
  throw new Error("settling does not end");
}
