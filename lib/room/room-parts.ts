// What a room works with, and what it is made of.
import type { Bus } from "../bus/bus.ts";
import type { Ambient } from "../ops/ambient.ts";
import type { LoadOutcome, Store } from "../store/store.ts";
import type { Alarms } from "./alarms.ts";
import type { GameLock } from "./lock.ts";
import type { GameLog } from "./log.ts";
import type { RoomObserver } from "./observer.ts";

export interface RoomParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly lock: GameLock;
  readonly ambient: Ambient;
  readonly observer: RoomObserver;
  readonly instanceId: string;
}

/** What a room is made of beside its game. */
export interface RoomOrder {
  readonly parts: RoomParts;
  readonly alarms: Alarms;
  readonly loaded: LoadOutcome | null;
  readonly log: GameLog;
}
