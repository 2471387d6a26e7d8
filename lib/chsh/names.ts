// Names of teams: what they may be made of, and when two are the same.
import { cleanName, unseen } from "../game/names.ts";
import { limits } from "./limits.ts";

/** Letters with their marks, decimal digits of any script, space, - and _. */
const allowed = /^[\p{L}\p{M}\p{Nd} _-]+$/u;

/** The name as it is kept, or null when it may not be one. Without what is not seen: nobody sees two names that differ in nothing else. */
export function cleanTeamName(typed: string): string | null {
  const name = cleanName(typed.replace(unseen, ""), limits.teamNameGraphemesMax);
  return name !== null && allowed.test(name) ? name : null;
}

/**
 * The same for names that differ in nothing but case or width. Down, up and down again, because ẞ, ß and SS only meet that way; i with
 * and without its dot is one letter, as its capital is written either way.
 */
export const foldedName = (name: string): string =>
  name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().replaceAll("i\u0307", "i").normalize("NFKC");
