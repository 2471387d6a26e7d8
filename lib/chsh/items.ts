// The questions, the modes, and ordered pairs of questions as indices 0..15. Plain facts that everything else counts with.

export type Item = "A" | "B" | "X" | "Y";
export type Mode = "simplified" | "classic";

export const items: readonly Item[] = ["A", "B", "X", "Y"];

/** Index of the ordered pair (slot 1's question, slot 2's question): 4 x first + second. */
export const pairIndex = (first: Item, second: Item): number => items.indexOf(first) * 4 + items.indexOf(second);
export const pairItems = (index: number): readonly [Item, Item] => [items[index >> 2] as Item, items[index & 3] as Item];
export const pairCount = 16;

interface Plan {
  /** Ordered pairs that are dealt. */
  readonly pairs: readonly number[];
  /** How often each is dealt before chance alone decides. */
  readonly repeats: number;
}

const allPairs: readonly number[] = Array.from({ length: pairCount }, (_, index) => index);
const crossPairs: readonly number[] = [pairIndex("A", "X"), pairIndex("A", "Y"), pairIndex("B", "X"), pairIndex("B", "Y")];

export const plans: Readonly<Record<Mode, Plan>> = {
  simplified: { pairs: crossPairs, repeats: 4 },
  classic: { pairs: allPairs, repeats: 2 },
};

/** B with Y, in either order, must be answered differently to win; everything else the same. */
const oppositeWins: ReadonlySet<number> = new Set([pairIndex("B", "Y"), pairIndex("Y", "B")]);
export const isWin = (pair: number, isSame: boolean): boolean => oppositeWins.has(pair) !== isSame;
