// The only source of chance in a simulated run: everything is drawn from one seed, in one order.

export interface Chance {
  /** An even draw from 0..limit-1. */
  below(limit: number): number;
  /** An even draw from `least`..`most`, both included. */
  between(least: number, most: number): number;
  /** True in `percent` of all draws. */
  hit(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** One of the values, each as likely as its weight says. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T;
  /** A generator of its own, so that one part's draws do not shift another's. */
  fork(): Chance;
}

export function chanceFrom(seed: number): Chance {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) >>> 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => word() % limit;
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    hit: (percent) => below(1_000) < percent * 10,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    weighted(choices) {
      let left = below(Math.ceil(choices.reduce((sum, [weight]) => sum + weight, 0)));
      for (const [weight, value] of choices) {
        left -= weight;
        if (left < 0) return value;
      }
      throw new Error("weights without a sum");
    },
    fork: () => chanceFrom(word()),
  };
}
