// What a turn that threw is answered with, and who hears of it.
import type { GameId } from "../game/ids.ts";
import type { RefusalCode } from "../game/refusals.ts";
import { type FaultKind, StoreFault } from "../store/store.ts";
import { DamagedGame } from "./copy.ts";
import { LockFault } from "./lock.ts";
import type { Moment, RoomObserver } from "./observer.ts";

/** What whoever asked is told of a fault of the store. */
export const storeFaultCodes: Readonly<Record<FaultKind, RefusalCode>> = {
  busy: "busy",
  unavailable: "store-unavailable",
  damaged: "game-damaged",
  unknown: "store-unavailable",
};

/** `moment`: the command it was, null when nobody asked for the turn. */
export function codeOfFault(
  error: unknown,
  { gameId, observer, moment }: { readonly gameId: GameId; readonly observer: RoomObserver; readonly moment: Moment | null },
): RefusalCode {
  if (error instanceof LockFault || error instanceof StoreFault) {
    observer.fault(gameId, error);
    return error instanceof LockFault ? "busy" : storeFaultCodes[error.kind];
  }
  const isDamaged = error instanceof DamagedGame;
  if (isDamaged) observer.damaged(gameId, error.message);
  else observer.bug(gameId, error, moment);
  return isDamaged ? "game-damaged" : "internal";
}
