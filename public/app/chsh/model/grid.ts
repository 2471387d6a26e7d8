// The 4 x 4 table of one team: by the questions of slot 1 (rows) and slot 2 (columns), how often they answered the same. Pure.
import { type Item, items, pairIndex } from "../../../../lib/chsh/items.ts";
import type { HostTeam } from "../../../../lib/chsh/view.ts";

export interface GridCell {
  readonly second: Item;
  readonly rounds: number;
  readonly same: number;
  /** Mean of +1 for the same answer and -1 for different ones; null without data. */
  readonly mean: number | null;
}

export interface GridRow {
  readonly first: Item;
  readonly cells: readonly GridCell[];
}

export function gridOf({ pairRounds, pairSame }: HostTeam): readonly GridRow[] {
  const cell = (first: Item, second: Item): GridCell => {
    const index = pairIndex(first, second);
    const [rounds, same] = [pairRounds[index] ?? 0, pairSame[index] ?? 0];
    return { second, rounds, same, mean: rounds === 0 ? null : (2 * same - rounds) / rounds };
  };
  return items.map((first) => ({ first, cells: items.map((second) => cell(first, second)) }));
}
