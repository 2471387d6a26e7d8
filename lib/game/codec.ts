// The state as JSON text, byte for byte the same for the same state. What is as in a new game is left out, and what every
// table has many of is written as lists, so that a quiet table is small. decode.ts reads it back.
// Written by hand, field by field: it runs for every tap, and building objects for JSON.stringify takes nearly twice as long.
// What a tap leaves alone (who holds the seats, the seats that did not move) is remembered as text by `encoder`, and kept apart by stores.
import type { StateText } from "./contract.ts";
import { limits } from "./limits.ts";
import { seatColors, seatName } from "./looks.ts";
import type { Settings } from "./settings.ts";
import { casualSettings } from "./setup.ts";
import { type Holder, type Ledger, nothingSpent, type Seat, type Spent, type State } from "./state.ts";

/** Rises when older text can no longer be read as it is. */
export const schemaVersion = 1;

export type Json = Record<string, unknown>;

type PlainSeat = Omit<Seat, "id" | "name" | "color" | "holder" | "spent" | "counters" | "commanderDamage">;

/** Plain fields of a seat and their most usual values; life is always written. */
export const usualSeat: PlainSeat = {
  bankMs: 0,
  delayLeftMs: 0,
  graceLeftMs: 0,
  stretchMs: 0,
  fallen: false,
  choiceLeftMs: null,
  owedMs: 0,
  lagQuotaMs: null,
  penalties: 0,
  dead: false,
  life: limits.life.min - 1,
  lapsedTokenHash: null,
};

type PlainState = Omit<
  State,
  | ("id" | "name" | "createdAt" | "at" | "settings" | "host" | "seats" | "campaign" | "undo" | "ledger")
  | ("order" | "stack" | "targeted" | "awaiting" | "runners")
>;

/** Plain fields of a game and what they are before the first move. */
export const usualState: PlainState = {
  status: "waiting",
  pausedBy: null,
  closed: false,
  active: null,
  turn: 0,
  targeting: "none",
  winner: null,
  monarch: null,
  initiative: null,
  dayNight: null,
  stormCount: 0,
};

