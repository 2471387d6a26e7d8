// A game's state at one version, as an instance holds it, and how it is had from a store or from an announcement.
import type { Announcement } from "../bus/bus.ts";
import type { Instant } from "../game/ids.ts";
import { filled } from "../store/state-text.ts";
import type { StoredGame, StoredIndex } from "../store/store.ts";
import type { AnyRules } from "./log.ts";

export interface Copy {
  readonly state: unknown;
  readonly v: number;
  /** Hash of change `v`: see store/chain. */
  readonly hash: string;
  /** Server time of change `v`, ms. */
  readonly at: number;
  /** What the store has of it, so that it need not be written again; null where that is not known. */
  readonly still: string | null;
  readonly index: StoredIndex | null;
}

/** The newest state, and the moment up to which everything due in it is settled: what is decided now is decided at `now`. */
export interface Present {
  readonly copy: Copy;
  readonly now: Instant;
}

/** The store has the game, but its record cannot be trusted. */
export class DamagedGame extends Error {
  override readonly name = "DamagedGame";
}

/** Throws DamagedGame when this program cannot read the state. */
export function storedCopy(rules: AnyRules, { gameId, state, v, hash, updatedAt: at, still, index }: StoredGame): Copy {
  try {
    return { state: rules.decode(state), v, hash, at, still, index };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DamagedGame(`This program cannot read the state of game ${gameId}: ${why}`, { cause: error });
  }
}

/**
 * The copy after `before`; null when the part of its state that was not announced is not at hand, or this program cannot read it: then the
 * store has to be read, which says what there is to say of it.
 */
export function announcedCopy(rules: AnyRules, before: Copy, { v, hash, at, still, moving }: Announcement): Copy | null {
  const known = still ?? before.still;
  const whole = known === null ? null : filled(known, moving);
  if (whole === null) return null;
  try {
    return { state: rules.decode(whole), v, hash, at, still: known, index: null };
  } catch {
    return null;
  }
}
