// Starting, pausing, and whose turn it is; and the one place that puts a table in order after somebody died.
import { credit, creditLag, reseatRunners } from "./clock.ts";
import { beginRound, finishRound } from "./campaign.ts";
import type { Pause } from "./commands.ts";
import { clearTable, endTargeting } from "./clearing.ts";
import { type Draft, type Outcome, refuse, writeSeat } from "./draft.ts";
import type { SeatId } from "./ids.ts";
import { isAlive, isAway, isPlaying, nextAlive, nobody, seatAt, type State } from "./state.ts";
import { limits } from "./limits.ts";
import type { PausedBy } from "./view.ts";

/** Hands the turn to a living seat, with its bonus while the clocks run. */
function giveTurn(draft: Draft, to: SeatId): void {
  const { state } = draft;
  const from = state.active;
  state.active = to;
  state.turn = Math.min(limits.turnMax, state.turn + 1);
  if (state.status === "running") credit(writeSeat(draft, to), state.settings.bonusTime);
  draft.events.push({ type: "turnPassed", data: { from, to, turn: state.turn } });
}

function dropTargets(draft: Draft): void {
  if (draft.state.targeting !== "none") endTargeting(draft, { cancelled: true });
}

const keepAlive = (state: State, ids: readonly SeatId[]): readonly SeatId[] =>
  ids.every((id) => isAlive(state, id)) ? ids : ids.filter((id) => isAlive(state, id));

/** What a dead seat held goes to whoever has the turn, at the end to the winner. */
function passMarker(draft: Draft, marker: "monarch" | "initiative"): void {
  const { state } = draft;
  const holder = state[marker];
  if (holder === null || isAlive(state, holder)) return;
  state[marker] = state.active ?? state.winner;
  draft.events.push({ type: "markerMoved", data: { marker, playerId: state[marker] } });
}

/** Ends the game: one living seat wins, none is a draw. */
function finish(draft: Draft): void {
  const { state } = draft;
  const alive = state.seats.filter((seat) => !seat.dead);
  state.status = "finished";
  state.winner = alive.length === 1 ? (alive[0]?.id ?? null) : null;
  clearTable(state);
  for (const marker of ["monarch", "initiative"] as const) passMarker(draft, marker);
  for (const seat of state.seats) if (seat.choiceLeftMs !== null) writeSeat(draft, seat.id).choiceLeftMs = null;
  draft.events.push({ type: "gameComplete", data: { winner: state.winner } });
  finishRound(draft);
}

/** A dead seat holds no turn, no place on the stack and no target (L05); with one living seat left the game is over. */
function buryTheDead(draft: Draft): void {
  const { state } = draft;
  if (state.seats.reduce((count, seat) => (seat.dead ? count : count + 1), 0) <= 1) {
    finish(draft);
    return;
  }
  state.stack = keepAlive(state, state.stack);
  if (state.active !== null && !isAlive(state, state.active)) {
    dropTargets(draft);
    const next = nextAlive(state, state.active);
    if (next !== null) giveTurn(draft, next);
  }
  for (const marker of ["monarch", "initiative"] as const) passMarker(draft, marker);
  state.targeted = keepAlive(state, state.targeted);
  state.awaiting = keepAlive(state, state.awaiting);
  const left = state.targeting === "resolving" ? state.awaiting : state.targeted;
  if (state.targeting !== "none" && left.length === 0) endTargeting(draft, { cancelled: false });
}

/** Last step of every change: deaths have their consequences, then the clocks run for whom they have to. */
export function putInOrder(draft: Draft): void {
  if (draft.deaths) {
    draft.deaths = false;
    if (isPlaying(draft.state)) buryTheDead(draft);
  }
  reseatRunners(draft);
}

/** Kills a seat. Its consequences follow in `putInOrder`. */
export function kill(draft: Draft, id: SeatId, reason: "life" | "time" | "host" | "choice"): void {
  const seat = writeSeat(draft, id);
  seat.dead = true;
  seat.choiceLeftMs = null;
  seat.fallen = false;
  draft.deaths = true;
  draft.events.push({ type: "eliminated", data: { playerId: id, reason } });
}

/** What happened to life while the clocks stood takes effect when they run on. */
function killLifeless(draft: Draft): void {
  for (const seat of draft.state.seats) if (!seat.dead && seat.life <= 0) kill(draft, seat.id, "life");
}

export function resume(draft: Draft): void {
  const { state } = draft;
  state.status = "running";
  state.pausedBy = null;
  draft.events.push({ type: "gameResumed", data: {} });
  killLifeless(draft);
}

export function stand(draft: Draft, by: PausedBy): void {
  draft.state.status = "paused";
  draft.state.pausedBy = by;
  draft.events.push({ type: "gamePaused", data: { by } });
}

/** Under the drop policy `pause`, a living seat's absence stops the clocks. */
export function standForAbsent(draft: Draft): void {
  const { state } = draft;
  if (state.status === "running" && state.settings.dropPolicy === "pause" && state.seats.some((seat) => !seat.dead && isAway(seat))) {
    stand(draft, "drop");
  }
}

export function start(draft: Draft): Outcome {
  const { state } = draft;
  if (state.status === "paused") {
    resume(draft);
    return null;
  }
  if (state.seats.reduce((count, seat) => (seat.life > 0 ? count + 1 : count), 0) < 2) return refuse("wrong-status", "life");
  state.status = "running";
  state.turn = 1;
  // What was owed is paid: the bank that is played with is without it.
  for (const seat of state.seats) if (seat.owedMs > 0) writeSeat(draft, seat.id).owedMs = 0;
  draft.events.push({ type: "gameStarted", data: {} });
  beginRound(draft);
  killLifeless(draft);
  const first = state.active ?? state.order[0] ?? 1;
  state.active = isAlive(state, first) ? first : nextAlive(state, first);
  return null;
}

export function togglePause(draft: Draft, { to }: Pause): Outcome {
  const { status, pausedBy } = draft.state;
  // Whoever says so meant it when the absent are back, too: the drop may have come while his tap was on its way.
  const outranks = to === "paused" && pausedBy === "drop";
  if (status === to && !outranks) return null;
  if (status === "running" || outranks) stand(draft, "player");
  else resume(draft);
  return null;
}

export interface Tap {
  /** The seat that acts. */
  readonly seat: SeatId;
  /** Round trip of whoever tapped for his own clock; 0 when a host taps over somebody's head. */
  readonly rttMs: number;
}

/** The turn goes to the next living seat. Only when nobody holds priority and no answer is awaited. */
export function passTurn(draft: Draft, { seat, rttMs }: Tap): Outcome {
  const { state } = draft;
  if (state.stack.length > 0 || state.targeting !== "none") return refuse("wrong-status");
  const next = nextAlive(state, seat);
  if (next === null) return refuse("wrong-status");
  creditLag(draft, seat, rttMs);
  giveTurn(draft, next);
  return null;
}

/** Gives the turn to a seat by name. While waiting it says who begins. The seat that has the turn gains nothing (L03). */
export function switchTo(draft: Draft, to: SeatId): Outcome {
  const { state } = draft;
  const seat = seatAt(state, to);
  if (seat === undefined) return refuse("no-such-seat", "playerId");
  if (seat.dead) return refuse("seat-dead", "playerId");
  const from = state.active;
  if (from === to && state.stack.length === 0 && state.targeting === "none") return null;
  dropTargets(draft);
  state.stack = nobody;
  if (state.status !== "waiting" && from !== to) giveTurn(draft, to);
  else {
    state.active = to;
    draft.events.push({ type: "turnPassed", data: { from, to, turn: state.turn } });
  }
  return null;
}
