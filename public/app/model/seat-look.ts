// How seats tell themselves apart: a shape and a colour each, so that no colour carries meaning alone, and a name.
import type { SeatId } from "../../../lib/game/ids.ts";
import { seatColors, seatName } from "../../../lib/game/looks.ts";
import type { Table } from "./model.ts";

export const shapes = ["circle", "diamond", "triangle", "square", "hexagon", "star", "drop", "cross"] as const;
export type Shape = (typeof shapes)[number];

/** Colours offered to players: first those that the seats begin with. All are light enough to carry dark text. */
export const palette = [...seatColors, "#e2736b", "#a3d65c", "#62d4cf", "#d0a97c"] as const;

const colorShape = /^#[0-9a-f]{6}$/i;

export const shapeOf = (seat: SeatId): Shape => shapes[(seat - 1) % shapes.length] ?? "circle";

/** A seat's colour as `#rrggbb`; its place's own colour when the game names none. */
export function colorOf(seat: SeatId, color: string | undefined): string {
  return color && colorShape.test(color) ? color : (palette[(seat - 1) % palette.length] ?? palette[0]);
}

export type NameSeat = (seat: SeatId) => string;

/** Seats that nobody has named are called as whoever looks calls them: the server has one name for all languages. */
export function withSeatNames(table: Table | null, nameSeat: NameSeat): Table | null {
  if (table === null) return null;
  const isOurs = table.players.every(({ id, name }) => name !== seatName(id) || name === nameSeat(id));
  if (isOurs) return table;
  return {
    ...table,
    players: table.players.map((player) => (player.name === seatName(player.id) ? { ...player, name: nameSeat(player.id) } : player)),
  };
}

/** Relative luminance, 0..1 (WCAG). */
export function luminance(color: string): number {
  const channel = (at: number): number => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** Ink that can be read on a colour, with at least 4.5:1. */
export const inkOn = (color: string): string => (luminance(color) > 0.18 ? "#0c0f13" : "#ffffff");
