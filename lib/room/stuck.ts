// Games that stay overdue whatever is done about them here: damaged ones, those of a kind that is not hosted here, those whose rules
// throw. They stand first among what is due, and would fill every sweep.
import type { RefusalCode } from "../game/refusals.ts";
import type { Answer } from "./answer.ts";
import type { ReadFrom } from "./order.ts";
import type { Room } from "./room.ts";

/** So long each is not looked at again. */
const stuckMs = 10_000;

export class Stuck {
  /** When each is looked at again. */
  #until = new Map<string, number>();

  /** To be asked for beside all others, or those would never be seen. */
  get size(): number {
    return this.#until.size;
  }

  add(gameId: string, now: number): void {
    this.#until.set(gameId, now + stuckMs);
  }

  /** Those to look at now. */
  among(gameIds: readonly string[], now: number): readonly string[] {
    return this.#until.size === 0 ? gameIds : gameIds.filter((gameId) => (this.#until.get(gameId) ?? 0) <= now);
  }

  /** Forgets those that are not overdue any more. */
  keep(overdue: readonly string[]): void {
    if (this.#until.size === 0) return;
    this.#until = new Map(overdue.flatMap((gameId) => (this.#until.has(gameId) ? [[gameId, this.#until.get(gameId) as number]] : [])));
  }
}

/** Reads the game, so that its alarm is set and what is due is settled; gives why it could not be. */
export async function armed(room: Room, from: ReadFrom): Promise<RefusalCode | null> {
  let code: RefusalCode | null = null;
  const failed = (answer: Answer): void => {
    if (!answer.ok) ({ code } = answer);
  };
  await room.read(() => {}, failed, from);
  return code;
}
