// Every bound of the class game, by name and unit.
import { limits as shared } from "../game/limits.ts";

export const limits = {
  playersMax: 50,
  /** Teams of one class, those that were left included; one that was left without a complete round makes room for a new one. */
  teamsMax: 100,
  teamNameGraphemesMax: 50,
  gameNameGraphemesMax: shared.gameNameGraphemesMax,
  /** A slot is free again after this long away, ms. */
  awayMs: shared.seatAwayMs,
} as const;
