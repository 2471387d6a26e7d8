// A command that somebody else was quicker than is decided again, a few times and never for long.
import type { Ambient } from "../ops/ambient.ts";

/** Times a command is decided anew because somebody else changed the game meanwhile. */
const retriesMax = 3;
/** Before a second retry and a later one there is a pause of up to so much, ms: who met twice would else meet again. */
const retryPauseMs = 8;

/**
 * Calls `attempt` until it gives something, at most `retriesMax` times more; null when it never did. `first`: 1 when it has been tried
 * already, in vain.
 */
export async function insist<T>(
  ambient: Pick<Ambient, "after" | "below">,
  attempt: () => Promise<T | null>,
  first: 0 | 1 = 0,
): Promise<T | null> {
  for (let retry: number = first; retry <= retriesMax; retry += 1) {
    if (retry > 1) await new Promise<void>((resolve) => void ambient.after(ambient.below(retryPauseMs * retry), resolve));
    const result = await attempt();
    if (result !== null) return result;
  }
  return null;
}
