// The texts of a state for tests that make their own, as commits have them.
import { filled } from "../../lib/store/state-text.ts";

export function cutState(still: string, moving: string): { readonly state: string; readonly still: string; readonly moving: string } {
  const state = filled(still, moving);
  if (state === null) throw new Error("the parts belong together");
  return { state, still, moving };
}
