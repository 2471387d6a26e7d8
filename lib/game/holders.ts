// Tokens and presence of whoever sits somewhere, in any game: sitting down, coming back, being gone. It knows hashes only, never a token.
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

interface Proof {
  readonly tokenHash: string | null;
  readonly grantId: string | null;
}

/**
 * - `current`: the newest token: the one before it is retired.
 * - `previous`: the one before, still valid as the newest was never used; or the action id that asked for the newest, whose
 *   answer was lost. The newest falls away.
 * - `retired`: out of use, so somebody copied it: all tokens are to be revoked.
 */
type Match = "current" | "previous" | "retired" | "none";

/** Age is no question here: a holder who was away too long is gone before anything is asked of him. */
function matchProof(holder: Holder, { tokenHash, grantId }: Proof): Match {
  if (tokenHash === null) return grantId !== null && sameHash(grantId, holder.grantId) ? "previous" : "none";
  if (sameHash(tokenHash, holder.tokenHash)) return "current";
  if (sameHash(tokenHash, holder.previousTokenHash)) return "previous";
  return sameHash(tokenHash, holder.retiredTokenHash) ? "retired" : "none";
}

/** Somebody who says that a place is his. */
export interface Return {
  readonly viewerId: ViewerId;
  readonly draw: Draw;
  readonly proof: Proof;
}

/** The holder again, through a new connection and with a new token. */
function rotate(holder: Holder, match: "current" | "previous", { viewerId, draw }: Return): Holder {
  if (draw.tokenHash === undefined) throw new Error("a reconnect needs a drawn token");
  const fresh = { ...holder, viewerId, tokenHash: draw.tokenHash, droppedAt: null, grantId: draw.grantId ?? null };
  if (match === "previous") return fresh;
  return { ...fresh, previousTokenHash: holder.tokenHash, retiredTokenHash: holder.previousTokenHash };
}

/**
 * Whoever came back by his `other` place (the host's chair) has a new token for this one too. One that he was given for both, and has not
 * shown, falls away unused here as it does there.
 */
export function withFreshToken(holder: Holder, other: Holder, back: Return): Holder {
  const isUnused = holder.tokenHash === other.tokenHash && !sameHash(back.proof.tokenHash ?? "", other.tokenHash);
  return rotate(holder, isUnused ? "previous" : "current", back);
}

const revoke = (holder: Holder): Holder => ({ ...holder, tokenHash: null, previousTokenHash: null, retiredTokenHash: null, grantId: null });

/** Who holds the place from now on. `isRevoked`: the same as before, but by a copy of an old token that was shown all of his are void. */
interface Reclaimed {
  readonly holder: Holder;
  readonly isRevoked: boolean;
}

/** What comes of a proof: the holder through a new connection and with a new token, or all tokens revoked; null when it proves nothing. */
export function reclaim(holder: Holder, back: Return): Reclaimed | null {
  const match = matchProof(holder, back.proof);
  if (match === "none") return null;
  if (match === "retired") return { holder: revoke(holder), isRevoked: true };
  return { holder: rotate(holder, match, back), isRevoked: false };
}

/**
 * No server lived from `fromAt`, which is no earlier than anything in the game, until `now`: he is gone since one lives again, or for as
 * long as he had been gone before (decision 11).
 */
export const afterOutage = (holder: Holder, fromAt: Instant, now: Instant): Holder => ({
  ...holder,
  droppedAt: ((holder.droppedAt ?? fromAt) + now - fromAt) as Instant,
});
