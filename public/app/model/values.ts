// The numbers of a seat as its player means them now: the server's, overlaid with what is on its way there. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import { limits } from "../../../lib/game/limits.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Model, Sent, Table } from "./model.ts";
import type { Command } from "./offer.ts";
import { playerOf } from "./table-questions.ts";

/** "life", or a counter's name. */
export type ValueName = string;

type Numbers = NonNullable<Sent["was"]>;

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

/** `given` was meant as a step from `was`; where somebody else has changed it since, it is that step from what it is `now`. */
function stepFrom(
  { min, max }: { readonly min: number; readonly max: number },
  now: number,
  [was, given]: readonly [number, number],
): number {
  return now === given ? given : Math.min(max, Math.max(min, now + given - was));
}

function fromNow(now: PlayerView, was: Numbers, update: Update): Update {
  const { life, counters = {}, commanderDamage = {} } = update;
  const count = ([name, given]: [string, number]) =>
    [name, stepFrom(limits.counter, now.counters[name] ?? 0, [was.counters[name] ?? 0, given])] as const;
  const damage = ([from, given]: [string, readonly [number, number]]) => {
    const [before, today] = [was.commanderDamage[from] ?? [0, 0], now.commanderDamage[from] ?? [0, 0]];
    const each = (n: 0 | 1): number => stepFrom(limits.commanderDamage, today[n], [before[n], given[n]]);
    return [from, [each(0), each(1)]] as const;
  };
  return {
    ...update,
    ...(life !== undefined && { life: stepFrom(limits.life, now.life, [was.life, life]) }),
    ...(update.counters && { counters: Object.fromEntries(Object.entries(counters).map(count)) }),
    ...(update.commanderDamage && { commanderDamage: Object.fromEntries(Object.entries(commanderDamage).map(damage)) }),
  };
}

/** What was given while the line was down, for the table as it stands now: a blow that somebody else entered meanwhile counts as well. */
export function givenFromNow(outbox: Model["outbox"], table: Table | null): Model["outbox"] {
  let meant = table;
  return outbox.map((sent): Sent => {
    const update = sent.data as Update;
    const now = meant && sent.type === "updatePlayer" ? playerOf(meant, update.playerId) : undefined;
    if (meant === null || now === undefined || sent.was === undefined) return sent;
    const data = fromNow(now, sent.was, update);
    meant = withSeat(meant, data);
    return { ...sent, data };
  });
}

export const meantPlayer = ({ table, outbox }: Model, seat: SeatId): PlayerView | undefined =>
  table ? playerOf(meantTable(table, outbox), seat) : undefined;

/** The numbers from which a command's new ones are a step. */
export function numbersBefore(model: Model, { data }: { readonly data: object }): Numbers | undefined {
  const player = "playerId" in data ? meantPlayer(model, data.playerId as SeatId) : undefined;
  return player && { life: player.life, counters: player.counters, commanderDamage: player.commanderDamage };
}

export function valueFor(model: Model, seat: SeatId, name: ValueName): number {
  const player = meantPlayer(model, seat);
  return (name === "life" ? player?.life : player?.counters[name]) ?? 0;
}

/** A step kept within what the game allows. */
export function stepped(name: ValueName, value: number, step: number): number {
  const { min, max } = name === "life" ? limits.life : limits.counter;
  return Math.min(max, Math.max(min, value + step));
}

/** The command of steps that were gathered, from what the value is by now; null when they change nothing, or their table was left meanwhile. */
export function stepCommand(
  model: Model,
  { seat, name }: { readonly seat: SeatId; readonly name: ValueName },
  sum: number,
): Command | null {
  if (meantPlayer(model, seat) === undefined) return null;
  const now = valueFor(model, seat, name);
  const value = stepped(name, now, sum);
  if (value === now) return null;
  return {
    type: "updatePlayer",
    data: name === "life" ? { playerId: seat, life: value } : { playerId: seat, counters: { [name]: value } },
  };
}
