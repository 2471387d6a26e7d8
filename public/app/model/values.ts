// The numbers of a seat as its player means them now: the server's, overlaid with what is on its way there. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import { limits, type Range, stepFrom } from "../../../lib/game/limits.ts";
import type { PlayerView } from "../../../lib/game/view.ts";
import type { Model, SeatNumbers, Sent, Table, TableNumbers } from "./model.ts";
import type { Command } from "./offer.ts";
import { playerOf } from "./table-questions.ts";

/** "life", or a counter's name. */
export type ValueName = string;

type Numbers = NonNullable<Sent["was"]>;
type TableUpdate = Partial<Pick<Table, "monarch" | "initiative" | "dayNight" | "stormCount">>;

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

/** A name such as "constructor" must not find what every object inherits. */
const ownOf = <T>(all: Readonly<Record<string, T>>, name: string, none: T): T => (Object.hasOwn(all, name) ? (all[name] ?? none) : none);

const noDamage: readonly [number, number] = [0, 0];

/** A step that the table shows already has come through. Where somebody else has changed the number it is that step from what it is now. */
const stepOnce = (range: Range, now: number, step: readonly [number, number]): number =>
  now === step[1] ? now : stepFrom(range, now, step);

function fromNow(now: PlayerView, was: SeatNumbers, update: Update): Update {
  const { life, counters = {}, commanderDamage = {} } = update;
  const count = ([name, given]: [string, number]) =>
    [name, stepOnce(limits.counter, ownOf(now.counters, name, 0), [ownOf(was.counters, name, 0), given])] as const;
  const damage = ([from, given]: [string, readonly [number, number]]) => {
    const [before, today] = [ownOf(was.commanderDamage, from, noDamage), ownOf(now.commanderDamage, from, noDamage)];
    const each = (n: 0 | 1): number => stepOnce(limits.commanderDamage, today[n], [before[n], given[n]]);
    return [from, [each(0), each(1)]] as const;
  };
  return {
    ...update,
    ...(life !== undefined && { life: stepOnce(limits.life, now.life, [was.life, life]) }),
    ...(update.counters && { counters: Object.fromEntries(Object.entries(counters).map(count)) }),
    ...(update.commanderDamage && { commanderDamage: Object.fromEntries(Object.entries(commanderDamage).map(damage)) }),
  };
}

function stormFromNow(now: Table, was: TableNumbers, update: TableUpdate): TableUpdate {
  const { stormCount: given } = update;
  return given === undefined ? update : { ...update, stormCount: stepOnce(limits.stormCount, now.stormCount, [was.stormCount, given]) };
}

/** What a command on its way is by now, where others may have changed the numbers since; null for what gives this table none. */
function dataFor(table: Table, { type, data, was }: Sent): object | null {
  if (type === "updateTable") return was && "stormCount" in was ? stormFromNow(table, was, data) : data;
  const update = data as Update;
  const now = type === "updatePlayer" ? playerOf(table, update.playerId) : undefined;
  if (now === undefined) return null;
  return was && "life" in was ? fromNow(now, was, update) : update;
}

function withData(table: Table, type: string, data: object): Table {
  if (type !== "updateTable") return withSeat(table, data as Update);
  const { was: _, ...fields } = data as TableUpdate & { readonly was?: TableNumbers };
  return { ...table, ...fields };
}

function withSent(table: Table, sent: Sent): Table {
  const data = dataFor(table, sent);
  return data === null ? table : withData(table, sent.type, data);
}

/** The table with what is on its way already on it: whoever changes a number again means the one he gave, not the one before it. */
export const meantTable = (table: Table, outbox: Model["outbox"]): Table => outbox.reduce(withSent, table);

/**
 * What was given while the line was down, for the table as it stands now: a blow that somebody else entered meanwhile counts as well. What
 * says itself from which number it is a step is left as it is.
 */
export function givenFromNow(outbox: Model["outbox"], table: Table | null): Model["outbox"] {
  let meant = table;
  return outbox.map((sent): Sent => {
    const data = meant && dataFor(meant, sent);
    if (meant === null || data === null) return sent;
    meant = withData(meant, sent.type, data);
    return "was" in sent.data ? sent : { ...sent, data };
  });
}

export const meantPlayer = ({ table, outbox }: Model, seat: SeatId): PlayerView | undefined =>
  table ? playerOf(meantTable(table, outbox), seat) : undefined;

/** The numbers from which a command's new ones are a step. */
export function numbersBefore(model: Model, { type, data }: Pick<Sent, "type" | "data">): Numbers | undefined {
  if (type === "updateTable") return model.table ? { stormCount: meantTable(model.table, model.outbox).stormCount } : undefined;
  const player = type === "updatePlayer" ? meantPlayer(model, (data as Update).playerId) : undefined;
  return player && { life: player.life, counters: player.counters, commanderDamage: player.commanderDamage };
}

const picked = <T>(given: Readonly<Record<string, T>>, from: Readonly<Record<string, T>>, none: T) =>
  Object.fromEntries(Object.keys(given).map((name) => [name, ownOf(from, name, none)]));

/** `data` of an update with what its numbers were: to the server each is then a step, and of two who step at once neither is lost. */
export function asStep(data: object, was: Numbers): object {
  if ("stormCount" in was) return "stormCount" in data ? { ...data, was } : data;
  const { life, counters, commanderDamage } = data as Update;
  const steps = {
    ...(life !== undefined && { life: was.life }),
    ...(counters && { counters: picked(counters, was.counters, 0) }),
    ...(commanderDamage && { commanderDamage: picked(commanderDamage, was.commanderDamage, noDamage) }),
  };
  return Object.keys(steps).length === 0 ? data : { ...data, was: steps };
}

export function valueFor(model: Model, seat: SeatId, name: ValueName): number {
  const player = meantPlayer(model, seat);
  return player === undefined ? 0 : name === "life" ? player.life : ownOf(player.counters, name, 0);
}

/** A step kept within what the game allows. */
export function stepped(name: ValueName, value: number, step: number): number {
  return stepFrom(name === "life" ? limits.life : limits.counter, value, [0, step]);
}

/** A step of the storm count, from what it is by now. */
export function stormStep({ table, outbox }: Model, by: number): Command | null {
  if (table === null) return null;
  const now = meantTable(table, outbox).stormCount;
  const stormCount = stepFrom(limits.stormCount, now, [0, by]);
  return stormCount === now ? null : { type: "updateTable", data: { stormCount } };
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
