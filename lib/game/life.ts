// Life, counters, commander damage, names and colours of a seat, and the table's markers. Only life kills by itself;
// every other loss asks the table.
import { scoreLoss } from "./campaign.ts";
import { knownCounters, type UpdatePlayer, type UpdateTable } from "./commands.ts";
import { type Draft, type Outcome, refuse, writeSeat } from "./draft.ts";
import type { SeatId } from "./ids.ts";
import { limits, type Range, stepFrom, within } from "./limits.ts";
import { cleanColor, cleanCounterName, cleanSeatName } from "./names.ts";
import { isAlive, type Seat, seatAt, type State } from "./state.ts";
import { kill } from "./turns.ts";

const isKnown = (counter: string): boolean => (knownCounters as readonly string[]).includes(counter);

/** Sets a seat's life. In a running game life at or below 0 kills it. What has no source, as the price of a flag fall, scores for nobody. */
export function setLife(draft: Draft, id: SeatId, change: { readonly life: number; readonly source: SeatId | null }): void {
  const seat = seatAt(draft.state, id);
  if (seat === undefined || seat.life === change.life) return;
  const from = seat.life;
  writeSeat(draft, id).life = change.life;
  draft.events.push({ type: "lifeChanged", data: { playerId: id, from, to: change.life, source: change.source } });
  scoreLoss(draft, { victim: id, from, to: change.life, source: change.source });
  if (draft.state.status === "running" && !seat.dead && change.life <= 0) kill(draft, id, "life");
}

/** Losses the table should decide about. */
export function asksOf(seat: Seat): readonly string[] {
  const asks: string[] = [];
  if ((seat.counters["poison"] ?? 0) >= limits.poisonAsk) asks.push("poison");
  for (const [from, [first, partner]] of Object.entries(seat.commanderDamage)) {
    if (first >= limits.commanderDamageAsk || partner >= limits.commanderDamageAsk) asks.push(`commander:${from}`);
  }
  return asks;
}

