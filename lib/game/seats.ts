// Claiming, leaving, losing and regaining a seat. A drop never frees a seat; an hour away, its holder or the host does.
import type { Draw } from "./contract.ts";
import { type Draft, type Outcome, refuse, writeSeat } from "./draft.ts";
import { reclaim, type Return, sameHash, seatDown, withFreshToken } from "./holders.ts";
import type { SeatId, ViewerId } from "./ids.ts";
import { leaveHostSeat } from "./host.ts";
import { type Holder, isAway, isHere, seatAt, seatHeldBy } from "./state.ts";
import { putInOrder, resume, stand, standForAbsent } from "./turns.ts";

export interface Arrival {
  readonly viewerId: ViewerId;
  readonly draw: Draw;
}

export function claim(draft: Draft, id: SeatId, arrival: Arrival): Outcome {
  const { state } = draft;
  const found = seatAt(state, id);
  if (found === undefined) return refuse("no-such-seat", "playerId");
  if (found.holder !== null) return refuse(found.holder.viewerId === arrival.viewerId ? "not-allowed" : "seat-taken", "playerId");
  if (seatHeldBy(state, arrival.viewerId) !== null) return refuse("not-allowed", "playerId");
  const seat = writeSeat(draft, id);
  seat.holder = seatDown(arrival.viewerId, draft.now, arrival.draw);
  seat.lapsedTokenHash = null;
  draft.grant = { seat: id, how: "claimed" };
  draft.events.push({ type: "seatClaimed", data: { playerId: id } });
  return null;
}

/** Takes the holder off a seat: his tokens open nothing any more. The seat and all that belongs to it stay in the game. */
function freeSeat(draft: Draft, id: SeatId, how: "seatLeft" | "kicked" | "seatFreed"): void {
  writeSeat(draft, id).holder = null;
  draft.events.push({ type: how, data: { playerId: id } });
  leaveHostSeat(draft, id);
}

/** Frees a seat because somebody said so: whom the clocks stood for is not waited for any more. Nobody waits for one who is out. */
function giveUpSeat(draft: Draft, id: SeatId, how: "seatLeft" | "kicked"): void {
  const found = seatAt(draft.state, id);
  const wasAwaited = found !== undefined && !found.dead && isAway(found);
  freeSeat(draft, id, how);
  if (wasAwaited) runOn(draft);
}

export function unclaim(draft: Draft, id: SeatId): Outcome {
  giveUpSeat(draft, id, "seatLeft");
  return null;
}

/** Frees somebody else's seat and shows its holder out. */
export function kick(draft: Draft, id: SeatId, by: ViewerId | null): Outcome {
  const seat = seatAt(draft.state, id);
  if (seat === undefined) return refuse("no-such-seat", "playerId");
  if (seat.holder === null || seat.holder.viewerId === by) return refuse("not-allowed", "playerId");
  const { viewerId } = seat.holder;
  draft.dismissals = [{ viewerId, reason: "kicked" }];
  // A former host loses his chair too, or he could come back by it as host.
  const { host } = draft.state;
  if (host.chair?.viewerId === viewerId) draft.state.host = { ...host, chair: null };
  giveUpSeat(draft, id, "kicked");
  return null;
}

/**
 * A seat whose holder was away too long is free. What he held tells him, should he come back, that it has expired. Clocks that stood for
 * him stand on: nobody may be looking any more.
 */
export function lapse(draft: Draft, id: SeatId): void {
  const hash = seatAt(draft.state, id)?.holder?.tokenHash ?? null;
  freeSeat(draft, id, "seatFreed");
  writeSeat(draft, id).lapsedTokenHash = hash;
}

/** A connection is gone. Whoever has come back through another one by then is not touched (L16). */
export function drop(draft: Draft, viewerId: ViewerId): void {
  const { state } = draft;
  const id = seatHeldBy(state, viewerId);
  const holder = seatAt(state, id)?.holder;
  if (id !== null && holder && holder.droppedAt === null) {
    writeSeat(draft, id).holder = { ...holder, droppedAt: draft.now };
    draft.events.push({ type: "seatAway", data: { playerId: id } });
    standForAbsent(draft);
  }
  const { chair } = state.host;
  if (chair?.viewerId === viewerId && chair.droppedAt === null) {
    state.host = { ...state.host, chair: { ...chair, droppedAt: draft.now } };
    if (state.host.seat === null) draft.events.push({ type: "hostAway", data: {} });
  }
}

/** Clocks that stood for the absent run on: after a restart with the first who is back, else with the last. */
export function runOn(draft: Draft): void {
  const { state } = draft;
  if (state.status !== "paused" || state.pausedBy === "player") return;
  const awaited = state.seats.some((seat) => !seat.dead && isAway(seat));
  if (state.pausedBy === "drop") {
    if (!awaited) resume(draft);
    return;
  }
  if (!state.seats.some(isHere) && state.seats.some(isAway)) return;
  if (awaited && state.settings.dropPolicy === "pause") stand(draft, "drop");
  else resume(draft);
}

