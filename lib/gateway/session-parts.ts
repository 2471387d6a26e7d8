// What every session of an instance is made with.
import type { Ambient } from "../ops/ambient.ts";
import type { Rooms } from "../room/rooms.ts";
import type { Store } from "../store/store.ts";
import type { Edge } from "./edge.ts";
import type { HostedGame } from "./hosted-game.ts";

export interface SessionParts {
  readonly games: ReadonlyMap<string, HostedGame>;
  readonly defaultGame: string;
  readonly rooms: Rooms;
  readonly store: Store;
  readonly ambient: Ambient;
  readonly edge: Edge;
}
