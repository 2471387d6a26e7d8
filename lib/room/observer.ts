// What the room tells whoever watches it work: numbers for metrics, oddities for the log. It must never be slow or throw.
import type { CommitOutcome } from "../store/store.ts";
import type { GameIndex } from "./rules.ts";

/** A game as an operator's list shows it. */
export interface SeenGame extends GameIndex {
  readonly v: number;
  readonly viewers: number;
  /** Server time of its newest change. */
  readonly updatedAt: number;
}

/** Which command it was that failed, on which version of the game, and whose it was. */
export interface Moment {
  readonly command: string;
  readonly v: number;
  readonly traceId?: string;
  readonly n?: number;
}

export interface RoomObserver {
  /** Waited this long for the game's turn. */
  lockWaited(waitMs: number): void;
  /** A commit was answered after this long, by whichever of the store's words. */
  committed(outcome: CommitOutcome["kind"], durationMs: number): void;
  /** A commit was not answered, and asking again did not help; or it was refused, and nothing was written. */
  notCommitted(outcome: "unknown" | "failed"): void;
  /** Frames handed to outboxes for one change. */
  fannedOut(count: number): void;
  /** The game moved on, here or elsewhere, and its viewers were told. `seen` may be called later, or never. */
  changed(gameId: string, seen: () => SeenGame): void;
  /** Viewers were sent whole states because changes were missed. */
  resynced(gameId: string): void;
  /** The store holds an older or another version of a game than this instance has seen: acknowledged changes are lost. */
  steppedBack(gameId: string, from: number, to: number): void;
  /** The store has a game no more that this instance has seen: it is past retention, or acknowledged changes are lost. */
  vanished(gameId: string, seen: Pick<SeenGame, "v" | "status"> & { readonly at: number }): void;
  /** A token out of use was shown, so somebody copied it: all tokens of that seat are void now. */
  tokensRevoked(gameId: string): void;
  /** A wake ran this much after it was due. */
  wokeLate(lateMs: number): void;
  /** The game is there, but its record does not hold together or the rules cannot read it: it is refused, and left as it is. */
  damaged(gameId: string, reason: string): void;
  /** The rules threw: nothing was committed, or a change that was, and stands, could not be shown. */
  bug(gameId: string, error: unknown, moment: Moment | null): void;
  /** The rules threw at a change of the log that they took once, so an undo is refused: another version wrote it, or it is a bug. */
  threwAtLog(gameId: string, error: Error): void;
  /** A command or a look that the store failed, or that waited too long for its game's turn. null: the look for games that are due. */
  fault(gameId: string | null, error: unknown): void;
}

export const silentObserver: RoomObserver = {
  lockWaited() {},
  committed() {},
  notCommitted() {},
  fannedOut() {},
  changed() {},
  resynced() {},
  steppedBack() {},
  vanished() {},
  tokensRevoked() {},
  wokeLate() {},
  damaged() {},
  bug() {},
  threwAtLog() {},
  fault() {},
};
