// What kind of evening a seed stands for: the table, its people, and everything that goes wrong around it.
import type { BusFaults } from "./sim-bus.ts";
import type { Chance } from "./chance.ts";
import type { StoreFaults } from "./faulty-store.ts";
import type { Temper } from "./moves.ts";
import type { LineFaults } from "./wire.ts";

export interface Scenario {
  readonly kind: string;
  readonly servers: number;
  readonly players: number;
  readonly spectators: number;
  readonly settings: object;
  readonly temper: Temper;
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

const calm: Trouble = {
  kill: 0,
  drain: 0,
  sleep: 0,
  clock: 0,
  secondPage: 0,
  longAbsence: 0,
  wholeTable: 0,
  stall: 0,
  createTwice: 0,
  earlyGuest: 0,
  thief: 0,
};
const even: Temper = { interrupts: 6, targets: 4, deaths: 2, undos: 5, pauses: 3, rulings: 5, nonsense: 6 };
const onTimeouts = ["choice", "choice", "choice", "warning", "time-deduction", "game-loss"];

function casual(chance: Chance): { readonly playerCount: number } & Record<string, unknown> {
  return {
    playerCount: chance.between(2, 5),
    initialTime: chance.between(2_000, 40_000),
    bonusTime: chance.pick([0, 0, 2_000]),
    delayTime: chance.pick([0, 0, 1_500]),
    bronsteinTime: chance.pick([0, 0, 2_000]),
    onTimeout: chance.pick(onTimeouts),
    timeoutGracePeriod: chance.between(1_000, 15_000),
    timeoutBonusTime: chance.between(1_000, 20_000),
    dropPolicy: chance.pick(["charge", "grace", "pause"]),
    warningThresholds: [10_000, 5_000, 1_000],
    startingLife: chance.between(5, 25),
  };
}

function campaign(chance: Chance): Shape {
  const campaignPreset = chance.pick(["standard", "blitz", "endurance", "wastelands"]);
  const settings = {
    playerCount: chance.between(2, 3),
    mode: "campaign",
    campaignPreset,
    initialTime: chance.between(5_000, 60_000),
    warningThresholds: [5_000],
    onTimeout: chance.pick(onTimeouts),
    timeoutGracePeriod: 3_000,
  };
  const temper = { ...even, deaths: 50, undos: 1, targets: 1, interrupts: 1 };
  return { kind: "campaign", settings, temper, moves: campaignPreset === "endurance" ? 130 : 80 };
}

type Shape = Pick<Scenario, "kind"> & Partial<Scenario>;

function shapeOf(chance: Chance): Shape {
  const stormy: StoreFaults = { percent: chance.between(1, 15), slowPercent: chance.between(0, 10) };
  const torn: LineFaults = { latencyMsMax: chance.pick([20, 100, 400]), breakPerMille: chance.between(5, 40) };
  const lossy: BusFaults = { lossPercent: chance.between(0, 30), duplicatePercent: 10, delayMsMax: chance.pick([5, 60, 600]) };
  return chance.weighted<Shape>([
    [3, { kind: "table" }],
    [3, { kind: "stack", temper: { ...even, interrupts: 14, targets: 10, deaths: 4 }, settings: { ...casual(chance), playerCount: 5 } }],
    [
      2,
      {
        kind: "targets",
        temper: { ...even, interrupts: 2, targets: 60, deaths: 12, undos: 2 },
        settings: { ...casual(chance), playerCount: 5 },
      },
    ],
    [3, campaign(chance)],
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
    [2, { kind: "restarts", trouble: { ...calm, kill: 40, drain: 20, clock: 30 }, store: { percent: 2, slowPercent: 5 } }],
    [2, { kind: "absence", lines: torn, trouble: { ...calm, sleep: 40, longAbsence: 12, wholeTable: 6, clock: 10, stall: 20 } }],
    [2, { kind: "crowd", servers: 2, thinkMsMax: 60, bus: lossy, temper: { ...even, interrupts: 10, nonsense: 15 } }],
  ]);
}

export function scenarioFrom(chance: Chance): Scenario {
  const shape = shapeOf(chance);
  const settings = shape.settings ?? casual(chance);
  const { playerCount } = settings as { playerCount: number };
  return {
    servers: 1,
    players: Math.max(2, playerCount - chance.below(2)),
    spectators: chance.below(2),
    temper: even,
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
