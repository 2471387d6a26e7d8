// Which page an address means. Pure.
import { lobbyCodeShape } from "../../lib/protocol/lobby-code.ts";

export type GameView = "play" | "table" | "recap";

export type Route =
  | { readonly page: "home" }
  | { readonly page: "game"; readonly code: string; readonly view: GameView }
  | { readonly page: "overlay"; readonly code: string }
  | { readonly page: "local" }
  | { readonly page: "new-class" };

/** A lobby code as typed: any case, spaces and dashes ignored; null when it cannot be one. */
export function readCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[\s-]/g, "");
  return lobbyCodeShape.test(code) ? code : null;
}

export function routeOf(address: { readonly pathname: string; readonly hash: string }): Route {
  const [, place, rawCode] = address.pathname.split("/");
  const code = readCode(rawCode ?? "");
  const hash = address.hash.slice(1);
  if (place === "overlay" && code) return { page: "overlay", code };
  if (place === "g" && code) return { page: "game", code, view: hash === "table" || hash === "recap" ? hash : "play" };
  if (hash === "local") return { page: "local" };
  if (hash === "class") return { page: "new-class" };
  return { page: "home" };
}

export const pathOf = (code: string, view: GameView = "play"): string => `/g/${code}${view === "play" ? "" : `#${view}`}`;
