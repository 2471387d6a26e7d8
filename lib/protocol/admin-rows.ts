// What the operator's page is told, as types for both ends. Nothing here reaches a player.

/** One game in the live table. */
export interface GameRow {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly v: number;
  readonly seats: number;
  readonly seatsFree: number;
  readonly viewers: number;
  /** ms since the epoch. */
  readonly updatedAt: number;
}

/** The main figures at one moment, for the charts. */
export interface Sample {
  /** ms since the epoch. */
  readonly at: number;
  readonly connections: number;
  readonly commandsPerSecond: number;
  readonly commandMs: number;
  readonly queueAgeMs: number;
  readonly loopLagMs: number;
  readonly memoryMb: number;
}
