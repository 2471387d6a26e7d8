// Running sums of one team's complete rounds: all that its figures need, whatever the number of rounds.
import { type Item, items, pairCount, pairIndex } from "./items.ts";

/** Counts by ordered pair of questions (16) and by question (4: A, B, X, Y). */
export interface Sums {
  /** Complete rounds by pair. */
  readonly rounds: readonly number[];
  /** Rounds with the same answer, by pair. */
  readonly same: readonly number[];
  /** Answers "true" and all answers, by question, both slots. */
  readonly trues: readonly number[];
  readonly answers: readonly number[];
  /** Of those, the ones in rounds in which both had the same question. */
  readonly sameItemTrues: readonly number[];
  readonly sameItemAnswers: readonly number[];
}

const zeros = (count: number): readonly number[] => Array.from({ length: count }, () => 0);

export const noSums: Sums = {
  rounds: zeros(pairCount),
  same: zeros(pairCount),
  trues: zeros(items.length),
  answers: zeros(items.length),
  sameItemTrues: zeros(items.length),
  sameItemAnswers: zeros(items.length),
};

export interface CompleteRound {
  readonly questions: readonly [Item, Item];
  readonly answers: readonly [boolean, boolean];
}

function plus(list: readonly number[], at: number, count: number): readonly number[] {
  if (count === 0) return list;
  const copy = list.slice();
  copy[at] = (copy[at] ?? 0) + count;
  return copy;
}

/** The sums with one more round. */
export function addRound(sums: Sums, { questions, answers }: CompleteRound): Sums {
  const [first, second] = questions;
  const pair = pairIndex(first, second);
  const [i, j] = [items.indexOf(first), items.indexOf(second)];
  const [p, q] = [Number(answers[0]), Number(answers[1])];
  const both = i === j ? p + q : 0;
  return {
    rounds: plus(sums.rounds, pair, 1),
    same: plus(sums.same, pair, p === q ? 1 : 0),
    trues: plus(plus(sums.trues, i, p), j, q),
    answers: plus(plus(sums.answers, i, 1), j, 1),
    sameItemTrues: plus(sums.sameItemTrues, i, both),
    sameItemAnswers: plus(sums.sameItemAnswers, i, i === j ? 2 : 0),
  };
}
