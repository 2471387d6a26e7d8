// What kind of evening a seed stands for: its people, and everything that goes wrong around them. What they play is the game's.
import type { BusFaults } from "./sim-bus.ts";
import type { Chance } from "./chance.ts";
import type { StoreFaults } from "./faulty-store.ts";
import type { Mover, SimGame } from "./sim-game.ts";
import type { LineFaults } from "./wire.ts";

export interface Scenario {
  readonly kind: string;
  readonly servers: number;
  readonly players: number;
  readonly spectators: number;
  readonly settings: object;
  /** What its players do. */
  readonly mover: (chance: Chance) => Mover;
  /** Commands that the players give in all. */
  readonly moves: number;
  /** Longest time a player thinks, ms. */
  readonly thinkMsMax: number;
  readonly store: StoreFaults;
  readonly bus: BusFaults;
  readonly lines: LineFaults;
  /** In a thousand moves, how often each of these happens. */
  readonly trouble: Trouble;
  /** The store announces in its own atomic step, before its answer arrives, as Redis does. */
  readonly storeAnnounces: boolean;
}

export interface Trouble {
  readonly kill: number;
  readonly drain: number;
  readonly sleep: number;
  readonly clock: number;
  /** Of a server that is alone: it does nothing for a while. */
  readonly standstill: number;
  /** Of a server that is alone: nothing can be saved for a while. */
  readonly full: number;
  readonly secondPage: number;
  readonly longAbsence: number;
  readonly stall: number;
  readonly createTwice: number;
  /** Everybody is away for more than an hour. */
  readonly wholeTable: number;
  /** In a hundred evenings: somebody comes in by the code while the game is being made. */
  readonly earlyGuest: number;
  /** In a thousand reconnects of a simple page: it shows a key that is out of use, as a thief would. */
  readonly thief: number;
}

export const calm: Trouble = {
  kill: 0,
  drain: 0,
  sleep: 0,
  clock: 0,
  standstill: 0,
  full: 0,
  secondPage: 0,
  longAbsence: 0,
  wholeTable: 0,
  stall: 0,
  createTwice: 0,
  earlyGuest: 0,
  thief: 0,
};
/** An evening as a game describes it: whatever is left out is usual. */
export type Shape = Pick<Scenario, "kind"> & Partial<Scenario>;

/** How bad things are when they are bad. */
export interface Weather {
  readonly stormy: StoreFaults;
  readonly torn: LineFaults;
  readonly lossy: BusFaults;
}

export const weatherOf = (chance: Chance): Weather => ({
  stormy: { percent: chance.between(1, 15), slowPercent: chance.between(0, 10) },
  torn: { latencyMsMax: chance.pick([20, 100, 400]), breakPerMille: chance.between(5, 40) },
  lossy: { lossPercent: chance.between(0, 30), duplicatePercent: 10, delayMsMax: chance.pick([5, 60, 600]) },
});

/** Evenings that are about what goes wrong, the same for every game. `busy`: players who do more nonsense than usual. */
export const troubledShapes = ({ stormy, torn, lossy }: Weather, busy: Scenario["mover"]): readonly (readonly [number, Shape])[] => [
  [
    3,
    {
      kind: "storm",
      store: stormy,
      lines: torn,
      trouble: { ...calm, kill: 15, drain: 5, sleep: 15, secondPage: 15, createTwice: 300, earlyGuest: 50, thief: 500 },
    },
  ],
  [
    4,
    {
      kind: "twins",
      servers: 2,
      store: stormy,
      lines: torn,
      bus: lossy,
      trouble: { ...calm, kill: 10, drain: 6, sleep: 10, secondPage: 12, earlyGuest: 30, thief: 500 },
    },
  ],
  [2, { kind: "restarts", trouble: { ...calm, kill: 40, drain: 20, clock: 30, standstill: 30 }, store: { percent: 2, slowPercent: 5 } }],
  [2, { kind: "full", trouble: { ...calm, kill: 4, sleep: 10, standstill: 4, full: 40 }, store: { percent: 2, slowPercent: 5 } }],
  [2, { kind: "absence", lines: torn, trouble: { ...calm, sleep: 40, longAbsence: 12, wholeTable: 6, clock: 10, stall: 20 } }],
  [2, { kind: "crowd", servers: 2, thinkMsMax: 60, bus: lossy, mover: busy }],
];

export function scenarioFrom(chance: Chance, game: SimGame): Scenario {
  const shape = game.shape(chance);
  const settings = shape.settings ?? game.settings(chance);
  return {
    servers: 1,
    players: game.players(settings, chance),
    spectators: chance.below(2),
    mover: game.mover,
    moves: chance.between(20, 60),
    thinkMsMax: chance.pick([400, 2_000, 6_000]),
    store: { percent: 0, slowPercent: 0 },
    bus: { lossPercent: 0, duplicatePercent: 0, delayMsMax: 5 },
    lines: { latencyMsMax: 40, breakPerMille: 1 },
    trouble: calm,
    storeAnnounces: chance.hit(50),
    ...shape,
    settings,
  };
}
