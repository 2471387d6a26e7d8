// Fair draws from a seed that the shell drew: the same seed gives the same draws, so a replay decides the same.
export interface Dice {
  /** An even draw from 1..sides. */
  roll(sides: number): number;
}

const seedPattern = /^[0-9a-f]{32}$/;
const wordRange = 2 ** 32;
const warmUpRounds = 24;

/** A generator (xoshiro128++ family: 128 bits of state) over 32 hex digits. */
export function diceFrom(seed: string | undefined): Dice {
  if (seed === undefined || !seedPattern.test(seed)) throw new Error("dice need a drawn seed");
  let [a, b, c, d] = [0, 8, 16, 24].map((at) => Number.parseInt(seed.slice(at, at + 8), 16)) as [number, number, number, number];
  if ((a | b | c | d) === 0) a = 1;
  const turn = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
  const next = (): number => {
    const result = (turn((a + d) | 0, 7) + a) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = turn(d, 11);
    return result;
  };
  // A seed of few set bits needs some rounds before every bit of it counts.
  for (let round = 0; round < warmUpRounds; round += 1) next();
  return {
    roll(sides) {
      const even = wordRange - (wordRange % sides);
      let word = next();
      while (word >= even) word = next();
      return (word % sides) + 1;
    },
  };
}
