// Who is host: handing over, and succession when the host is gone.
import { type Draft, type Outcome, refuse } from "./draft.ts";
import { after, type Instant, type SeatId } from "./ids.ts";
import { limits } from "./limits.ts";
import { hostHolder, isHere, type Seat, seatAt, seatHeldBy, type State } from "./state.ts";

/** The host's seat was freed: whoever also owns the chair is host from there, else nobody is until somebody succeeds. */
export function leaveHostSeat(draft: Draft, id: SeatId): void {
  const { state } = draft;
  if (state.host.seat !== id) return;
  state.host = { ...state.host, seat: null };
  draft.events.push({ type: "hostChanged", data: { playerId: null } });
}

export function transferHost(draft: Draft, id: SeatId): Outcome {
  const { state } = draft;
  const seat = seatAt(state, id);
  if (seat === undefined) return refuse("no-such-seat", "playerId");
  if (seat.holder === null) return refuse("not-allowed", "playerId");
  if (state.host.seat === id) return null;
  // Whoever is gone so long would be succeeded in the same change, by somebody whom nobody named.
  const { droppedAt } = seat.holder;
  if (droppedAt !== null && after(droppedAt, limits.hostAwayMs) <= draft.now) return refuse("not-allowed", "playerId");
  const chair = state.host.chair?.viewerId === seat.holder.viewerId ? state.host.chair : null;
  state.host = { seat: id, chair };
  draft.events.push({ type: "hostChanged", data: { playerId: id } });
  return null;
}

/** The longest-seated holder who is there and is not the host. */
function successor(state: State): Seat | null {
  let first: Seat | null = null;
  for (const seat of state.seats) {
    if (!isHere(seat) || seat.id === state.host.seat) continue;
    if (first === null || (seat.holder?.claimedAt ?? 0) < (first.holder?.claimedAt ?? 0)) first = seat;
  }
  return first;
}

/** When the host is succeeded with nobody's help; null while he is there or nobody could succeed him. */
export function successionAt(state: State): Instant | null {
  const holder = hostHolder(state);
  if (holder !== null && holder.droppedAt === null) return null;
  if (successor(state) === null) return null;
  return holder === null || holder.droppedAt === null ? state.at : after(holder.droppedAt, limits.hostAwayMs);
}

/** Whoever has the chair and a seat is host from the seat: of a host in the chair nobody sees who he is, nor does his own page. */
function takeHostSeat(draft: Draft): void {
  const { seat, chair } = draft.state.host;
  const held = seat === null && chair !== null ? seatHeldBy(draft.state, chair.viewerId) : null;
  if (held === null) return;
  draft.state.host = { seat: held, chair };
  draft.events.push({ type: "hostChanged", data: { playerId: held } });
}

/** Makes the longest-seated the host when that is due. A former host's chair stays: it counts again when nobody is host. */
export function succeedIfDue(draft: Draft): void {
  const { state } = draft;
  takeHostSeat(draft);
  const at = successionAt(state);
  const heir = at !== null && at <= state.at ? successor(state) : null;
  if (heir === null) return;
  state.host = { ...state.host, seat: heir.id };
  draft.events.push({ type: "hostChanged", data: { playerId: heir.id } });
}

/** When the first seat, or the chair, is free because its holder was away too long; null when nobody is away. */
export function lapseAt(state: State): Instant | null {
  let first: Instant | null = state.host.chair?.droppedAt ?? null;
  for (const { holder } of state.seats) {
    const droppedAt = holder === null ? null : holder.droppedAt;
    if (droppedAt !== null && (first === null || droppedAt < first)) first = droppedAt;
  }
  return first === null ? null : after(first, limits.seatAwayMs);
}
