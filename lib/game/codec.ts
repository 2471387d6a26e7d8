// The state as text and back, byte for byte. What is as in a new game is left out, so that a quiet table is small.
import { runnersOf } from "./clock.ts";
import type { Instant, ViewerId } from "./ids.ts";
import { casualSettings } from "./setup.ts";
import { limits, within } from "./limits.ts";
import { presets } from "./presets/presets.ts";
import type { Settings } from "./settings.ts";
import {
  type Campaign,
  type Holder,
  type Host,
  type Ledger,
  nobody,
  nothingSpent,
  type Seat,
  type Spent,
  type State,
  type UndoRequest,
} from "./state.ts";

/** Rises when older text can no longer be read as it is. */
export const schemaVersion = 1;

type Json = Record<string, unknown>;

/** The fields of `value` that differ from `usual`, in the order of `usual`: the order of keys is fixed by the code. */
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

const usualHolder: Holder = {
  viewerId: "" as ViewerId,
  tokenHash: null,
  previousTokenHash: null,
  retiredTokenHash: null,
  claimedAt: 0 as Instant,
  droppedAt: null,
  grantId: null,
};

const noCounters: Seat["counters"] = {};
const noDamage: Seat["commanderDamage"] = {};

type PlainSeat = Omit<Seat, "id" | "holder" | "spent" | "counters" | "commanderDamage">;

const usualSeat: PlainSeat = {
  name: "",
  color: "",
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
  life: 0,
  lapsedTokenHash: null,
};

const usualLedger: Ledger = { sinceAt: 0 as Instant, waiting: 0, paused: 0, outage: 0, finished: 0, undone: 0, parallel: 0 };

type PlainState = Pick<
  State,
  "status" | "pausedBy" | "closed" | "active" | "turn" | "targeting" | "winner" | "monarch" | "initiative" | "dayNight" | "stormCount"
>;

