// Whether the server speaks what this page does. A browser does not tell why no socket opens: the server is asked another way.
import { protocols } from "../../../lib/protocol/version.ts";

const patienceMs = 5_000;

/** False only when the server says so: no answer, or one that tells nothing of it, is no reason to give up. */
export async function isSpoken(): Promise<boolean> {
  try {
    const answer = await fetch("/api/server/state", { signal: AbortSignal.timeout(patienceMs) });
    const { protocols: known } = (await answer.json()) as { readonly protocols?: unknown };
    return !Array.isArray(known) || protocols.some((own) => known.includes(own));
  } catch {
    return true;
  }
}
