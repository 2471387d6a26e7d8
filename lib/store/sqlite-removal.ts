// How games leave the data file, inside the writer thread. A long log goes a portion at a time: deleted at once it would keep every
// other table waiting, for seconds or minutes. Until then its game has no code any more, and nobody finds it.
import { hasRoom } from "./sqlite-disk.ts";
import type { Known } from "./sqlite-known.ts";
import type { WriterStatements } from "./sqlite-statements.ts";

type Leaving = Pick<Known, "num" | "lastId" | "status">;

/** Changes deleted in one go: some ten milliseconds. */
export const clearedPerGoMax = 2_000;

/** What goes is written to the log first. On a disk with less room the little that is left belongs to the players. */
const clearRoomBytesMin = 16 << 20;

export class Removal {
  readonly #sql: WriterStatements;
  readonly #path: string;

  /** `path`: of the data file. */
  constructor(sql: WriterStatements, path: string) {
    this.#sql = sql;
    this.#path = path;
  }

  /** The game, its log and all that is beside it. */
  whole(game: Leaving, half: () => void): void {
    this.#deleteLog(game, Number.POSITIVE_INFINITY);
    half();
    this.#sql.run("removeStill", game.num);
    this.#sql.run("removeGame", game.num);
    this.#sql.run("count", -1, game.status);
  }

  /** Takes the game away, and leaves its log to `clear`. Its row stays as long: no other game may be given its number. */
  hide({ num, status }: Leaving): void {
    this.#sql.run("removeStill", num);
    this.#sql.run("hide", num);
    this.#sql.run("count", -1, status);
  }

  /** Deletes a portion of what hidden games left. */
  clear(): void {
    if (!hasRoom(this.#path, clearRoomBytesMin)) return;
    for (let left = clearedPerGoMax; left > 0; ) {
      const game = this.#sql.get<{ num: number; last_id: number }>("hidden");
      if (game === undefined) return;
      left = this.#deleteLog({ num: game.num, lastId: game.last_id }, left);
      if (left > 0) this.#sql.run("removeGame", game.num);
    }
  }

  /**
   * From the newest back, at most `most` changes; gives how many more it might have been. Where a damaged log is torn, what lies before
   * is reached by the index. Ids may be given again afterwards.
   */
  #deleteLog({ num, lastId }: Pick<Known, "num" | "lastId">, most: number): number {
    let left = most;
    for (let from: number | undefined = lastId; from !== undefined; from = this.#sql.get<{ id: number }>("anyMile", num)?.id) {
      for (let id: number | undefined = from; id !== undefined && id !== 0; left -= 1) {
        if (left === 0) {
          this.#sql.run("leaveAt", id, num);
          return 0;
        }
        id = this.#sql.get<{ prev: number }>("removeChange", id, num)?.prev;
      }
    }
    this.#sql.run("removeActions", num);
    return left;
  }
}
