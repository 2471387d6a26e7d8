// A state's text as stores keep it: what seldom changes apart from what moves. See StateText in game/contract.

import type { StateText } from "../game/contract.ts";
import type { Commit } from "./store.ts";

/** A text of which nothing is kept apart: one place for all of it. */
export function uncut(whole: string): StateText {
  return { whole, still: "\n", moving: whole };
}

/** The same, as a commit has it. */
export function uncutState(state: string): Pick<Commit, "state" | "still" | "moving"> {
  return { state, still: "\n", moving: state };
}

/** The whole text: each line end of `still` replaced by the next line of `moving`. null when they do not belong together. */
export function filled(still: string, moving: string): string | null {
  const pieces = still.split("\n");
  const lines = moving.split("\n");
  if (pieces.length !== lines.length + 1) return null;
  let whole = pieces[0] ?? "";
  for (const [place, line] of lines.entries()) whole += line + pieces[place + 1];
  return whole;
}