/** Text that JSON needs no escapes for. */
const plainText = /^[\w.#-]*$/;
const quoted = (text: string): string => (plainText.test(text) ? `"${text}"` : JSON.stringify(text));

type Scalar = string | number | boolean | null;

const scalar = (value: Scalar): string => (typeof value === "string" ? quoted(value) : `${value}`);

/** `,"name":value`, or nothing when the value is the usual one. Numbers have a function of their own because nearly all fields are. */
const field = (name: string, value: Scalar, usual: Scalar): string => (value === usual ? "" : `,"${name}":${scalar(value)}`);
const amount = (name: string, value: number | null, usual: number | null): string => (value === usual ? "" : `,"${name}":${value}`);

export const isEmpty = (value: object): boolean => {
  for (const _ in value) return false;
  return true;
};

/** Keys in one order, whatever order they were written in. */
function sorted(name: string, record: Readonly<Record<string, unknown>>): string {
  if (isEmpty(record)) return "";
  return `,"${name}":${JSON.stringify(Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1))))}`;
}

const ids = (name: string, list: readonly number[]): string => (list.length === 0 ? "" : `,"${name}":[${list.join(",")}]`);

/** A list without its last zeros; nothing when all are zero. */
function amounts(name: string, list: readonly number[]): string {
  let length = list.length;
  while (length > 0 && list[length - 1] === 0) length -= 1;
  if (length === 0) return "";
  let text = `${list[0]}`;
  for (let place = 1; place < length; place += 1) text += `,${list[place]}`;
  return `,"${name}":[${text}]`;
}

/** A list without its last nulls, which most holders have. */
function holderText(name: string, holder: Holder | null): string {
  if (holder === null) return "";
  const { viewerId, claimedAt, tokenHash, grantId, droppedAt, previousTokenHash, retiredTokenHash } = holder;
  let text = "";
  if (retiredTokenHash !== null) text = `,${quoted(retiredTokenHash)}`;
  if (previousTokenHash !== null || text !== "") text = `,${scalar(previousTokenHash)}${text}`;
  if (droppedAt !== null || text !== "") text = `,${droppedAt}${text}`;
  if (grantId !== null || text !== "") text = `,${scalar(grantId)}${text}`;
  if (tokenHash !== null || text !== "") text = `,${scalar(tokenHash)}${text}`;
  return `,"${name}":[${quoted(viewerId)},${claimedAt}${text}]`;
}

const spentText = (spent: Spent): string =>
  spent === nothingSpent
    ? ""
    : amounts("spent", [spent.turn, spent.priority, spent.target, spent.lag, spent.delay, spent.grace, spent.choice]);

const ledgerText = ({ sinceAt, waiting, paused, outage, finished, undone, parallel }: Ledger): string =>
  amounts("ledger", [sinceAt, waiting, paused, parallel, outage, finished, undone]) || ',"ledger":[]';

/** The fields of `usualSeat`, in its order. */
function plainSeat(seat: Seat): string {
  const usual = usualSeat;
  return (
    amount("bankMs", seat.bankMs, usual.bankMs) +
    amount("delayLeftMs", seat.delayLeftMs, usual.delayLeftMs) +
    amount("graceLeftMs", seat.graceLeftMs, usual.graceLeftMs) +
    amount("stretchMs", seat.stretchMs, usual.stretchMs) +
    field("fallen", seat.fallen, usual.fallen) +
    amount("choiceLeftMs", seat.choiceLeftMs, usual.choiceLeftMs) +
    amount("owedMs", seat.owedMs, usual.owedMs) +
    amount("lagQuotaMs", seat.lagQuotaMs, usual.lagQuotaMs) +
    amount("penalties", seat.penalties, usual.penalties) +
    field("dead", seat.dead, usual.dead) +
    amount("life", seat.life, usual.life) +
    field("lapsedTokenHash", seat.lapsedTokenHash, usual.lapsedTokenHash)
  );
}

/** What moves of a seat, as text. Values are never changed in place, so the same seat has the same text. */
interface KnownSeat {
  readonly seat: Seat;
  readonly text: string;
}

/** Text built from many pieces is a tree; asking for a character makes it one piece, so that it is not walked again for every tap. */
function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** A seat without its braces and its holder. */
function knownSeat(seat: Seat, before: KnownSeat | undefined): KnownSeat {
  if (before?.seat === seat) return before;
  const text =
    plainSeat(seat) +
    field("name", seat.name, seatName(seat.id)) +
    field("color", seat.color, seatColors[seat.id - 1] ?? null) +
    sorted("counters", seat.counters) +
    sorted("commanderDamage", seat.commanderDamage) +
    spentText(seat.spent);
  return { seat, text: flat(text.slice(1)) };
}

function settingsText(settings: Settings): string {
  let packed: Json | undefined;
  for (const key in casualSettings) {
    const name = key as keyof Settings;
    if (settings[name] === casualSettings[name]) continue;
    if (name === "handicaps" && isEmpty(settings.handicaps)) continue;
    if (name === "warningThresholds" && String(settings.warningThresholds) === String(casualSettings.warningThresholds)) continue;
    packed ??= {};
    packed[name] = settings[name];
  }
  return packed === undefined ? "" : `,"settings":${JSON.stringify(packed)}`;
}

/** The fields of `usualState`, in its order. */
function plainState(state: State): string {
  const usual = usualState;
  return (
    field("status", state.status, usual.status) +
    field("pausedBy", state.pausedBy, usual.pausedBy) +
    field("closed", state.closed, usual.closed) +
    amount("active", state.active, usual.active) +
    amount("turn", state.turn, usual.turn) +
    field("targeting", state.targeting, usual.targeting) +
    amount("winner", state.winner, usual.winner) +
    amount("monarch", state.monarch, usual.monarch) +
    amount("initiative", state.initiative, usual.initiative) +
    field("dayNight", state.dayNight, usual.dayNight) +
    amount("stormCount", state.stormCount, usual.stormCount)
  );
}

const inOrder = (id: number, index: number): boolean => id === index + 1;

/** What of a state seldom changes, cut where the rest goes: one piece more than there are places. */
function stillText(state: State): string {
  const { id, name, createdAt, settings, host, seats } = state;
  return [
    `{"schema":${schemaVersion},"id":${quoted(id)},"name":${quoted(name)},"createdAt":${createdAt},"at":`,
    settingsText(settings),
    holderText("chair", host.chair),
    ...seats.map((_, place) => (place === 0 ? ',"seats":[{' : `${holderText("holder", seats[place - 1]?.holder ?? null)}},{`)),
    `${holderText("holder", seats.at(-1)?.holder ?? null)}}]}`,
  ].join("\n");
}

function isStill(before: State, state: State): boolean {
  const { id, name, createdAt, settings, host, seats } = state;
  const isSameHead = before.id === id && before.name === name && before.createdAt === createdAt;
  if (!isSameHead || before.settings !== settings || before.host.chair !== host.chair || before.seats.length !== seats.length) return false;
  for (let place = 0; place < seats.length; place += 1) if (before.seats[place]?.holder !== seats[place]?.holder) return false;
  return true;
}

/** What is as it was through most turns, yet is not long. */
function restText({ campaign, undo, ledger }: State): string {
  return (
    (campaign === null ? "" : `,"campaign":${JSON.stringify(campaign)}`) +
    (undo === null ? "" : `,"undo":${JSON.stringify(undo)}`) +
    ledgerText(ledger)
  );
}

const tableText = (state: State): string =>
  plainState(state) +
  (state.order.every(inOrder) ? "" : ids("order", state.order)) +
  ids("stack", state.stack) +
  ids("targeted", state.targeted) +
  ids("awaiting", state.awaiting) +
  amount("host", state.host.seat, null);

/**
 * Encodes one game again and again; what did not change since the last time is not written anew. `whole` is byte for byte what `encode`
 * gives; `still` is the same text, and the same object, until somebody comes or goes, or the table is set up anew.
 */
export function encoder(): (state: State) => StateText {
  let before: State | null = null;
  let still = "";
  let pieces: readonly string[] = [];
  let rest = "";
  const seats: KnownSeat[] = [];
  return (state) => {
    if (before === null || !isStill(before, state)) {
      still = stillText(state);
      pieces = still.split("\n");
    }
    const isSameRest = before?.campaign === state.campaign && before.undo === state.undo && before.ledger === state.ledger;
    if (!isSameRest) rest = flat(restText(state));
    before = state;
    const table = tableText(state);
    let whole = `${pieces[0]}${state.at}${pieces[1]}${table}${pieces[2]}${rest}`;
    let moving = `${state.at}\n${table}\n${rest}`;
    for (let place = 0; place < state.seats.length; place += 1) {
      const seat = knownSeat(state.seats[place] as Seat, seats[place]);
      seats[place] = seat;
      whole += pieces[place + 3] + seat.text;
      moving += `\n${seat.text}`;
    }
    return { whole: whole + pieces[state.seats.length + 3], still, moving };
  };
}

/** The state as JSON text: fixed order of keys, defaults left out. */
export const encode = (state: State): string => encoder()(state).whole;
