// Everything a person or the shell can ask of a game. Shapes and names only; who may ask is in authorise, what happens in apply.
// The wire form is `{type, data}`: here `data`'s fields stand beside `type`.
import type { Instant, SeatId, ViewerId } from "./ids.ts";
import type { Settings } from "./settings.ts";

/** A host may act for a seat that nobody has claimed by naming it. Left out: the sender's own seat. */
interface ForSeat {
  readonly playerId?: SeatId;
}
interface AboutSeat {
  readonly playerId: SeatId;
}
/** The turn it is meant for. A tap may wait for the line, and the turn may have come back to its sender by then. */
export interface InTurn {
  readonly turn?: number;
  /** When the game was as its sender knew it: turns are counted anew after a reset and in the next round. */
  readonly heardAt?: Instant;
}

/** The counters every table has; it may name others. In the order in which they are offered. */
export const knownCounters = ["poison", "drunk", "energy", "experience", "radiation", "tickets", "commanderTax", "generic"] as const;

export type TimeoutChoice = "loseLives" | "gainDrunk" | "die";
export type Marker = "monarch" | "initiative";
export type DayNight = "day" | "night";

export interface UpdatePlayer extends AboutSeat {
  readonly type: "updatePlayer";
  readonly name?: string;
  readonly color?: string;
  /** The new total, not a difference. */
  readonly life?: number;
  /** New totals by counter name: the known ones, and up to 4 named ones per seat. */
  readonly counters?: Readonly<Record<string, number>>;
  /** New totals of damage received, by the commander's seat: [first, partner]. */
  readonly commanderDamage?: Readonly<Record<string, readonly [number, number]>>;
  /** Who dealt a loss of life; the sender's seat when left out. */
  readonly source?: SeatId;
  /** What these numbers were when the sender stepped from them: a new total that names it is that step, from what it is by now. */
  readonly was?: Pick<UpdatePlayer, "life" | "counters" | "commanderDamage">;
}

/** Table-wide markers; null puts a marker back into the box. */
export interface UpdateTable {
  readonly type: "updateTable";
  readonly monarch?: SeatId | null;
  readonly initiative?: SeatId | null;
  readonly dayNight?: DayNight | null;
  readonly stormCount?: number;
  /** As of a seat: a storm count that names what it was is a step. */
  readonly was?: Pick<UpdateTable, "stormCount">;
}

/**
 * Without `to` it toggles. With it what is so already stays so: two who mean the same at the same moment do not undo each other's tap. Paused
 * by hand outranks paused for the absent.
 */
export interface Pause extends InTurn {
  readonly type: "pause";
  readonly to?: "running" | "paused";
}

export type Command =
  | ({ readonly type: "claim" } & AboutSeat)
  | { readonly type: "unclaim" }
  | { readonly type: "start" }
  | Pause
  | { readonly type: "reset" }
  | ({ readonly type: "switch" } & AboutSeat)
  | ({ readonly type: "passTurn" } & ForSeat & InTurn)
  | ({ readonly type: "interrupt" } & ForSeat & InTurn)
  | ({ readonly type: "passPriority" } & ForSeat & InTurn)
  | ({ readonly type: "toggleTarget" } & AboutSeat & InTurn)
  | ({ readonly type: "confirmTargets" } & ForSeat & InTurn)
  | ({ readonly type: "cancelTargeting" } & ForSeat & InTurn)
  | ({ readonly type: "passTargetPriority" } & ForSeat & InTurn)
  | ({ readonly type: "timeoutChoice"; readonly choice: TimeoutChoice } & ForSeat & InTurn)
  | UpdatePlayer
  | UpdateTable
  | ({ readonly type: "adjustTime"; readonly deltaMs: number } & AboutSeat)
  | ({ readonly type: "addPenalty" } & AboutSeat)
  | ({ readonly type: "eliminate" } & AboutSeat)
  | ({ readonly type: "revive" } & AboutSeat)
  | ({ readonly type: "kick" } & AboutSeat)
  | { readonly type: "updateSettings"; readonly settings: Partial<Settings> }
  | { readonly type: "renameGame"; readonly name: string }
  | ({ readonly type: "transferHost" } & AboutSeat)
  | { readonly type: "endGame" }
  | { readonly type: "rollDice"; readonly sides: number; readonly playerId?: SeatId }
  | { readonly type: "rollPlayOrder" }
  | { readonly type: "randomStartPlayer" }
  | { readonly type: "nextRound" }
  /**
   * Without `agree`: ask for (or at once do) an undo. With it: answer somebody's request. `v`: the newest change that the sender
   * knew when he asked, or the change whose undo he answers for.
   */
  | { readonly type: "undo"; readonly agree?: boolean; readonly v?: number };

/** What only the shell says. It never arrives from a socket. */
export type SystemCommand =
  /** Same seat (or host, when null) again, through a new connection. `grantId` proves a claim whose answer was lost. */
  | { readonly type: "reconnect"; readonly seat: SeatId | null; readonly tokenHash: string | null; readonly grantId: string | null }
  /** A viewer's connection is gone, or he left for another game. */
  | { readonly type: "drop"; readonly viewerId: ViewerId }
  /** No instance lived from this moment until now. */
  | { readonly type: "outage"; readonly fromAt: Instant }
  /** The operator closes the table. */
  | { readonly type: "close"; readonly reason: string };
