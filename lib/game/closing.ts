// Ways a game stands still or ends from outside of play: an outage, the host or the operator closing the table.
import type { Decision } from "./contract.ts";
import { type Draft, draftOf, type Outcome, refuse, writeSeat } from "./draft.ts";
import { clearTable } from "./clearing.ts";
import { advance, reseatRunners } from "./clock.ts";
import type { Event } from "./events.ts";
import { afterOutage } from "./holders.ts";
import type { Instant } from "./ids.ts";
import { settleUntil, stamp } from "./settle.ts";
import type { State } from "./state.ts";
import { putInOrder, stand } from "./turns.ts";

/** Closes the table for good: nobody holds anything any more, and every connection has to go. */
export function close(draft: Draft, reason: string): Outcome {
  const { state } = draft;
  if (state.closed) return refuse("wrong-status");
  state.closed = true;
  state.status = "finished";
  clearTable(state);
  state.undo = null;
  for (const { id } of state.seats) {
    const seat = writeSeat(draft, id);
    seat.holder = null;
    seat.choiceLeftMs = null;
    seat.lapsedTokenHash = null;
  }
  state.host = { seat: null, chair: null };
  draft.dismissals = [{ viewerId: null, reason: "closed" }];
  draft.events.push({ type: "gameEnded", data: { reason } });
  reseatRunners(draft);
  return null;
}

export const endGame = (draft: Draft): Outcome => close(draft, "host");

/**
 * No instance lived from `fromAt` until `now`: what fell due before is settled, a running game stands still since `fromAt`,
 * and all connections are gone. Absence, like everything, is counted from when the server lives again.
 */
export function outage(base: State, fromAt: Instant, now: Instant): Decision<State, Event> {
  const from = Math.min(now, Math.max(base.at, fromAt)) as Instant;
  const draft = draftOf(base, from);
  const { state } = draft;
  settleUntil(draft, now);
  advance(draft, from);
  if (state.status === "running") {
    stand(draft, "restart");
    if (from < now) stamp(draft, draft.events.length - 1, from);
  }
  for (const { id, holder } of state.seats) if (holder !== null) writeSeat(draft, id).holder = afterOutage(holder, from, now);
  const { chair } = state.host;
  if (chair !== null) state.host = { ...state.host, chair: afterOutage(chair, from, now) };
  putInOrder(draft);
  advance(draft, now);
  return { ok: true, state, events: draft.events };
}
