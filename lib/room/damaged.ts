// Games whose record cannot be trusted.
import type { AnyRules } from "./log.ts";

/** The store has the game, but its record cannot be trusted. */
export class DamagedGame extends Error {
  override readonly name = "DamagedGame";
}

/** The state of a stored game, or DamagedGame when this program cannot read it. */
export function decoded(rules: AnyRules, { gameId, state }: { readonly gameId: string; readonly state: string }): unknown {
  try {
    return rules.decode(state);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DamagedGame(`This program cannot read the state of game ${gameId}: ${why}`, { cause: error });
  }
}
