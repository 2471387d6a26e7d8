// A message of the server, out of a socket's text.
import type { FromServer, Told } from "../model/model.ts";

/** Null for what is no message. */
export function parsed(text: unknown): FromServer | null {
  if (typeof text !== "string") return null;
  try {
    const message = JSON.parse(text) as FromServer;
    return typeof message.type === "string" && typeof message.data === "object" && message.data !== null ? message : null;
  } catch {
    return null;
  }
}

/** Said to nobody's command: the record of the whole game is damaged. A command may need an old change that is, while the game plays on. */
export const isOfTheGame = ({ code, id }: Told<"error">): boolean => code === "game-damaged" && id === undefined;