/** A name such as "constructor" must not find what every object inherits. */
const ownOf = <T>(all: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;

/** What a number becomes: the total that is given, or the step from what it was for the sender. */
const becomes = (range: Range, now: number, [was, given]: readonly [number | undefined, number]): number =>
  was === undefined ? given : stepFrom(range, now, [was, given]);

/** Sets a counter that is within bounds; 0 takes it off the table. */
export function setCounter(draft: Draft, id: SeatId, change: { readonly counter: string; readonly total: number }): void {
  const { counter, total } = change;
  const seat = seatAt(draft.state, id);
  if (seat === undefined) return;
  const from = ownOf(seat.counters, counter) ?? 0;
  if (from === total) return;
  const { [counter]: _, ...others } = seat.counters;
  writeSeat(draft, id).counters = total === 0 ? others : { ...seat.counters, [counter]: total };
  draft.events.push({ type: "counterChanged", data: { playerId: id, counter, from, to: total } });
}

type Counters = Readonly<Record<string, number>>;
type Damages = Readonly<Record<string, readonly [number, number]>>;

/** The new totals of counters under their clean names, or null when one is not possible. */
function cleanCounters(seat: Seat, wanted: Counters, was: Counters | undefined): Counters | null {
  const clean: Record<string, number> = {};
  for (const [typed, given] of Object.entries(wanted)) {
    const name = isKnown(typed) ? typed : cleanCounterName(typed);
    if (name === null || name === "__proto__" || !within(given, limits.counter)) return null;
    clean[name] = becomes(limits.counter, ownOf(seat.counters, name) ?? 0, [ownOf(was, typed), given]);
  }
  const after: Counters = { ...seat.counters, ...clean };
  const named = Object.keys(after).filter((name) => !isKnown(name) && after[name] !== 0);
  return named.length <= limits.namedCountersMax ? clean : null;
}

const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

const damageFits = (state: State, to: SeatId, damages: Damages): boolean =>
  isRecord(damages) &&
  Object.entries(damages).every(([from, pair]) => {
    const seat = Number(from);
    return (
      within(seat, { min: 1, max: state.seats.length }) &&
      seat !== to &&
      Array.isArray(pair) &&
      pair.length === 2 &&
      pair.every((damage) => within(damage, limits.commanderDamage))
    );
  });

function setDamages(draft: Draft, id: SeatId, { commanderDamage = {}, was }: UpdatePlayer): void {
  const seat = writeSeat(draft, id);
  const all: Record<string, readonly [number, number]> = { ...seat.commanderDamage };
  for (const [key, given] of Object.entries(commanderDamage)) {
    const from = Number(key);
    const before = all[from] ?? [0, 0];
    const [firstBefore, partnerBefore] = before;
    const total = (n: 0 | 1): number => becomes(limits.commanderDamage, before[n], [ownOf(was?.commanderDamage, key)?.[n], given[n]]);
    const [first, partner] = [total(0), total(1)];
    if (first === firstBefore && partner === partnerBefore) continue;
    if (first === 0 && partner === 0) delete all[from];
    else all[from] = [first, partner];
    draft.events.push({ type: "commanderDamaged", data: { playerId: id, from, damage: [first, partner] } });
  }
  seat.commanderDamage = all;
}

/** Whether these can have been a seat's numbers. */
const wasFits = (state: State, id: SeatId, { life, counters = {}, commanderDamage = {} }: NonNullable<UpdatePlayer["was"]>): boolean =>
  (life === undefined || within(life, limits.life)) &&
  isRecord(counters) &&
  Object.values(counters).every((total) => within(total, limits.counter)) &&
  damageFits(state, id, commanderDamage);

/** The field of the command that cannot be, or null. Nothing is changed before all of it is known to fit. */
function fieldAtFault(state: State, seat: Seat, command: UpdatePlayer): string | null {
  const { name, color, life, counters, commanderDamage, source, was } = command;
  if (name !== undefined && cleanSeatName(name) === null) return "name";
  if (color !== undefined && cleanColor(color) === null) return "color";
  if (life !== undefined && !within(life, limits.life)) return "life";
  if (counters !== undefined && !isRecord(counters)) return "counters";
  if (commanderDamage !== undefined && !damageFits(state, seat.id, commanderDamage)) return "commanderDamage";
  if (was !== undefined && !(isRecord(was) && wasFits(state, seat.id, was))) return "was";
  return source !== undefined && seatAt(state, source) === undefined ? "source" : null;
}

function setLooks(draft: Draft, id: SeatId, command: UpdatePlayer): void {
  const seat = writeSeat(draft, id);
  const name = command.name === undefined ? seat.name : (cleanSeatName(command.name) ?? seat.name);
  const color = command.color === undefined ? seat.color : (cleanColor(command.color) ?? seat.color);
  if (name !== seat.name) draft.events.push({ type: "playerRenamed", data: { playerId: id, name } });
  if (color !== seat.color) draft.events.push({ type: "playerRecoloured", data: { playerId: id, color } });
  seat.name = name;
  seat.color = color;
}

/** Changes what a player shows. `by` is the sender's seat: the source of a loss of life when none is named. */
export function updatePlayer(draft: Draft, command: UpdatePlayer, by: SeatId | null): Outcome {
  const { state } = draft;
  const id = command.playerId;
  const seat = seatAt(state, id);
  if (seat === undefined) return refuse("no-such-seat", "playerId");
  const fault = fieldAtFault(state, seat, command);
  if (fault !== null) return refuse("bad-message", fault);
  const counters = command.counters === undefined ? {} : cleanCounters(seat, command.counters, command.was?.counters);
  if (counters === null) return refuse("bad-message", "counters");
  const asked = asksOf(seat);
  setLooks(draft, id, command);
  for (const [counter, total] of Object.entries(counters)) setCounter(draft, id, { counter, total });
  if (command.commanderDamage !== undefined) setDamages(draft, id, command);
  for (const reason of asksOf(writeSeat(draft, id))) {
    // Of a seat that is out there is nothing to decide.
    if (!seat.dead && !asked.includes(reason)) draft.events.push({ type: "lossAsked", data: { playerId: id, reason } });
  }
  if (command.life !== undefined) {
    const life = becomes(limits.life, seat.life, [command.was?.life, command.life]);
    setLife(draft, id, { life, source: command.source ?? by });
  }
  return null;
}

export function updateTable(draft: Draft, command: UpdateTable): Outcome {
  const { state } = draft;
  for (const marker of ["monarch", "initiative"] as const) {
    const to = command[marker];
    if (to === undefined || to === state[marker]) continue;
    if (to !== null && seatAt(state, to) === undefined) return refuse("no-such-seat", marker);
    if (to !== null && !isAlive(state, to)) return refuse("seat-dead", marker);
    state[marker] = to;
    draft.events.push({ type: "markerMoved", data: { marker, playerId: to } });
  }
  const dayNight = command.dayNight === undefined ? state.dayNight : command.dayNight;
  const { stormCount: given = state.stormCount } = command;
  const was = command.was?.stormCount;
  if (!within(given, limits.stormCount)) return refuse("bad-message", "stormCount");
  if (was !== undefined && !within(was, limits.stormCount)) return refuse("bad-message", "was");
  const stormCount = command.stormCount === undefined ? given : becomes(limits.stormCount, state.stormCount, [was, given]);
  if (dayNight !== null && dayNight !== "day" && dayNight !== "night") return refuse("bad-message", "dayNight");
  if (dayNight === state.dayNight && stormCount === state.stormCount) return null;
  state.dayNight = dayNight;
  state.stormCount = stormCount;
  draft.events.push({ type: "tableChanged", data: { dayNight, stormCount } });
  return null;
}
