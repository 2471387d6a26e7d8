// Stored text back into a state. Strict: what `encode` did not write is damage, and the game is set aside.
import { runnersOf } from "./clock.ts";
import { type Json, schemaVersion, usualSeat, usualState } from "./codec.ts";
import type { Instant, ViewerId } from "./ids.ts";
import { limits, within } from "./limits.ts";
import { seatColors, seatName } from "./looks.ts";
import { presets } from "./presets/presets.ts";
import { casualSettings, checkSettings } from "./setup.ts";
import {
  type Campaign,
  type Holder,
  type Ledger,
  nobody,
  nothingSpent,
  seatingOrder,
  type Seat,
  type Spent,
  type State,
  type UndoRequest,
} from "./state.ts";

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

const isWhole = (value: unknown): boolean => typeof value !== "number" || Number.isSafeInteger(value);

/** Takes the known fields, each of the type it usually has (or, where null is usual, null, a number or text); others are damage. */
function unpack<T extends object>(packed: Json, usual: T, field: string): T {
  const out = { ...usual };
  for (const key of Object.keys(packed)) {
    if (!Object.hasOwn(usual, key)) throw new Damaged(`${field}.${key}`);
    const value = packed[key];
    const expected = usual[key as keyof T];
    const fits =
      expected === null ? value === null || typeof value === "number" || typeof value === "string" : typeof value === typeof expected;
    if (!fits || !isWhole(value)) throw new Damaged(`${field}.${key}`);
    out[key as keyof T] = value as T[keyof T];
  }
  return out;
}

/** A list of whole numbers, filled up with zeros. */
function numbers(value: unknown, length: number, field: string): number[] {
  if (!Array.isArray(value) || value.length > length || !value.every((one) => Number.isSafeInteger(one))) throw new Damaged(field);
  return Array.from({ length }, (_, index) => value[index] ?? 0);
}

function holderFrom(value: unknown, field: string): Holder | null {
  if (value === undefined) return null;
  if (!Array.isArray(value) || value.length < 2 || value.length > 7) throw new Damaged(field);
  const [viewerId, claimedAt, tokenHash = null, grantId = null, droppedAt = null, previousTokenHash = null, retiredTokenHash = null] =
    value;
  const hashes = [tokenHash, grantId, previousTokenHash, retiredTokenHash];
  if (!hashes.every((hash) => hash === null || typeof hash === "string")) throw new Damaged(field);
  if (typeof viewerId !== "string" || !Number.isSafeInteger(claimedAt)) throw new Damaged(field);
  if (droppedAt !== null && !Number.isSafeInteger(droppedAt)) throw new Damaged(field);
  return { viewerId: viewerId as ViewerId, tokenHash, previousTokenHash, retiredTokenHash, claimedAt, droppedAt, grantId };
}

function spentFrom(value: unknown, field: string): Spent {
  if (value === undefined) return nothingSpent;
  const [turn = 0, priority = 0, target = 0, lag = 0, delay = 0, grace = 0, choice = 0] = numbers(value, 7, field);
  return { turn, priority, target, delay, grace, choice, lag };
}

function ledgerFrom(value: unknown): Ledger {
  const [sinceAt = 0, waiting = 0, paused = 0, parallel = 0, outage = 0, finished = 0, undone = 0] = numbers(value, 7, "ledger");
  return { sinceAt: sinceAt as Instant, waiting, paused, outage, finished, undone, parallel };
}

function text(value: unknown, field: string): string {
  if (typeof value !== "string" || value === "") throw new Damaged(field);
  return value;
}

