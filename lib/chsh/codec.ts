// A class as stored text and back. Figures are left out: they follow from the rest. Reading is strict: what was not written here is
// damage, and the class is set aside.
import type { Holder } from "../game/state.ts";
import { figuresOf } from "./figures.ts";
import { items, type Mode, pairCount } from "./items.ts";
import type { OpenRound, Slot, State, Team } from "./state.ts";
import type { Sums } from "./sums.ts";

const schemaVersion = 1;

const withoutFigures = ({ figures: _, ...team }: Team) => team;

export const encode = (state: State): string => JSON.stringify({ schema: schemaVersion, ...state, teams: state.teams.map(withoutFigures) });

type Json = Readonly<Record<string, unknown>>;

class Damaged extends Error {
  constructor(field: string) {
    super(`not a stored class: ${field}`);
    this.name = "Damaged";
  }
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isTruth: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isOneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isList =
  (length: number, check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length === length && value.every(check);

/** Exactly these fields, each good; anything else is damage. */
function checked<T>(value: unknown, shape: { readonly [Key in keyof T]-?: Check }, name: string): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Damaged(name);
  const record = value as Json;
  for (const key of Object.keys(shape)) {
    const check = shape[key as keyof T];
    if (!Object.hasOwn(record, key) || !check(record[key])) throw new Damaged(`${name}.${key}`);
  }
  for (const key of Object.keys(record)) if (!Object.hasOwn(shape, key)) throw new Damaged(`${name}.${key}`);
  return record as T;
}

const isHash = orNull((value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value));

const fits =
  <T>(shape: { readonly [Key in keyof T]-?: Check }, name: string): Check =>
  (value) =>
    checked<T>(value, shape, name) !== undefined;

const isHolder = fits<Holder>(
  {
    viewerId: isText,
    tokenHash: isHash,
    previousTokenHash: isHash,
    retiredTokenHash: isHash,
    claimedAt: isCount,
    droppedAt: orNull(isCount),
    grantId: orNull(isText),
  },
  "holder",
);

const isSlot = fits<Slot>({ holder: orNull(isHolder), leftTokenHash: isHash }, "slot");
const isPair: Check = (value) => isCount(value) && (value as number) < pairCount;
const byPair = isList(pairCount, isCount);
const byItem = isList(items.length, isCount);

const isOpen = fits<OpenRound>(
  { number: isCount, pair: isPair, answers: isList(2, orNull(isTruth)), answeredAt: isList(2, orNull(isCount)) },
  "open",
);
const isLast = fits<NonNullable<Team["last"]>>({ number: isCount, pair: isPair, answers: isList(2, isTruth) }, "last");
const isSums = fits<Sums>(
  { rounds: byPair, same: byPair, trues: byItem, answers: byItem, sameItemTrues: byItem, sameItemAnswers: byItem },
  "sums",
);

function teamFrom(value: unknown, mode: Mode): Team {
  const team = checked<Omit<Team, "figures">>(
    value,
    {
      id: isCount,
      name: isText,
      slots: isList(2, isSlot),
      dealt: byPair,
      sums: isSums,
      rounds: isCount,
      lastNumber: isCount,
      open: orNull(isOpen),
      last: orNull(isLast),
    },
    "team",
  );
  return { ...team, figures: figuresOf(team.sums, team.dealt, mode) };
}

export function decode(text: string): State {
  const { schema, teams, ...rest } = JSON.parse(text) as Json;
  if (schema !== schemaVersion || !Array.isArray(teams)) throw new Damaged("schema");
  const state = checked<Omit<State, "teams">>(
    rest,
    {
      id: isText,
      name: isText,
      createdAt: isCount,
      at: isCount,
      mode: isOneOf("simplified", "classic"),
      status: isOneOf("waiting", "running", "paused", "finished"),
      closed: isTruth,
      listed: isTruth,
      host: orNull(isHolder),
    },
    "class",
  );
  return { ...state, teams: teams.map((team) => teamFrom(team, state.mode)) };
}
