// Turns typed text into what can be stored and shown: well-formed and NFC; names have one line and a bound in graphemes, too.
// It never escapes anything: names are kept as typed, and escaped where markup is written.
import { limits } from "./limits.ts";

/** What controls, reorders or hides text: C0 but for the line feed, C1, line separators, bidi marks, embeddings, isolates, BOM. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
const unwanted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/** Joiners, fillers, selectors: nobody sees them by themselves, though some count as letters or marks. */
export const unseen = /\p{Default_Ignorable_Code_Point}/gu;

/** A Braille cell without dots: a space between words of Braille, and a symbol to Unicode. */
const blank = "\u2800";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Number of characters as people count them, or more than `max` when there are more. */
export function graphemeCount(text: string, max: number): number {
  let count = 0;
  for (const _ of graphemes.segment(text)) {
    count += 1;
    if (count > max) break;
  }
  return count;
}

/** Typed text of any length, its line feeds kept, in its one form; null when it is malformed. */
export function cleanText(text: string): string | null {
  // Composed last: what stood between a letter and its mark may just have gone.
  return text.isWellFormed() ? text.replace(unwanted, "").trim().normalize("NFC") : null;
}

/** The clean form of a name, or null when nothing of it is seen, and when it is malformed or too long. `max` in graphemes. */
export function cleanName(text: unknown, max: number): string | null {
  if (typeof text !== "string" || text.length > limits.nameUnitsMax) return null;
  const clean = cleanText(text.replaceAll("\n", ""))?.replace(/\s+/gu, " ") ?? "";
  if (clean.replace(unseen, "").replaceAll(blank, "").trim() === "") return null;
  return clean.length > limits.nameUnitsMax || graphemeCount(clean, max) > max ? null : clean;
}

export const cleanSeatName = (text: unknown): string | null => cleanName(text, limits.seatNameGraphemesMax);
export const cleanGameName = (text: unknown): string | null => cleanName(text, limits.gameNameGraphemesMax);
export const cleanCounterName = (text: unknown): string | null => cleanName(text, limits.counterNameGraphemesMax);

/** A colour as `#rrggbb` in lower case, or null. */
export const cleanColor = (text: unknown): string | null =>
  typeof text === "string" && /^#[0-9a-fA-F]{6}$/.test(text) ? text.toLowerCase() : null;
