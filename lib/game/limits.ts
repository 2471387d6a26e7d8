// Every bound of the clock game, with its unit in its name or comment. What must hold between them is in limit-relations.ts.

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

export interface Range {
  readonly min: number;
  readonly max: number;
}

export const limits = {
  playerCount: { min: 2, max: 8 },

  /** A bank never exceeds this, whatever is added; nor does overtime exceed it by a host's hand. */
  bankMsMax: 24 * hourMs,
  initialTimeMs: { min: secondMs, max: 24 * hourMs },
  bonusTimeMs: { min: 0, max: 5 * minuteMs },
  delayTimeMs: { min: 0, max: minuteMs },
  bronsteinTimeMs: { min: 0, max: minuteMs },
  /** A handicap either way; initial time and handicap together must leave `initialTimeMs.min`. */
  handicapMs: { min: -24 * hourMs, max: 24 * hourMs },
  warningThresholdMs: { min: secondMs, max: 24 * hourMs },
  warningThresholdsMax: 10,
  penaltyTimeDeductionMs: { min: 0, max: 24 * hourMs },
  timeoutGracePeriodMs: { min: secondMs, max: 10 * minuteMs },
  timeoutPenaltyLives: { min: 0, max: 999 },
  timeoutPenaltyDrunk: { min: 0, max: 999 },
  timeoutBonusTimeMs: { min: secondMs, max: 24 * hourMs },
  adjustTimeMs: { min: -24 * hourMs, max: 24 * hourMs },

  startingLife: { min: 1, max: 9_999 },
  life: { min: -999, max: 9_999 },
  counter: { min: 0, max: 999 },
  commanderDamage: { min: 0, max: 999 },
  namedCountersMax: 4,
  counterNameGraphemesMax: 20,
  stormCount: { min: 0, max: 9_999 },
  penaltiesMax: 999,
  turnMax: 1_000_000,

  /** Entries on the interrupt stack. */
  stackMax: 32,
  diceSides: { min: 2, max: 999 },

  seatNameGraphemesMax: 32,
  gameNameGraphemesMax: 64,
  /** A grapheme may be built of many code points; no name is longer than this in UTF-16 units. */
  nameUnitsMax: 512,

  /** Longest credit for one tap, and how it follows from the round trip: min(max, share x rtt + base). */
  lagCreditMsMax: 1_000,
  lagCreditBaseMs: 150,
  lagCreditRttShare: 0.4,
  /** The quota a seat starts with and never exceeds, in credits. */
  lagQuotaStart: 3,
  lagQuotaMax: 7,

  /** Free time while away per time on the clock, under the drop policy `grace`. */
  dropGraceMs: 30 * secondMs,
  /** A seat whose holder is away this long is free; its tokens die with it. */
  seatAwayMs: hourMs,
  /** A host away this long is succeeded. */
  hostAwayMs: 5 * minuteMs,

  poisonAsk: 10,
  commanderDamageAsk: 21,
} as const;

/** A whole number within the range. NaN, fractions, infinities and other types are not. */
export const within = (value: unknown, range: Range): value is number =>
  Number.isSafeInteger(value) && (value as number) >= range.min && (value as number) <= range.max;

/** `given` was meant as a step from `was`: that step from what it is `now`, as far as the range goes. */
export const stepFrom = ({ min, max }: Range, now: number, [was, given]: readonly [number, number]): number =>
  Math.min(max, Math.max(min, now + given - was));
