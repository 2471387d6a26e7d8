// The words for identity and time that every other file of the game uses. Types, and the one sum of an instant and a length.
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A game's lobby code: 3 to 8 characters, 6 unless the server is set otherwise; upper case, no I, O, 0 or 1. */
export type GameId = Brand<string, "GameId">;

/** Whoever watches through one connection. Drawn by the shell, never shown to others. */
export type ViewerId = Brand<string, "ViewerId">;

/** A moment of server time, in whole milliseconds since the Unix epoch. */
export type Instant = Brand<number, "Instant">;

/** A length of time in whole milliseconds. */
export type DurationMs = number;

/** A player's place, counted from 1: at a table of the clock game up to 8, in a class two for each team. */
export type SeatId = number;

export const after = (at: Instant, durationMs: DurationMs): Instant => (at + durationMs) as Instant;
