// Which page an address means. Pure.
import { lobbyCodeShape } from "../../lib/protocol/lobby-code.ts";

export type GameView = "play" | "table" | "recap";

export type Route =
  /** `typed`: what stood in a link where a code should be, when none can be read out of it. */
  | { readonly page: "home"; readonly typed?: string }
  | { readonly page: "game"; readonly code: string; readonly view: GameView }
  | { readonly page: "overlay"; readonly code: string }
  | { readonly page: "local" }
  | { readonly page: "new-class" };

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A lobby code as typed, or the one in a link: any case, spaces and dashes ignored, and what a sentence leaves around it (a full stop,
 * brackets, %20); null when it cannot be one.
 */
export function readCode(text: string): string | null {
  const plain = decoded(text);
  const [, inLink] = /\/(?:g|overlay)\/([^/?#]*)/i.exec(plain) ?? [];
  const code = (inLink ?? plain)
    .toUpperCase()
    .replace(/[\s-]/g, "")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  return lobbyCodeShape.test(code) ? code : null;
}

/** Nobody types more than this, and nobody reads it. */
const typedCharsMax = 40;

export function routeOf(address: { readonly pathname: string; readonly hash: string }): Route {
  const [, rawPlace = "", rawCode = ""] = address.pathname.split("/");
  const place = rawPlace.toLowerCase();
  const code = readCode(rawCode);
  const hash = address.hash.slice(1);
  if (place === "overlay" && code) return { page: "overlay", code };
  if (place === "g" && code) return { page: "game", code, view: hash === "table" || hash === "recap" ? hash : "play" };
  if (place === "overlay" || place === "g") return { page: "home", typed: decoded(rawCode).slice(0, typedCharsMax) };
  if (hash === "local") return { page: "local" };
  if (hash === "class") return { page: "new-class" };
  return { page: "home" };
}

export const pathOf = (code: string, view: GameView = "play"): string => `/g/${code}${view === "play" ? "" : `#${view}`}`;
