// Turns typed text into a name that can be stored and shown: well-formed, NFC, one line, bounded in graphemes.
// It never escapes anything: names are kept as typed, and escaped where markup is written.
import { limits } from "./limits.ts";

/** Control and unassigned-format characters that reorder or hide text: C0, C1, line separators, bidi marks, embeddings, isolates, BOM. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
const unwanted = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Number of characters as people count them, or more than `max` when there are more. */
function graphemeCount(text: string, max: number): number {
  let count = 0;
  for (const _ of graphemes.segment(text)) {
    count += 1;
    if (count > max) break;
  }
  return count;
}

/** The clean form of a name, or null when it is empty, malformed or too long. `max` in graphemes. */
export function cleanName(text: unknown, max: number): string | null {
  if (typeof text !== "string" || text.length > limits.nameUnitsMax || !text.isWellFormed()) return null;
  // Composed last: what stood between a letter and its mark may just have gone.
  const clean = text.replace(unwanted, "").replace(/\s+/gu, " ").trim().normalize("NFC");
  if (clean === "" || clean.length > limits.nameUnitsMax || graphemeCount(clean, max) > max) return null;
  return clean;
}

export const cleanSeatName = (text: unknown): string | null => cleanName(text, limits.seatNameGraphemesMax);
export const cleanGameName = (text: unknown): string | null => cleanName(text, limits.gameNameGraphemesMax);
export const cleanCounterName = (text: unknown): string | null => cleanName(text, limits.counterNameGraphemesMax);

/** A colour as `#rrggbb` in lower case, or null. */
export const cleanColor = (text: unknown): string | null =>
  typeof text === "string" && /^#[0-9a-fA-F]{6}$/.test(text) ? text.toLowerCase() : null;