function displace(draft: Draft, old: Holder, viewerId: ViewerId): void {
  if (old.droppedAt !== null || old.viewerId === viewerId) return;
  draft.dismissals = [...(draft.dismissals ?? []), { viewerId: old.viewerId, reason: "displaced" }];
}

/** A token out of use was shown, and has voided the others: that change is kept, and its sender refused. */
function refuseCopy(draft: Draft, playerId: SeatId | null): Outcome {
  draft.refusal = refuse("bad-token");
  draft.events.push({ type: "keysRevoked", data: { playerId } });
  return null;
}

/** The person's other place (chair or host's seat) follows to the new connection, so that one person stays one viewer. */
function follow(draft: Draft, old: ViewerId, viewerId: ViewerId): void {
  const { state } = draft;
  const { chair, seat } = state.host;
  if (chair?.viewerId === old) state.host = { seat, chair: { ...chair, viewerId, droppedAt: null } };
  const id = seatHeldBy(state, old);
  const holder = seatAt(state, id)?.holder;
  if (id !== null && holder) writeSeat(draft, id).holder = { ...holder, viewerId, droppedAt: null };
}

/** Who gives a command is here, whatever was said of him: he left, and came in again through the same connection. */
export function hear(draft: Draft, viewerId: ViewerId): void {
  const { state } = draft;
  const { chair, seat } = state.host;
  const found = seatAt(state, seatHeldBy(state, viewerId));
  const wasAway = found !== undefined && isAway(found);
  if (!wasAway && (chair?.viewerId !== viewerId || chair.droppedAt === null)) return;
  follow(draft, viewerId, viewerId);
  if (wasAway) draft.events.push({ type: "seatBack", data: { playerId: found.id } });
  else if (seat === null) draft.events.push({ type: "hostBack", data: {} });
  // What he said was said before the clocks run on.
  putInOrder(draft);
  runOn(draft);
}

export function reconnectSeat(draft: Draft, id: SeatId, arrival: Return): Outcome {
  const { viewerId, proof } = arrival;
  const found = seatAt(draft.state, id);
  if (found === undefined) return refuse("no-such-seat", "playerId");
  if (found.holder === null) return refuse(sameHash(proof.tokenHash ?? "", found.lapsedTokenHash) ? "token-expired" : "bad-token");
  const held = seatHeldBy(draft.state, viewerId);
  if (held !== null && held !== id) return refuse("not-allowed", "playerId");
  const old = found.holder;
  const reclaimed = reclaim(old, arrival);
  if (reclaimed === null) return refuse("bad-token");
  writeSeat(draft, id).holder = reclaimed.holder;
  if (reclaimed.isRevoked) return refuseCopy(draft, id);
  displace(draft, old, viewerId);
  follow(draft, old.viewerId, viewerId);
  draft.grant = { seat: id, how: "reconnected" };
  draft.events.push({ type: "seatBack", data: { playerId: id } });
  runOn(draft);
  return null;
}

/**
 * The chair's token makes its owner host again, but only while nobody else is. A seat of his comes with it, and a token for that:
 * the answer that gave him the seat may never have reached him, and a seat nobody knows of loses its time.
 */
export function reconnectHost(draft: Draft, arrival: Return): Outcome {
  const { state } = draft;
  const { viewerId } = arrival;
  const { chair, seat } = state.host;
  if (chair === null) return refuse("bad-token");
  const reclaimed = reclaim(chair, arrival);
  if (reclaimed === null) return refuse("bad-token");
  if (reclaimed.isRevoked) {
    state.host = { seat, chair: reclaimed.holder };
    return refuseCopy(draft, null);
  }
  const other = seatAt(state, seat)?.holder;
  if (other && other.viewerId !== chair.viewerId) return refuse("not-host");
  const [held, heldBefore] = [seatHeldBy(state, viewerId), seatHeldBy(state, chair.viewerId)];
  if (held !== null && heldBefore !== null && held !== heldBefore) return refuse("not-allowed");
  displace(draft, chair, viewerId);
  state.host = { seat, chair: reclaimed.holder };
  follow(draft, chair.viewerId, viewerId);
  const own = heldBefore ?? held;
  const holder = seatAt(state, own)?.holder;
  if (own !== null && holder) writeSeat(draft, own).holder = withFreshToken(holder, chair, arrival);
  draft.grant = { seat: own, how: "reconnected" };
  draft.events.push(heldBefore === null ? { type: "hostBack", data: {} } : { type: "seatBack", data: { playerId: heldBefore } });
  runOn(draft);
  return null;
}
