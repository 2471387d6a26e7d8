// Tokens and presence of whoever sits somewhere: matching, rotating, revoking. It knows hashes only, never a token.
import type { Draw } from "./contract.ts";
import type { Instant, ViewerId } from "./ids.ts";
import type { Holder } from "./state.ts";

/** Compares two hashes in a time that does not tell where they differ. */
export function sameHash(left: string, right: string | null): boolean {
  if (right === null) return false;
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1)
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index % Math.max(1, right.length));
  return difference === 0;
}

export function seatDown(viewerId: ViewerId, at: Instant, draw: Draw): Holder {
  if (draw.tokenHash === undefined) throw new Error("a holder needs a drawn token");
  return {
    viewerId,
    tokenHash: draw.tokenHash,
    previousTokenHash: null,
    retiredTokenHash: null,
    claimedAt: at,
    droppedAt: null,
    grantId: draw.grantId ?? null,
  };
}

export interface Proof {
  readonly tokenHash: string | null;
  readonly grantId: string | null;
}

/**
 * - `current`: the newest token: the one before it is retired.
 * - `previous`: the one before, still valid as the newest was never used; or the action id that asked for the newest, whose
 *   answer was lost. The newest falls away.
 * - `retired`: out of use, so somebody copied it: all tokens are to be revoked.
 */
export type Match = "current" | "previous" | "retired" | "none";

/** Age is no question here: a holder who was away too long is gone before anything is asked of him. */
export function matchProof(holder: Holder, { tokenHash, grantId }: Proof): Match {
  if (tokenHash === null) return grantId !== null && sameHash(grantId, holder.grantId) ? "previous" : "none";
  if (sameHash(tokenHash, holder.tokenHash)) return "current";
  if (sameHash(tokenHash, holder.previousTokenHash)) return "previous";
  return sameHash(tokenHash, holder.retiredTokenHash) ? "retired" : "none";
}

/** The holder again, through a new connection and with a new token. */
export function rotate(
  holder: Holder,
  match: "current" | "previous",
  arrival: { readonly viewerId: ViewerId; readonly draw: Draw },
): Holder {
  const { viewerId, draw } = arrival;
  if (draw.tokenHash === undefined) throw new Error("a reconnect needs a drawn token");
  const fresh = { ...holder, viewerId, tokenHash: draw.tokenHash, droppedAt: null, grantId: draw.grantId ?? null };
  if (match === "previous") return fresh;
  return { ...fresh, previousTokenHash: holder.tokenHash, retiredTokenHash: holder.previousTokenHash };
}

export const revoke = (holder: Holder): Holder => ({
  ...holder,
  tokenHash: null,
  previousTokenHash: null,
  retiredTokenHash: null,
  grantId: null,
});
