// How a seat looks before anybody gave it a name or a colour.
import type { SeatId } from "./ids.ts";

/** One accent per seat, told apart together with the seat's shape in every common kind of colour blindness. Stored games leave these out, too. */
export const seatColors = ["#f0a63a", "#5ab7f2", "#3fbf8f", "#e9dd5a", "#8f8cf5", "#ee6f3a", "#e58bbb", "#c4ced8"] as const;

const names = seatColors.map((_, place) => `Player ${place + 1}`);

/** One text for all games. */
export const seatName = (id: SeatId): string => names[id - 1] ?? `Player ${id}`;
