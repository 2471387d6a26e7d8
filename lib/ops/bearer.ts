// Checks bearer tokens by digest in constant time. The token is asked for at every check, so a rotation takes effect at once.
import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string) => createHash("sha256").update(text).digest();

/** What came of an Authorization header: `off` when no token is set at all. */
export type BearerOutcome = "granted" | "denied" | "off";

export function checkBearer(header: string | undefined, token: string | null): BearerOutcome {
  if (token === null) return "off";
  const match = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? "");
  // A missing token is compared too, so that all denials take the same time.
  const same = timingSafeEqual(digest(match?.[1] ?? ""), digest(token));
  return match !== null && same ? "granted" : "denied";
}
