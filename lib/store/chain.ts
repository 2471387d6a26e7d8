// The hash chain of a game's history: each change's hash covers the one before, so a reader can prove that nothing is missing.
import { hash } from "node:crypto";

/** Hash of change `v` (hex SHA-256) over the hash before it ("" for the first), its version, its body and the state it led to. */
export function chainHash(prevHash: string, v: number, change: string, state: string): string {
  return hash("sha256", `${prevHash}\n${v}\n${change}\n${state}`);
}
