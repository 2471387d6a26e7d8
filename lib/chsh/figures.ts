// The statistics of one team, each a value with its standard error, from running sums. Pure arithmetic; the formulas are
// those of the game's description. A figure whose terms have no data is null, shown as "no data".
import { isWin, items, type Item, pairIndex, plans, type Mode, pairCount } from "./items.ts";
import type { Sums } from "./sums.ts";

export interface Figure {
  readonly value: number;
  /** One standard deviation; null when a term has no data and the error is infinite. */
  readonly sigma: number | null;
}

export interface Figures {
  readonly rounds: number;
  readonly trace: Figure | null;
  readonly chsh: Figure | null;
  readonly balance: Figure | null;
  readonly balancedTrace: Figure | null;
  readonly success: Figure | null;
  readonly normalised: Figure | null;
  readonly cross: Figure | null;
  readonly responseBalance: number | null;
  /** Every pair of the mode was dealt often enough: only such teams compete. */
  readonly enough: boolean;
}

const at = (list: readonly number[], index: number): number => list[index] ?? 0;
const total = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0);
/** S: same answers minus different ones. */
const contrast = (sums: Sums, pair: number): number => 2 * at(sums.same, pair) - at(sums.rounds, pair);

function sigmaOf(weight: number, variances: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const variance of variances) {
    if (variance === null) return null;
    sum += variance;
  }
  return weight * Math.sqrt(sum);
}

const inverse = (count: number): number | null => (count === 0 ? null : 1 / count);

function traceOf(sums: Sums): Figure | null {
  const pairs = items.map((item) => pairIndex(item, item));
  if (pairs.every((pair) => at(sums.rounds, pair) === 0)) return null;
  const mean = pairs.reduce((sum, pair) => sum + (at(sums.rounds, pair) === 0 ? 0 : contrast(sums, pair) / at(sums.rounds, pair)), 0) / 4;
  return {
    value: Math.abs(mean),
    sigma: sigmaOf(
      1 / 4,
      pairs.map((pair) => inverse(at(sums.rounds, pair))),
    ),
  };
}

interface Term {
  readonly sign: 1 | -1;
  readonly pairs: readonly [number, number];
}

const term = (first: Item, second: Item, sign: 1 | -1): Term => ({ sign, pairs: [pairIndex(first, second), pairIndex(second, first)] });
const chshTerms: readonly Term[] = [term("A", "X", 1), term("A", "Y", 1), term("B", "X", 1), term("B", "Y", -1)];

const pooled = (list: readonly number[], { pairs }: Term): number => at(list, pairs[0]) + at(list, pairs[1]);

function chshOf(sums: Sums): Figure | null {
  const counts = chshTerms.map((one) => pooled(sums.rounds, one));
  if (counts.every((count) => count === 0)) return null;
  const value = chshTerms.reduce((sum, one, i) => {
    const count = at(counts, i);
    const s = contrast(sums, one.pairs[0]) + contrast(sums, one.pairs[1]);
    return count === 0 ? sum : sum + (one.sign * s) / count;
  }, 0);
  return { value, sigma: sigmaOf(1, counts.map(inverse)) };
}

function balanceOf(sums: Sums): Figure | null {
  const seen = items.map((_, i) => i).filter((i) => at(sums.sameItemAnswers, i) > 0);
  if (seen.length === 0) return null;
  const value = seen.reduce((sum, i) => {
    const count = at(sums.sameItemAnswers, i);
    return sum + 1 - Math.abs(2 * at(sums.sameItemTrues, i) - count) / count;
  }, 0);
  return {
    value: value / seen.length,
    sigma: sigmaOf(
      1 / seen.length,
      seen.map((i) => 4 / at(sums.sameItemAnswers, i)),
    ),
  };
}

function balancedTraceOf(trace: Figure | null, balance: Figure | null): Figure | null {
  if (trace === null || balance === null) return null;
  const square = (sigma: number | null) => (sigma === null ? null : sigma * sigma);
  return { value: (trace.value + balance.value) / 2, sigma: sigmaOf(1 / 2, [square(trace.sigma), square(balance.sigma)]) };
}

const winsOf = (sums: Sums, pair: number): number =>
  isWin(pair, true) ? at(sums.same, pair) : at(sums.rounds, pair) - at(sums.same, pair);

function successOf(sums: Sums): Figure | null {
  const rounds = total(sums.rounds);
  if (rounds === 0) return null;
  let wins = 0;
  for (let pair = 0; pair < pairCount; pair += 1) wins += winsOf(sums, pair);
  const p = wins / rounds;
  return { value: p, sigma: Math.sqrt((p * (1 - p)) / rounds) };
}

function crossOf(sums: Sums): Figure | null {
  const seen = chshTerms
    .map((one) => ({ count: pooled(sums.rounds, one), wins: winsOf(sums, one.pairs[0]) + winsOf(sums, one.pairs[1]) }))
    .filter(({ count }) => count > 0);
  if (seen.length === 0) return null;
  const shares = seen.map(({ count, wins }) => ({ p: wins / count, count }));
  const value = shares.reduce((sum, { p }) => sum + p, 0) / seen.length;
  return {
    value,
    sigma: sigmaOf(
      1 / seen.length,
      shares.map(({ p, count }) => (p * (1 - p)) / count),
    ),
  };
}

function responseBalanceOf(sums: Sums): number | null {
  const seen = items.map((_, i) => i).filter((i) => at(sums.answers, i) > 0);
  if (seen.length === 0) return null;
  const share = (i: number) => (2 * Math.min(at(sums.trues, i), at(sums.answers, i) - at(sums.trues, i))) / at(sums.answers, i);
  return seen.reduce((sum, i) => sum + share(i), 0) / seen.length;
}

/** All figures of a team. `dealt`: how often each pair was dealt. */
export function figuresOf(sums: Sums, dealt: readonly number[], mode: Mode): Figures {
  const rounds = total(sums.rounds);
  const success = successOf(sums);
  const trace = mode === "classic" ? traceOf(sums) : null;
  const balance = mode === "classic" ? balanceOf(sums) : null;
  const { pairs, repeats } = plans[mode];
  return {
    rounds,
    trace,
    chsh: chshOf(sums),
    balance,
    balancedTrace: balancedTraceOf(trace, balance),
    success,
    normalised: success === null ? null : { value: 2 * success.value - 1, sigma: 2 / Math.sqrt(rounds) },
    cross: crossOf(sums),
    responseBalance: responseBalanceOf(sums),
    enough: pairs.every((pair) => at(dealt, pair) >= repeats),
  };
}
