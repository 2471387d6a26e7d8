// Draws what a command needs from chance: tokens, of which the rules and the store see only the hash, and seeds.
import { createHash } from "node:crypto";
import type { Ambient } from "../ops/ambient.ts";
import type { Draw } from "./rules.ts";

const tokenBytes = 32;
const seedBytes = 16;

export interface TokenDraw {
  readonly draw: Draw;
  /** The token itself, base64url, for its owner alone; null when none was needed. */
  readonly token: string | null;
}

const nothing: TokenDraw = { draw: {}, token: null };

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function drawFor(needs: { readonly token?: true; readonly seed?: true }, actionId: string | null, ambient: Ambient): TokenDraw {
  const { token: wantsToken, seed: wantsSeed } = needs;
  if (!wantsToken && !wantsSeed) return nothing;
  const token = wantsToken ? Buffer.from(ambient.bytes(tokenBytes)).toString("base64url") : null;
  return {
    token,
    draw: {
      ...(token === null ? {} : { tokenHash: sha256Hex(token) }),
      ...(token === null || actionId === null ? {} : { grantId: grantIdOf(actionId) }),
      ...(wantsSeed ? { seed: Buffer.from(ambient.bytes(seedBytes)).toString("hex") } : {}),
    },
  };
}

/** Proof of a grant whose answer was lost: whoever knows the action id made it. Only the hash is kept. */
export function grantIdOf(actionId: string): string {
  return sha256Hex(`grant ${actionId}`);
}
