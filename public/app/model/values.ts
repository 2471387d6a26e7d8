// The numbers of a seat as its player means them now: the server's, overlaid with what is on its way there. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import { limits } from "../../../lib/game/limits.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Model, Table } from "./model.ts";
import { playerOf } from "./table-questions.ts";

/** "life", or a counter's name. */
export type ValueName = string;

interface Update extends Partial<Pick<PlayerView, "name" | "color" | "life" | "counters" | "commanderDamage">> {
  readonly playerId: SeatId;
}

function withSeat(table: Table, { playerId, name, color, life, counters, commanderDamage }: Update): Table {
  const updated = (player: PlayerView): PlayerView => ({
    ...player,
    name: name ?? player.name,
    color: color ?? player.color,
    life: life ?? player.life,
    counters: { ...player.counters, ...counters },
    commanderDamage: { ...player.commanderDamage, ...commanderDamage },
  });
  return { ...table, players: table.players.map((player) => (player.id === playerId ? updated(player) : player)) };
}

/** The table with what is on its way already on it: whoever changes a number again means the one he gave, not the one before it. */
export function meantTable(table: Table, outbox: Model["outbox"]): Table {
  let meant = table;
  for (const { type, data } of outbox) {
    if (type === "updatePlayer") meant = withSeat(meant, data as Update);
    else if (type === "updateTable") meant = { ...meant, ...data };
  }
  return meant;
}

export const meantPlayer = ({ table, outbox }: Model, seat: SeatId): PlayerView | undefined =>
  table ? playerOf(meantTable(table, outbox), seat) : undefined;

export function valueFor(model: Model, seat: SeatId, name: ValueName): number {
  const player = meantPlayer(model, seat);
  return (name === "life" ? player?.life : player?.counters[name]) ?? 0;
}

/** A step kept within what the game allows. */
export function stepped(name: ValueName, value: number, step: number): number {
  const { min, max } = name === "life" ? limits.life : limits.counter;
  return Math.min(max, Math.max(min, value + step));
}

/** The command that sets a value. */
export const setValue = (seat: SeatId, name: ValueName, value: number): { readonly type: string; readonly data: object } => ({
  type: "updatePlayer",
  data: name === "life" ? { playerId: seat, life: value } : { playerId: seat, counters: { [name]: value } },
});
