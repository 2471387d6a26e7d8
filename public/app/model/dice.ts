// Who rolls: a holder for himself, a host without a seat for one that nobody holds. Pure.
import type { Command } from "./offer.ts";
import type { Table } from "./model.ts";
import { playerOf, type Standing } from "./table-questions.ts";

/** Null when this page rolls for nobody. A device that is the whole table rolls for the table. */
export function diceCommand(table: Table, who: Standing, sides: number): Command | null {
  if (who.seat !== null || who.local) return { type: "rollDice", data: { sides } };
  if (!who.host) return null;
  const active = playerOf(table, table.activePlayer);
  const roller = active?.claimed === false ? active : table.players.find((player) => !player.claimed && !player.isEliminated);
  return roller ? { type: "rollDice", data: { sides, playerId: roller.id } } : null;
}
