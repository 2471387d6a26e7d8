// Which questions a team gets next: first every pair of the mode equally often, in an order that chance decides, then chance alone.
import type { Dice } from "../game/random.ts";
import { type Mode, plans } from "./items.ts";

/** The pair dealt next, as an index. `dealt`: how often each pair was dealt. */
export function nextPair(mode: Mode, dealt: readonly number[], dice: Dice): number {
  const { pairs, repeats } = plans[mode];
  const short = pairs.filter((pair) => (dealt[pair] ?? 0) < repeats);
  const from = short.length > 0 ? short : pairs;
  return from[dice.roll(from.length) - 1] as number;
}
