// What the HTTP side of the edge is made with.
import type { Router } from "express";
import type { Ambient } from "../ops/ambient.ts";
import type { Config, Secrets } from "../ops/config.ts";
import type { Health } from "../ops/health.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { Rooms } from "../room/rooms.ts";
import type { Store } from "../store/store.ts";
import type { Edge } from "./edge.ts";
import type { HostedGame } from "./hosted-game.ts";

export interface HttpParts {
  readonly config: Config;
  readonly secrets: () => Secrets;
  readonly edge: Edge;
  readonly games: readonly HostedGame[];
  readonly rooms: Rooms;
  readonly store: Store;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly ambient: Ambient;
  readonly instanceId: string;
  readonly version: string;
  /** The operator's API, behind its own door. */
  readonly operatorRoutes: Router;
  /** Folder of the built page. */
  readonly publicDir: string;
}
