// What an announced change makes of the copy before it.
import type { Announcement } from "../bus/bus.ts";
import { filled } from "../store/state-text.ts";
import type { Copy } from "./fan-out.ts";
import type { AnyRules } from "./log.ts";

/** The next copy; null when the part of its state that was not announced is not at hand: then the store has to be read. */
export function announcedCopy(rules: AnyRules, before: Copy, { v, hash, at, still, moving }: Announcement): Copy | null {
  const known = still ?? before.still;
  const whole = known === null ? null : filled(known, moving);
  return whole === null ? null : { state: rules.decode(whole), v, hash, at, still: known, index: null };
}
