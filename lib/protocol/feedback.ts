// Turns typed feedback into text that can be kept and shown: clean as names are, of several lines, bounded in graphemes. It escapes
// nothing: that is done where markup is written.
import { cleanText, graphemeCount } from "../game/names.ts";
import { feedbackGraphemesMax } from "./limits.ts";

/** The clean form; null when it is empty, malformed or too long. */
export function cleanFeedback(typed: string): string | null {
  const text = cleanText(typed) ?? "";
  return text === "" || graphemeCount(text, feedbackGraphemesMax) > feedbackGraphemesMax ? null : text;
}