function seatFrom(value: unknown, index: number): Seat {
  const field = `seats.${index}`;
  const id = index + 1;
  const { name, color, counters, commanderDamage, spent, holder, ...plain } = record(value, field);
  const totals = orNothing(counters, field);
  if (!Object.values(totals).every((total) => within(total, limits.counter))) throw new Damaged(`${field}.counters`);
  const damage = orNothing(commanderDamage, field);
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every((one) => within(one, limits.commanderDamage));
  if (!Object.values(damage).every(isPair)) throw new Damaged(`${field}.commanderDamage`);
  const rest = unpack(plain, usualSeat, field);
  if (!within(rest.life, limits.life)) throw new Damaged(`${field}.life`);
  return {
    id,
    name: name === undefined ? seatName(id) : text(name, `${field}.name`),
    color: color === undefined ? (seatColors[index] ?? seatColors[0]) : text(color, `${field}.color`),
    bankMs: rest.bankMs,
    delayLeftMs: rest.delayLeftMs,
    graceLeftMs: rest.graceLeftMs,
    stretchMs: rest.stretchMs,
    fallen: rest.fallen,
    choiceLeftMs: rest.choiceLeftMs,
    owedMs: rest.owedMs,
    lagQuotaMs: rest.lagQuotaMs,
    penalties: rest.penalties,
    dead: rest.dead,
    life: rest.life,
    counters: totals as Seat["counters"],
    commanderDamage: damage as Seat["commanderDamage"],
    holder: holderFrom(holder, `${field}.holder`),
    lapsedTokenHash: rest.lapsedTokenHash,
    spent: spentFrom(spent, `${field}.spent`),
  };
}

function seatIds(value: unknown, count: number, field: string): State["stack"] {
  if (value === undefined) return nobody;
  if (!Array.isArray(value) || !value.every((id) => within(id, { min: 1, max: count }))) throw new Damaged(field);
  return value as number[];
}

function orderFrom(value: unknown, count: number): State["order"] {
  if (value === undefined) return seatingOrder(count);
  const order = seatIds(value, count, "order");
  if (new Set(order).size !== count || order.length !== count) throw new Damaged("order");
  return order;
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
const targetings: ReadonlySet<unknown> = new Set(["none", "selecting", "resolving"]);

const instant = (value: unknown, field: string): Instant => {
  if (!Number.isSafeInteger(value)) throw new Damaged(field);
  return value as Instant;
};

function settingsFrom(value: unknown): State["settings"] {
  if (value === undefined) return casualSettings;
  const settings = unpack(record(value, "settings"), casualSettings, "settings");
  const checked = checkSettings(settings);
  if (!checked.ok) throw new Damaged(`settings.${checked.field}`);
  return settings;
}

function plainFrom(packed: Json, count: number): typeof usualState {
  const plain = unpack(packed, usualState, "state");
  const isSeat = (id: number | null): boolean => id === null || within(id, { min: 1, max: count });
  const seats = [plain.active, plain.winner, plain.monarch, plain.initiative].every(isSeat);
  if (!seats || !statuses.has(plain.status) || !targetings.has(plain.targeting)) throw new Damaged("state");
  return plain;
}

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
  if (host !== undefined && !within(host, { min: 1, max: count })) throw new Damaged("host");
  const rest = plainFrom(plain, count);
  // In the order in which `create` makes it: see atStart in rounds.ts.
  const state: State = {
    id: text(id, "id") as State["id"],
    name: text(name, "name"),
    createdAt: instant(createdAt, "createdAt"),
    settings: settingsFrom(settings),
    status: rest.status,
    pausedBy: rest.pausedBy,
    closed: rest.closed,
    at: instant(at, "at"),
    active: rest.active,
    turn: rest.turn,
    order: orderFrom(order, count),
    stack: seatIds(stack, count, "stack"),
    targeting: rest.targeting,
    targeted: seatIds(targeted, count, "targeted"),
    awaiting: seatIds(awaiting, count, "awaiting"),
    runners: nobody,
    seats: seats.map(seatFrom),
    host: { seat: host ?? null, chair: holderFrom(chair, "chair") },
    winner: rest.winner,
    monarch: rest.monarch,
    initiative: rest.initiative,
    dayNight: rest.dayNight,
    stormCount: rest.stormCount,
    campaign: campaignFrom(campaign),
    undo: undoFrom(undo),
    ledger: ledgerFrom(ledger),
  };
  if (state.settings.playerCount !== count) throw new Damaged("settings.playerCount");
  return { ...state, runners: runnersOf(state) };
}
