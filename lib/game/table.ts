// Chance at the table: dice, the order of play, who begins. The shell drew the seed; the rules only spend it.
import type { Draw } from "./contract.ts";
import { type Draft, type Outcome, refuse } from "./draft.ts";
import type { SeatId } from "./ids.ts";
import { limits, within } from "./limits.ts";
import { type Dice, diceFrom } from "./random.ts";

const orderDieSides = 20;

export function rollDice(
  draft: Draft,
  { sides, by, draw }: { readonly sides: number; readonly by: SeatId | null; readonly draw: Draw },
): Outcome {
  if (!within(sides, limits.diceSides)) return refuse("bad-message", "sides");
  draft.events.push({ type: "diceRolled", data: { playerId: by, sides, result: diceFrom(draw.seed).roll(sides) } });
  return null;
}

interface Rolled {
  readonly playerId: SeatId;
  readonly rolls: number[];
}

/** Orders these seats by a D20 each, highest first; whoever ties rolls again among themselves. */
function ordered(rolled: readonly Rolled[], dice: Dice): readonly Rolled[] {
  if (rolled.length < 2) return rolled;
  const byResult = new Map<number, Rolled[]>();
  for (const one of rolled) {
    const result = dice.roll(orderDieSides);
    one.rolls.push(result);
    byResult.set(result, [...(byResult.get(result) ?? []), one]);
  }
  const results = [...byResult.keys()].sort((left, right) => right - left);
  return results.flatMap((result) => ordered(byResult.get(result) ?? [], dice));
}

/** Rolls for the order of play; who rolled highest begins. */
export function rollPlayOrder(draft: Draft, draw: Draw): Outcome {
  const { state } = draft;
  const rolls = state.seats.map((seat) => ({ playerId: seat.id, rolls: [] as number[] }));
  state.order = ordered(rolls, diceFrom(draw.seed)).map((one) => one.playerId);
  state.active = state.order[0] ?? null;
  draft.events.push({ type: "playOrderRolled", data: { rolls, order: state.order } });
  return null;
}

export function randomStartPlayer(draft: Draft, draw: Draw): Outcome {
  const { state } = draft;
  const first = state.seats[diceFrom(draw.seed).roll(state.seats.length) - 1];
  if (first === undefined) throw new Error("a draw outside of the table");
  state.active = first.id;
  draft.events.push({ type: "randomPlayerSelected", data: { playerId: first.id } });
  return null;
}
