// Who may say what, and when: one table, default deny. It decides from the state alone and changes nothing.
import type { Command } from "./commands.ts";
import type { SeatId, ViewerId } from "./ids.ts";
import type { LastingCode, Refusal } from "./refusals.ts";
import { isHost, isPlaying, seatAt, seatHeldBy, type State } from "./state.ts";
import type { Status } from "./view.ts";

/**
 * How a sender may come by the right to a command:
 * - `host`: runs the table. `claimed`: holds any seat. `viewer`: anyone who watches. `self`: holds the seat the command is about.
 * - `active`: acts for the seat that has the turn. `seat`: acts for a seat: his own, or as host one that nobody has claimed.
 */
export type Right = "host" | "claimed" | "viewer" | "self" | "active" | "seat";

export interface Row {
  readonly rights: readonly Right[];
  readonly statuses: readonly Status[];
}

const always: readonly Status[] = ["waiting", "running", "paused", "finished"];
const inPlay: readonly Status[] = ["running", "paused"];
const running: readonly Status[] = ["running"];
const waiting: readonly Status[] = ["waiting"];

export const permissions = {
  claim: { rights: ["viewer"], statuses: always },
  unclaim: { rights: ["claimed"], statuses: always },
  start: { rights: ["host", "claimed"], statuses: ["waiting", "paused"] },
  pause: { rights: ["host", "claimed"], statuses: inPlay },
  reset: { rights: ["host", "claimed"], statuses: always },
  switch: { rights: ["host", "active"], statuses: ["waiting", "running", "paused"] },
  passTurn: { rights: ["active", "host"], statuses: running },
  interrupt: { rights: ["seat"], statuses: running },
  passPriority: { rights: ["seat"], statuses: running },
  toggleTarget: { rights: ["active"], statuses: running },
  confirmTargets: { rights: ["active"], statuses: running },
  cancelTargeting: { rights: ["active"], statuses: running },
  passTargetPriority: { rights: ["seat"], statuses: running },
  timeoutChoice: { rights: ["seat"], statuses: running },
  updatePlayer: { rights: ["host", "self"], statuses: always },
  updateTable: { rights: ["host", "claimed"], statuses: inPlay },
  adjustTime: { rights: ["host"], statuses: ["waiting", "running", "paused"] },
  addPenalty: { rights: ["host"], statuses: inPlay },
  eliminate: { rights: ["host"], statuses: inPlay },
  revive: { rights: ["host"], statuses: inPlay },
  kick: { rights: ["host"], statuses: always },
  updateSettings: { rights: ["host"], statuses: always },
  renameGame: { rights: ["host"], statuses: always },
  transferHost: { rights: ["host"], statuses: always },
  endGame: { rights: ["host"], statuses: always },
  rollDice: { rights: ["seat"], statuses: always },
  rollPlayOrder: { rights: ["host"], statuses: waiting },
  randomStartPlayer: { rights: ["host"], statuses: waiting },
  nextRound: { rights: ["host"], statuses: ["finished"] },
  undo: { rights: ["host", "claimed"], statuses: always },
} as const satisfies Record<Command["type"], Row>;

export interface Asker {
  readonly viewerId: ViewerId;
  /** The seat he holds, or null. */
  readonly seat: SeatId | null;
  readonly isHost: boolean;
}

export const askerOf = (state: State, viewerId: ViewerId): Asker => ({
  viewerId,
  seat: seatHeldBy(state, viewerId),
  isHost: isHost(state, viewerId),
});

const named = (command: Command): SeatId | null => ("playerId" in command && command.playerId !== undefined ? command.playerId : null);

/** May this sender act for this seat: his own, or as host one without a holder. */
const actsFor = (state: State, asker: Asker, id: SeatId | null): boolean =>
  id !== null && (asker.seat === id || (asker.isHost && seatAt(state, id)?.holder === null));

function has(state: State, asker: Asker, command: Command): (right: Right) => boolean {
  return (right) => {
    switch (right) {
      case "viewer":
        return true;
      case "claimed":
        return asker.seat !== null;
      case "host":
        return asker.isHost;
      case "self":
        return asker.seat !== null && asker.seat === named(command);
      case "active":
        return isPlaying(state) && actsFor(state, asker, state.active);
      case "seat":
        return actsFor(state, asker, named(command) ?? asker.seat);
    }
  };
}

/** Moves of the game itself: there is no turn to have while nothing is played, so the status is asked first. */
const isPlay = (row: Row): boolean => row.rights.includes("active") || row.rights.includes("seat");

/** Null when the sender may say this now; else why not. */
export function authorise(state: State, asker: Asker, command: Command): Refusal<LastingCode> | null {
  if (!Object.hasOwn(permissions, command.type)) return { code: "not-allowed" };
  const row: Row = permissions[command.type];
  const playerId = named(command);
  if (playerId !== null && seatAt(state, playerId) === undefined) return { code: "no-such-seat", field: "playerId" };
  const timely = !state.closed && row.statuses.includes(state.status);
  if (!timely && isPlay(row)) return { code: "wrong-status" };
  if (!row.rights.some(has(state, asker, command))) return { code: excuse(asker, row, playerId) };
  return timely ? null : { code: "wrong-status" };
}

/** Why a sender who has none of the rights is turned away: what he would need for the one that he could come by most easily. */
function excuse(asker: Asker, { rights }: Row, playerId: SeatId | null): LastingCode {
  const isOutsider = asker.seat === null && !asker.isHost;
  if (rights.includes("active")) return isOutsider ? "no-seat" : "not-your-turn";
  if (rights.includes("self")) return isOutsider ? "no-seat" : "not-allowed";
  if (rights.includes("seat")) return playerId === null || asker.seat === playerId ? "no-seat" : "not-allowed";
  return rights.includes("claimed") ? "no-seat" : "not-host";
}
