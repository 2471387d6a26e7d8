// How much of what is typed may stand: counted as the rules count, in characters as people see them. `maxLength` counts units, of which
// one family has eleven. Pure.
import { limits } from "../../../lib/game/limits.ts";

export interface Room {
  readonly graphemes: number;
  /** Bound of the raw text; that of names unless said. */
  readonly units?: number;
}

/** A browser without one leaves the counting to the server. */
const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter("en", { granularity: "grapheme" }) : null;

/** At most `max` of them: what is pasted may be long. */
function firstOf(text: string, max: number): string[] {
  const found: string[] = [];
  for (const { segment } of segmenter?.segment(text) ?? []) {
    if (found.length >= max) break;
    found.push(segment);
  }
  return found;
}

/** Of a field's text with the caret behind what was just put in: what is too much goes from there, as with `maxLength`, not from the end. */
export function fitted(text: string, caret: number, { graphemes, units = limits.nameUnitsMax }: Room): string {
  const tail = text.slice(caret);
  const fits = (whole: string): boolean => whole.length <= units && firstOf(whole, graphemes + 1).length <= graphemes;
  if (segmenter === null || fits(text)) return text;
  const head = firstOf(text.slice(0, caret), graphemes - firstOf(tail, graphemes).length);
  while (head.length > 0 && !fits(head.join("") + tail)) head.pop();
  return head.join("") + tail;
}
