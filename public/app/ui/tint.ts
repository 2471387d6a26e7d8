// A seat's colour as the custom properties that the styles are written with.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { Table } from "../model/model.ts";
import { inkOn, palette } from "../model/seat-look.ts";
import { seatColor } from "../model/table-questions.ts";

export const tintOf = (color: string): Record<string, string> => ({ "--seat": color, "--on-seat": inkOn(color) });

export const seatTint = (table: Table, seat: SeatId | null): Record<string, string> =>
  tintOf(seat === null ? quietTint : seatColor(table, seat));

/** For pages that belong to no seat. */
export const quietTint = palette[4];
