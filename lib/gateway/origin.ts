// Which pages may open a socket. Origins are parsed and compared as scheme, host and port; text is never compared with text.
import { originText, type ParsedOrigin, parsedOrigin } from "../ops/origin-text.ts";

export interface OriginRules {
  /** Origins such as https://play.example or https://*.example.org. */
  readonly allowed: readonly string[];
  readonly allowMissing: boolean;
  /** With no list: pages of the same host only (true), or any page (false). */
  readonly sameHostOnly: boolean;
}

/** What a request says about itself. `secure` null: nobody who is believed said whether the client used TLS. */
export interface OriginClaim {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  readonly secure: boolean | null;
}

interface Pattern extends ParsedOrigin {
  /** The host is the parent of the hosts that match, at any depth below it. */
  readonly below: boolean;
}

function patternOf(text: string): Pattern {
  const below = text.includes("://*.");
  const origin = parsedOrigin(below ? text.replace("://*.", "://") : text);
  if (origin === null) throw new Error(`"${text}" is not an origin.`);
  return { ...origin, below };
}

function matches(pattern: Pattern, { scheme, host, port }: ParsedOrigin): boolean {
  if (pattern.scheme !== scheme || pattern.port !== port) return false;
  if (!pattern.below) return pattern.host === host;
  const labels = host.split(".");
  const parent = pattern.host.split(".");
  return labels.length > parent.length && labels.slice(-parent.length).every((label, i) => label === parent[i]) && !labels.includes("");
}

/** The page came from this very host. Where TLS ends elsewhere and nobody says so, either scheme will do. */
function isSameHost(origin: ParsedOrigin, { host, secure }: OriginClaim): boolean {
  if (host === undefined || (secure !== null && (origin.scheme === "https:") !== secure)) return false;
  const own = parsedOrigin(`${origin.scheme}//${host}`);
  return own !== null && own.host === origin.host && own.port === origin.port;
}

/** For the operator, who has to know which page it was: as it was understood, which is bounded and holds nothing but scheme, host and port. */
export function shownOrigin(text: string | undefined): string {
  if (text === undefined) return "none";
  const origin = parsedOrigin(text);
  return origin === null ? "not an origin" : originText(origin);
}

/** Decides by configuration whether a page of this origin may open a socket. Throws at once when the list is not one of origins. */
export function originCheck({ allowed, allowMissing, sameHostOnly }: OriginRules): (claim: OriginClaim) => boolean {
  const patterns = allowed.map(patternOf);
  return (claim) => {
    if (claim.origin === undefined) return allowMissing;
    if (patterns.length === 0 && !sameHostOnly) return true;
    const origin = parsedOrigin(claim.origin);
    if (origin === null) return false;
    return patterns.length === 0 ? isSameHost(origin, claim) : patterns.some((pattern) => matches(pattern, origin));
  };
}
