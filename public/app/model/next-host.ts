// Whom a host can make the host, as far as this page knows. Pure.
import { limits } from "../../../lib/game/limits.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Model } from "./model.ts";

/**
 * The rules refuse whoever is gone for long (HO2). Since when somebody is gone no view says, only the log: of one whom this page did not see
 * go it cannot tell, and lets the rules say.
 */
export function mayBeHost({ happenings }: Model, { id, claimed, connected }: PlayerView, nowMs: number): boolean {
  if (!claimed || connected) return claimed;
  const left = happenings.findLast(({ event }) => event.type === "seatAway" && (event.data as { playerId?: number }).playerId === id);
  return left === undefined || nowMs < left.at + limits.hostAwayMs;
}
