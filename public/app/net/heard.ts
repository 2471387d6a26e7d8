// What comes through the socket, as far as the connection itself has to understand it.
import type { FromServer } from "../model/model.ts";

export interface Refused {
  readonly id?: string;
  readonly code: string;
  readonly retry: boolean;
  readonly retryAfterMs?: number;
}

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
