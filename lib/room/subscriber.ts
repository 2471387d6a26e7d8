// What a room knows of a connection: enough to send it the right bytes and to tell it to go.
import type { ViewerId } from "../game/ids.ts";
import type { Frame } from "./frame.ts";
import type { Dismissal } from "./rules.ts";

export interface Subscriber {
  readonly viewerId: ViewerId;
  /** Under what its address is counted. */
  readonly countedAs: string;
  /** The correlation id of what it says; a watcher who can say nothing has none. */
  readonly traceId?: string;
  /** Whole states after every change, or only what changed. */
  readonly updates: "states" | "changes";
  /** The server's own smoothed estimate of the round trip, ms; 0 when unknown. */
  readonly rttMs: number;
  /** Nothing reaches it any more. One that cannot be seen to go leaves it out. */
  readonly isGone?: boolean;
  /** Another connection speaks for whoever it spoke for. */
  readonly isDisplaced?: boolean;
  /** Puts a frame into the outbox. Never throws, never waits. */
  send(frame: Frame): void;
  /**
   * Closes the connection once what is in the outbox has gone. `damaged`: what can speak stays open, as that of whoever comes to such a
   * game does, and is told.
   */
  dismiss(reason: Dismissal["reason"] | "overloaded" | "damaged"): void;
}