const usualState: PlainState = {
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

const isEmpty = (value: object): boolean => {
  for (const _ in value) return false;
  return true;
};

/** Keys in one order, whatever order they were written in. */
function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> | undefined {
  if (isEmpty(record)) return undefined;
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

const some = (list: readonly unknown[]): readonly unknown[] | undefined => (list.length === 0 ? undefined : list);

function packSeat(seat: Seat): Json {
  return {
    ...differing<PlainSeat>(seat, usualSeat),
    counters: sorted(seat.counters),
    commanderDamage: sorted(seat.commanderDamage),
    spent: seat.spent === nothingSpent ? undefined : differing<Spent>(seat.spent, nothingSpent),
    holder: seat.holder === null ? undefined : differing(seat.holder, usualHolder),
  };
}

const seatOrder = (state: State): boolean => state.order.every((id, index) => id === index + 1);

/** The state as JSON text: fixed order of keys, defaults left out. */
export function encode(state: State): string {
  const { settings, host } = state;
  return JSON.stringify({
    schema: schemaVersion,
    id: state.id,
    name: state.name,
    createdAt: state.createdAt,
    at: state.at,
    settings: packSettings(settings),
    ...differing<PlainState>(state, usualState),
    order: seatOrder(state) ? undefined : state.order,
    stack: some(state.stack),
    targeted: some(state.targeted),
    awaiting: some(state.awaiting),
    host: host.seat ?? undefined,
    chair: host.chair === null ? undefined : differing(host.chair, usualHolder),
    campaign: state.campaign ?? undefined,
    undo: state.undo ?? undefined,
    ledger: differing(state.ledger, usualLedger),
    seats: state.seats.map(packSeat),
  });
}

function packSettings(settings: Settings): Json | undefined {
  const packed = differing(settings, casualSettings);
  if (packed === undefined) return undefined;
  if (packed["handicaps"] !== undefined && isEmpty(settings.handicaps)) delete packed["handicaps"];
  if (packed["warningThresholds"] !== undefined && String(settings.warningThresholds) === String(casualSettings.warningThresholds)) {
    delete packed["warningThresholds"];
  }
  return isEmpty(packed) ? undefined : packed;
}

class Damaged extends Error {
  constructor(field: string) {
    super(`not a stored game: ${field}`);
    this.name = "Damaged";
  }
}

const record = (value: unknown, field: string): Json => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Damaged(field);
  return value as Json;
};

const orNothing = (value: unknown, field: string): Json => (value === undefined ? {} : record(value, field));

/** Takes the known fields, each of the type it usually has (or, where null is usual, null, a number or text); others are damage. */
function unpack<T extends object>(packed: Json, usual: T, field: string): T {
  const out = { ...usual };
  for (const key of Object.keys(packed)) {
    if (!Object.hasOwn(usual, key)) throw new Damaged(`${field}.${key}`);
    const value = packed[key];
    const expected = usual[key as keyof T];
    const fits =
      expected === null ? value === null || typeof value === "number" || typeof value === "string" : typeof value === typeof expected;
    if (!fits || (typeof value === "number" && !Number.isSafeInteger(value))) throw new Damaged(`${field}.${key}`);
    out[key as keyof T] = value as T[keyof T];
  }
  return out;
}

function seatIds(value: unknown, count: number, field: string): State["stack"] {
  if (value === undefined) return nobody;
  if (!Array.isArray(value) || !value.every((id) => within(id, { min: 1, max: count }))) throw new Damaged(field);
  return value as number[];
}

const seatOrNull = (value: unknown, count: number, field: string): number | null => {
  if (value === null || value === undefined) return null;
  if (!within(value, { min: 1, max: count })) throw new Damaged(field);
  return value;
};

function holderFrom(value: unknown, field: string): Holder | null {
  return value === undefined ? null : unpack(record(value, field), usualHolder, field);
}

function seatFrom(value: unknown, index: number): Seat {
  const field = `seats.${index}`;
  const { counters, commanderDamage, spent, holder, ...plain } = record(value, field);
  const numbers = orNothing(counters, field);
  if (!Object.values(numbers).every((total) => within(total, limits.counter))) throw new Damaged(`${field}.counters`);
  const damage = orNothing(commanderDamage, field);
  if (!Object.values(damage).every((pair) => Array.isArray(pair) && pair.length === 2)) throw new Damaged(`${field}.commanderDamage`);
  return {
    id: index + 1,
    ...unpack(plain, usualSeat, field),
    counters: isEmpty(numbers) ? noCounters : (numbers as Seat["counters"]),
    commanderDamage: isEmpty(damage) ? noDamage : (damage as Seat["commanderDamage"]),
    spent: spent === undefined ? nothingSpent : unpack(record(spent, field), nothingSpent, `${field}.spent`),
    holder: holderFrom(holder, `${field}.holder`),
  };
}

function hostFrom(json: Json, count: number): Host {
  return { seat: seatOrNull(json["host"], count, "host"), chair: holderFrom(json["chair"], "chair") };
}

function campaignFrom(value: unknown): Campaign | null {
  if (value === undefined) return null;
  const campaign = record(value, "campaign");
  const lists = ["results", "damage", "hits", "lowestLife"].every((key) => Array.isArray(campaign[key]));
  if (!lists || !presets.has(String(campaign["preset"])) || !Number.isSafeInteger(campaign["round"])) throw new Damaged("campaign");
  return campaign as unknown as Campaign;
}

function undoFrom(value: unknown): UndoRequest | null {
  if (value === undefined) return null;
  const undo = record(value, "undo");
  if (!Number.isSafeInteger(undo["v"]) || !Array.isArray(undo["agreed"])) throw new Damaged("undo");
  return undo as unknown as UndoRequest;
}

const statuses: ReadonlySet<unknown> = new Set(["waiting", "running", "paused", "finished"]);

function text(value: unknown, field: string): string {
  if (typeof value !== "string" || value === "") throw new Damaged(field);
  return value;
}

const instant = (value: unknown, field: string): Instant => {
  if (!Number.isSafeInteger(value)) throw new Damaged(field);
  return value as Instant;
};

/** The state that `encode` wrote. Throws on anything else. */
export function decode(written: string): State {
  const json = record(JSON.parse(written), "text");
  if (json["schema"] !== schemaVersion) throw new Damaged("schema");
  const {
    schema: _,
    id,
    name,
    createdAt,
    at,
    settings,
    order,
    stack,
    targeted,
    awaiting,
    host,
    chair,
    campaign,
    undo,
    ledger,
    seats,
    ...plain
  } = json;
  if (!Array.isArray(seats) || !within(seats.length, limits.playerCount)) throw new Damaged("seats");
  const count = seats.length;
  const state: State = {
    id: text(id, "id") as State["id"],
    name: text(name, "name"),
    createdAt: instant(createdAt, "createdAt"),
    at: instant(at, "at"),
    settings: unpack(orNothing(settings, "settings"), casualSettings, "settings"),
    ...unpack(plain, usualState, "state"),
    order: order === undefined ? seats.map((_seat, index) => index + 1) : seatIds(order, count, "order"),
    stack: seatIds(stack, count, "stack"),
    targeted: seatIds(targeted, count, "targeted"),
    awaiting: seatIds(awaiting, count, "awaiting"),
    runners: nobody,
    seats: seats.map(seatFrom),
    host: hostFrom({ host, chair }, count),
    campaign: campaignFrom(campaign),
    undo: undoFrom(undo),
    ledger: unpack(record(ledger, "ledger"), usualLedger, "ledger"),
  };
  if (!statuses.has(state.status) || state.settings.playerCount !== count) throw new Damaged("status");
  return { ...state, runners: runnersOf(state) };
}
