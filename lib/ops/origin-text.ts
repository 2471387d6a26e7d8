// Origins as text: scheme://host[:port] and nothing else. Parsed here alone, so that what the configuration lets through the edge understands.

export interface ParsedOrigin {
  readonly scheme: string;
  readonly host: string;
  /** Empty for the scheme's own port. */
  readonly port: string;
}

/** No path, no user, no space. */
const shape = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\]+$/i;
const charsMax = 300;

export function parsedOrigin(text: string): ParsedOrigin | null {
  if (text.length > charsMax || !shape.test(text) || !URL.canParse(text)) return null;
  const { protocol, hostname, port, username, password } = new URL(text);
  if ((protocol !== "http:" && protocol !== "https:") || hostname === "" || username !== "" || password !== "") return null;
  return { scheme: protocol, host: hostname, port };
}

/** As browsers send it. */
export const originText = ({ scheme, host, port }: ParsedOrigin): string => `${scheme}//${host}${port === "" ? "" : `:${port}`}`;
