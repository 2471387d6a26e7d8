// Checksums of rows. SQLite's own checks do not see a flipped bit in a payload; these do. Never changed without a migration.
import { crc32 } from "node:zlib";

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
  readonly state: string;
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

/** Covers everything of a game's row that a change writes. */
export function gameCrc(row: Omit<GameRow, "crc" | "num" | "created_at">): number {
  const place = `${row.game_id}\n${row.v}\n${row.hash}\n${row.updated_at}\n${row.wake_at}\n${row.last_id}`;
  const shown = `${row.status}\n${row.listed}\n${row.kind}\n${row.name}\n${row.seats}\n${row.seats_free}`;
  return crc32(`${place}\n${shown}${row.state}`);
}

export function changeCrc(row: Omit<ChangeRow, "crc">): number {
  const place = `${row.id}\n${row.num}\n${row.v}\n${row.prev}\n${row.at}`;
  return crc32(`${place}\n${row.prev_hash}\n${row.hash}\n${row.action_id}\n${row.answer}\n${row.change}${row.state ?? ""}`);
}
