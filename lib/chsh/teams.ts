// Who sits where: teams by name, two slots each, tokens, coming and going. A drop keeps the slot; an hour away frees it. The host's chair is kept.
import type { Draw } from "../game/contract.ts";
import { reclaim, type Return, sameHash, seatDown } from "../game/holders.ts";
import type { SeatId, ViewerId } from "../game/ids.ts";
import type { Holder } from "../game/state.ts";
import { type Draft, type Outcome, refuse, writeSlot } from "./draft.ts";
import { limits } from "./limits.ts";
import { cleanTeamName, foldedName } from "./names.ts";
import { abandonRound, dealTo, freshRounds } from "./rounds.ts";
import { type Place, placeHeldBy, placeOf, seatId, type Slot, type SlotIndex, type State, type Team, teamStateOf } from "./state.ts";

export interface Arrival {
  readonly viewerId: ViewerId;
  readonly draw: Draw;
}

const empty: Slot = { holder: null, leftTokenHash: null };

/** A place as events name it: there slots count from 1. */
const placeName = ({ team, slot }: Place) => ({ teamId: team.id, slot: slot + 1 });

const isTaken = (state: State, name: string, except: number): boolean =>
  state.teams.some((team) => team.id !== except && teamStateOf(team) !== "inactive" && foldedName(team.name) === foldedName(name));

export const playersIn = (state: State): number =>
  state.teams.reduce((sum, { slots }) => sum + slots.filter((slot) => slot.holder !== null).length, 0);

/** Where a new team stands in the list: behind the others, or when the list is full, where one was left that completed no round. */
function placeForTeam({ teams }: State): number | null {
  if (teams.length < limits.teamsMax) return teams.length;
  const place = teams.findLastIndex((team) => teamStateOf(team) === "inactive" && team.rounds === 0);
  return place < 0 ? null : place;
}

export function createTeam(draft: Draft, typed: string, arrival: Arrival): Outcome {
  const { state } = draft;
  const name = cleanTeamName(typed);
  if (name === null) return refuse("bad-message", "name");
  if (placeHeldBy(state, arrival.viewerId) !== null) return refuse("not-allowed");
  if (isTaken(state, name, 0)) return refuse("name-taken", "name");
  const place = placeForTeam(state);
  if (place === null || playersIn(state) >= limits.playersMax) return refuse("class-full");
  // Rounds are counted on where a team was before, so that an old answer meets no new question; its keys open nothing any more.
  const lastNumber = state.teams[place]?.lastNumber ?? 0;
  const team: Team = { id: place + 1, name, slots: [empty, empty], lastNumber, ...freshRounds(state.mode) };
  state.teams = place < state.teams.length ? state.teams.with(place, team) : [...state.teams, team];
  draft.events.push({ type: "teamCreated", data: { teamId: team.id, name } });
  sit(draft, { team, slot: 0 }, arrival);
  return null;
}

export function joinTeam(draft: Draft, teamId: number, arrival: Arrival): Outcome {
  const { state } = draft;
  const team = state.teams[teamId - 1];
  if (team === undefined) return refuse("no-such-seat", "teamId");
  if (placeHeldBy(state, arrival.viewerId) !== null) return refuse("not-allowed");
  if (playersIn(state) >= limits.playersMax) return refuse("class-full");
  const slot = team.slots.findIndex((one) => one.holder === null);
  if (slot < 0) return refuse("seat-taken", "teamId");
  if (teamStateOf(team) === "inactive") return refuse("not-allowed", "teamId");
  sit(draft, { team, slot: slot as SlotIndex }, arrival);
  return null;
}

/** Into an empty slot: the team has no open round, which went with whoever left. */
function sit(draft: Draft, place: Place, arrival: Arrival): void {
  const holder = seatDown(arrival.viewerId, draft.now, arrival.draw);
  const after = writeSlot(draft, place, { holder, leftTokenHash: null });
  draft.grant = { seat: seatId(place), how: "claimed" };
  draft.events.push({ type: "playerJoined", data: placeName(place) });
  dealTo(draft, after);
}

