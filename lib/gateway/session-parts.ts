// What every session of an instance is made with.
import type { Ambient } from "../ops/ambient.ts";
import type { Envelope } from "../protocol/decode.ts";
import type { Rooms } from "../room/rooms.ts";
import type { Store } from "../store/store.ts";
import type { Edge } from "./edge.ts";
import type { HostedGame } from "./hosted-game.ts";

type Named = Pick<Envelope, "type" | "n">;

/** Who said a message, as logs and reports name it. */
export interface Speaker {
  readonly traceId: string;
  readonly gameId: string | null;
}

export interface SessionParts {
  readonly games: ReadonlyMap<string, HostedGame>;
  readonly defaultGame: string;
  readonly rooms: Rooms;
  readonly store: Store;
  readonly ambient: Ambient;
  readonly edge: Edge;
  /** A command was answered: with "ok" or the refusal's code, and how long it took. */
  readonly answered: (speaker: Speaker, message: Named, how: { readonly outcome: string; readonly durationMs: number }) => void;
  /** A message made the program throw. */
  readonly failed: (speaker: Speaker, message: Named, error: unknown) => void;
}
