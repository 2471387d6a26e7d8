// Checksums of rows. SQLite's own checks do not see a flipped bit in a payload; these do. Never changed without a migration.
import { crc32 } from "node:zlib";
import { filled } from "./state-text.ts";

export interface GameRow {
  readonly num: number;
  readonly game_id: string;
  readonly v: number;
  readonly hash: string;
  readonly crc: number;
  readonly updated_at: number;
  readonly wake_at: number | null;
  readonly status: string;
  readonly listed: number;
  readonly kind: string;
  readonly name: string;
  readonly seats: number;
  readonly seats_free: number;
  readonly created_at: number;
  /** Row id of its newest change. */
  readonly last_id: number;
  /** What moves of its state; the whole of it where `still` is null. */
  readonly state: string;
  /** Kept in a table of its own; null in a row of a program that did not cut states. */
  readonly still: string | null;
}

export interface ChangeRow {
  readonly id: number;
  readonly num: number;
  readonly v: number;
  /** Row id of the game's change before; 0 for the first. */
  readonly prev: number;
  readonly at: number;
  readonly crc: number;
  readonly prev_hash: string;
  readonly hash: string;
  readonly action_id: string | null;
  readonly answer: string | null;
  readonly change: string;
  readonly state: string | null;
}

/** The state of a row; null when its parts do not belong together. */
export const wholeState = ({ still, state }: Pick<GameRow, "still" | "state">): string | null =>
  still === null ? state : filled(still, state);

/** Covers everything of a game's row that a change writes, and the still part of its state. */
export function gameCrc(row: Omit<GameRow, "crc" | "num" | "created_at">): number {
  if (row.still !== null) return movedCrc(row, { shownCrc: shownCrc(row), stillCrc: stillCrc(row.still) });
  return crc32(`${placeOf(row)}\n${shownOf(row)}${row.state}`);
}

type Moved = Pick<GameRow, "game_id" | "v" | "hash" | "updated_at" | "wake_at" | "last_id" | "state">;
type ShownRow = Pick<GameRow, "status" | "listed" | "kind" | "name" | "seats" | "seats_free">;

const placeOf = (row: Omit<Moved, "state">): string =>
  `${row.game_id}\n${row.v}\n${row.hash}\n${row.updated_at}\n${row.wake_at}\n${row.last_id}`;

const shownOf = (row: ShownRow): string => `${row.status}\n${row.listed}\n${row.kind}\n${row.name}\n${row.seats}\n${row.seats_free}`;

/** Of what changes seldom; like that of `still` it is remembered from change to change. */
export const shownCrc = (row: ShownRow): number => crc32(shownOf(row));

export const stillCrc = (still: string): number => crc32(still);

/** The checksum of a row whose state is cut. */
export function movedCrc(row: Moved, seldom: { readonly shownCrc: number; readonly stillCrc: number }): number {
  return crc32(`${placeOf(row)}\n${seldom.shownCrc}\n${seldom.stillCrc}\n${row.state}`);
}

export function changeCrc(row: Omit<ChangeRow, "crc">): number {
  const place = `${row.id}\n${row.num}\n${row.v}\n${row.prev}\n${row.at}`;
  return crc32(`${place}\n${row.prev_hash}\n${row.hash}\n${row.action_id}\n${row.answer}\n${row.change}${row.state ?? ""}`);
}
