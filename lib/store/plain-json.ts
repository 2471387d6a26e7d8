// JSON for people's terminals and for programs that read by the line. JSON itself leaves some characters as they are that a terminal obeys
// (C1 controls), that turn what is shown about (bidi), or that some readers take for the end of a line; here they are escaped.

const escaped = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The same value as `JSON.stringify` gives, in characters that do nothing. */
export function plainJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(escaped, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
