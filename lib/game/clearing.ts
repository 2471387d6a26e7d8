// Takes off the table what belongs to play under way: whose turn it is, who holds priority, who is asked for an answer.
import type { Draft, Writable } from "./draft.ts";
import { nobody, type State } from "./state.ts";

function clearTargets(state: Writable<State>): void {
  state.targeting = "none";
  state.targeted = nobody;
  state.awaiting = nobody;
}

/** Nobody is asked any more: all have answered or are out, or it was called off. */
export function endTargeting(draft: Draft, ending: { readonly cancelled: boolean }): void {
  clearTargets(draft.state);
  draft.events.push({ type: "targetingEnded", data: ending });
}

/** Nobody has the turn, holds priority or is asked, and nothing is paused: as before a game's first move and after its last. */
export function clearTable(state: Writable<State>): void {
  state.pausedBy = null;
  state.active = null;
  state.stack = nobody;
  clearTargets(state);
}
