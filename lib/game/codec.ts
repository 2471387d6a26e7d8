// The state as text, byte for byte the same for the same state. What is as in a new game is left out, and what every
// table has many of is written as lists, so that a quiet table is small. decode.ts reads it back.
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

type PlainState = Pick<
  State,
  "status" | "pausedBy" | "closed" | "active" | "turn" | "targeting" | "winner" | "monarch" | "initiative" | "dayNight" | "stormCount"
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

/** The fields of `value` that differ from `usual`, in the order of `usual`. */
function differing<T extends object>(value: T, usual: T): Json | undefined {
  let out: Json | undefined;
  for (const key in usual) {
    const own = value[key];
    if (own === usual[key]) continue;
    out ??= {};
    out[key] = own;
  }
  return out;
}

export const isEmpty = (value: object): boolean => {
  for (const _ in value) return false;
  return true;
};

/** Keys in one order, whatever order they were written in. */
function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> | undefined {
  if (isEmpty(record)) return undefined;
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

const some = (list: readonly unknown[]): readonly unknown[] | undefined => (list.length === 0 ? undefined : list);

/** Lists stop after their last unusual value. */
function trimmed(list: unknown[], usual: unknown): unknown[] | undefined {
  while (list.length > 0 && list.at(-1) === usual) list.pop();
  return list.length === 0 ? undefined : list;
}

const packHolder = (holder: Holder | null): unknown[] | undefined =>
  holder === null
    ? undefined
    : trimmed(
        [
          holder.viewerId,
          holder.claimedAt,
          holder.tokenHash,
          holder.grantId,
          holder.droppedAt,
          holder.previousTokenHash,
          holder.retiredTokenHash,
        ],
        null,
      );

const packSpent = (spent: Spent): unknown[] | undefined =>
  spent === nothingSpent
    ? undefined
    : trimmed([spent.turn, spent.priority, spent.target, spent.lag, spent.delay, spent.grace, spent.choice], 0);

const packLedger = ({ sinceAt, waiting, paused, outage, finished, undone, parallel }: Ledger): unknown[] =>
  trimmed([sinceAt, waiting, paused, parallel, outage, finished, undone], 0) ?? [];

function packSeat(seat: Seat): Json {
  return {
    ...differing<PlainSeat>(seat, usualSeat),
    name: seat.name === seatName(seat.id) ? undefined : seat.name,
    color: seat.color === seatColors[seat.id - 1] ? undefined : seat.color,
    counters: sorted(seat.counters),
    commanderDamage: sorted(seat.commanderDamage),
    spent: packSpent(seat.spent),
    holder: packHolder(seat.holder),
  };
}

function packSettings(settings: Settings): Json | undefined {
  const packed = differing(settings, casualSettings);
  if (packed === undefined) return undefined;
  if (isEmpty(settings.handicaps)) delete packed["handicaps"];
  if (String(settings.warningThresholds) === String(casualSettings.warningThresholds)) delete packed["warningThresholds"];
  return isEmpty(packed) ? undefined : packed;
}

/** The state as JSON text: fixed order of keys, defaults left out. */
export function encode(state: State): string {
  return JSON.stringify({
    schema: schemaVersion,
    id: state.id,
    name: state.name,
    createdAt: state.createdAt,
    at: state.at,
    settings: packSettings(state.settings),
    ...differing<PlainState>(state, usualState),
    order: state.order.every((id, index) => id === index + 1) ? undefined : state.order,
    stack: some(state.stack),
    targeted: some(state.targeted),
    awaiting: some(state.awaiting),
    host: state.host.seat ?? undefined,
    chair: packHolder(state.host.chair),
    campaign: state.campaign ?? undefined,
    undo: state.undo ?? undefined,
    ledger: packLedger(state.ledger),
    seats: state.seats.map(packSeat),
  });
}
