// Who may answer whom: the stack of interrupts, and targets that answer side by side.
import { endTargeting } from "./clearing.ts";
import { creditLag, runnersOf } from "./clock.ts";
import { type Draft, type Outcome, refuse } from "./draft.ts";
import type { SeatId } from "./ids.ts";
import { limits } from "./limits.ts";
import { isAlive, seatAt } from "./state.ts";
import type { Tap } from "./turns.ts";

export function interrupt(draft: Draft, { seat }: Tap): Outcome {
  const { state } = draft;
  if (!isAlive(state, seat)) return refuse("seat-dead");
  if (state.stack.length >= limits.stackMax) return refuse("stack-full");
  state.stack = [...state.stack, seat];
  draft.events.push({ type: "interrupted", data: { playerId: seat } });
  return null;
}

export function passPriority(draft: Draft, { seat, rttMs }: Tap): Outcome {
  const { state } = draft;
  if (state.stack.at(-1) !== seat) return refuse("not-your-turn");
  state.stack = state.stack.slice(0, -1);
  // Who runs on has ended nothing: interrupts of his own turn would give the same stretch back bit by bit.
  if (!runnersOf(state).includes(seat)) creditLag(draft, seat, rttMs);
  draft.events.push({ type: "priorityPassed", data: { playerId: seat } });
  return null;
}

/** The active seat adds or takes back one it wants an answer from. Not while somebody holds priority. */
export function toggleTarget(draft: Draft, target: SeatId): Outcome {
  const { state } = draft;
  if (state.targeting === "resolving" || state.stack.length > 0) return refuse("wrong-status");
  if (seatAt(state, target) === undefined) return refuse("no-such-seat", "playerId");
  if (!isAlive(state, target)) return refuse("seat-dead", "playerId");
  if (target === state.active) return refuse("not-allowed", "playerId");
  const targeted = !state.targeted.includes(target);
  state.targeted = targeted ? [...state.targeted, target] : state.targeted.filter((id) => id !== target);
  state.targeting = state.targeted.length > 0 ? "selecting" : "none";
  draft.events.push({ type: "targetToggled", data: { playerId: target, targeted } });
  return null;
}

/** From now on all targets are asked at once, each on its own clock. */
export function confirmTargets(draft: Draft, { seat, rttMs }: Tap): Outcome {
  const { state } = draft;
  if (state.targeting !== "selecting" || state.stack.length > 0) return refuse("wrong-status");
  creditLag(draft, seat, rttMs);
  state.targeting = "resolving";
  state.awaiting = state.targeted;
  draft.events.push({ type: "targetsConfirmed", data: { players: state.targeted } });
  return null;
}

export function cancelTargeting(draft: Draft): Outcome {
  if (draft.state.targeting === "none") return refuse("wrong-status");
  endTargeting(draft, { cancelled: true });
  return null;
}

/** An asked seat is done; the last one gives the turn back to the active seat. */
export function passTargetPriority(draft: Draft, { seat, rttMs }: Tap): Outcome {
  const { state } = draft;
  if (!state.awaiting.includes(seat)) return refuse("not-your-turn");
  creditLag(draft, seat, rttMs);
  state.awaiting = state.awaiting.filter((id) => id !== seat);
  draft.events.push({ type: "targetAnswered", data: { playerId: seat } });
  if (state.awaiting.length === 0) endTargeting(draft, { cancelled: false });
  return null;
}
