// Turns typed feedback into text that can be kept and shown: well-formed, NFC, without control or reordering characters, bounded in
// graphemes. It escapes nothing: that is done where markup is written.
import { feedbackGraphemesMax } from "./limits.ts";

/** Control characters but for the line feed, and those that hide or reorder text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
const unwanted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The clean form; null when it is empty, malformed or too long. */
export function cleanFeedback(typed: string): string | null {
  if (!typed.isWellFormed()) return null;
  const text = typed.normalize("NFC").replace(unwanted, "").trim();
  if (text === "") return null;
  let count = 0;
  for (const _ of graphemes.segment(text)) {
    count += 1;
    if (count > feedbackGraphemesMax) return null;
  }
  return text;
}
