// A game's record in Redis, a hash, as it is read: which fields are asked for, in which order, and what they come to.
import { filled } from "./state-text.ts";
import type { ListedGame, LoadOutcome, StoredGame, StoredIndex } from "./store.ts";

const indexFields = ["kind", "name", "status", "listed", "seats", "free", "wake"] as const;

/**
 * What a game is read from, in this order. `outage` is the start of the newest time without an instance that a writer of the game
 * knew of: what came before that is settled, whatever the clocks say. A game no writer knew of any for has no such field. `state` is what
 * moves of the state; one without `still` is whole: it was written by a program that did not cut states.
 */
export const gameFields = ["v", "hash", "at", ...indexFields, "state", "still", "outage"] as const;

/** What a list shows of a game is read from these. */
export const listedFields = ["v", "at", "created", ...indexFields] as const;

/** What Redis gives for the fields it was asked for, in their order; null for those that are not there. */
type Values = readonly (string | null)[];

type ReadGame =
  | Exclude<LoadOutcome, { readonly kind: "found" }>
  | { readonly kind: "found"; readonly game: Omit<StoredGame, "outageFrom">; readonly outageKnown: number };

/** The game of the values of `gameFields`. `outageKnown` is that of `outage`, 0 for none. */
export function readGame(gameId: string, values: Values): ReadGame {
  if (values.every((value) => value === null)) return { kind: "absent" };
  const [v, hash, at, kind, name, status, listed, seats, free, wake, moving, still = null, outage] = values;
  const updatedAt = Number(at);
  const isWhole = values.slice(0, -2).every((value) => value !== null) && Number(v) >= 1 && Number.isSafeInteger(updatedAt);
  if (!isWhole) return { kind: "damaged", reason: `The record of game ${gameId} is not whole.` };
  const state = still === null ? (moving as string) : filled(still, moving as string);
  if (state === null) return { kind: "damaged", reason: `The two parts of the state of game ${gameId} do not belong together.` };
  const index = indexOf({ kind, name, status, listed, seats, free, wake } as IndexValues);
  const game = { gameId, v: Number(v), hash: hash as string, state, still, index, updatedAt };
  return { kind: "found", game, outageKnown: Number(outage ?? 0) };
}

/** The same for a list, of the values of `listedFields`; null for a game that is gone or not whole. */
export function readListed(gameId: string, values: Values): ListedGame | null {
  if (values.some((value) => value === null)) return null;
  const [v, at, created, kind, name, status, listed, seats, free, wake] = values;
  const index = indexOf({ kind, name, status, listed, seats, free, wake } as IndexValues);
  return { gameId, v: Number(v), index, createdAt: Number(created), updatedAt: Number(at) };
}

type IndexValues = Readonly<Record<(typeof indexFields)[number], string>>;

function indexOf({ kind, name, status, listed, seats, free, wake }: IndexValues): StoredIndex {
  return {
    kind,
    name,
    status: status as StoredIndex["status"],
    listed: listed === "1",
    seats: Number(seats),
    seatsFree: Number(free),
    wakeAt: wake === "" ? null : Number(wake),
  };
}
