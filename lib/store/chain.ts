// The hash chain of a game's history: each change's hash covers the one before, so a reader can prove that nothing is missing.
import { hash } from "node:crypto";

/** Hash of change `v` (hex SHA-256) over the hash before it ("" for the first), its version, its body and the state it led to. */
export function chainHash(prevHash: string, v: number, change: string, state: string): string {
  return chainLink(prevHash, { v, change, state }).hash;
}

/**
 * The hash, and the state as a piece of the one text that was hashed. A text put together from many pieces is made whole in memory by
 * whoever reads it first; so it is made whole once, and not again for the store.
 */
export function chainLink(
  prevHash: string,
  { v, change, state }: { readonly v: number; readonly change: string; readonly state: string },
): { readonly hash: string; readonly state: string } {
  const text = `${prevHash}\n${v}\n${change}\n${state}`;
  return { hash: hash("sha256", text), state: text.slice(text.length - state.length) };
}