/** Empties a slot; its last holder's token may revive it. */
export function vacate(draft: Draft, place: Place, type: "playerLeft" | "playerFreed"): void {
  const { slot } = place;
  const team = abandonRound(draft, place.team);
  const leftTokenHash = team.slots[slot].holder?.tokenHash ?? null;
  writeSlot(draft, { team, slot }, { holder: null, leftTokenHash });
  draft.events.push({ type, data: placeName(place) });
}

export function drop(draft: Draft, viewerId: ViewerId): void {
  const { state, now } = draft;
  const place = placeHeldBy(state, viewerId);
  const holder = place?.team.slots[place.slot].holder;
  if (place && holder && holder.droppedAt === null) {
    writeSlot(draft, place, { holder: { ...holder, droppedAt: now }, leftTokenHash: null });
    draft.events.push({ type: "playerAway", data: placeName(place) });
  }
  const { host } = state;
  if (host?.viewerId === viewerId && host.droppedAt === null) {
    state.host = { ...host, droppedAt: now };
    draft.events.push({ type: "hostAway", data: {} });
  }
}

/** Who gives a command is here, whatever was said of him: he left, and came in again through the same connection. */
export function hear(draft: Draft, viewerId: ViewerId): void {
  const { state } = draft;
  const place = placeHeldBy(state, viewerId);
  const holder = place?.team.slots[place.slot].holder;
  if (place && holder && holder.droppedAt !== null) {
    writeSlot(draft, place, { holder: { ...holder, droppedAt: null }, leftTokenHash: null });
    draft.events.push({ type: "playerBack", data: placeName(place) });
  }
  const { host } = state;
  if (host?.viewerId === viewerId && host.droppedAt !== null) {
    state.host = { ...host, droppedAt: null };
    draft.events.push({ type: "hostBack", data: {} });
  }
}

export function reconnectPlayer(draft: Draft, seat: SeatId, arrival: Return): Outcome {
  const place = placeOf(draft.state, seat);
  if (place === null) return refuse("no-such-seat", "playerId");
  const elsewhere = placeHeldBy(draft.state, arrival.viewerId);
  if (elsewhere !== null && seatId(elsewhere) !== seat) return refuse("not-allowed", "playerId");
  const { team, slot } = place;
  const { holder } = team.slots[slot];
  if (holder === null) return revive(draft, place, arrival);
  const back = returned(draft, holder, arrival);
  if (back === null) return refuse("bad-token");
  writeSlot(draft, place, { holder: back, leftTokenHash: null });
  if (draft.refusal) draft.events.push({ type: "keysRevoked", data: placeName(place) });
  else {
    draft.grant = { seat, how: "reconnected" };
    draft.events.push({ type: "playerBack", data: placeName(place) });
  }
  return null;
}

/** The holder with a new token; null for a proof of nothing. A token out of use voids the others: that is kept, and its sender refused. */
function returned(draft: Draft, holder: Holder, arrival: Return): Holder | null {
  const reclaimed = reclaim(holder, arrival);
  if (reclaimed === null) return null;
  if (reclaimed.isRevoked) draft.refusal = refuse("bad-token");
  else if (holder.droppedAt === null && holder.viewerId !== arrival.viewerId)
    draft.dismissals = [{ viewerId: holder.viewerId, reason: "displaced" }];
  return reclaimed.holder;
}

function revive(draft: Draft, place: Place, { viewerId, draw, proof }: Return): Outcome {
  const { team, slot } = place;
  const { leftTokenHash } = team.slots[slot];
  if (proof.tokenHash === null || leftTokenHash === null || !sameHash(proof.tokenHash, leftTokenHash)) return refuse("bad-token");
  if (isTaken(draft.state, team.name, team.id)) return refuse("name-taken");
  if (playersIn(draft.state) >= limits.playersMax) return refuse("class-full");
  sit(draft, place, { viewerId, draw });
  draft.grant = { seat: seatId(place), how: "reconnected" };
  return null;
}

export function reconnectHost(draft: Draft, arrival: Return): Outcome {
  const { host } = draft.state;
  if (host === null) return refuse("bad-token");
  const back = returned(draft, host, arrival);
  if (back === null) return refuse("bad-token");
  draft.state.host = back;
  if (draft.refusal) draft.events.push({ type: "hostKeysRevoked", data: {} });
  else {
    draft.grant = { seat: null, how: "reconnected" };
    draft.events.push({ type: "hostBack", data: {} });
  }
  return null;
}
