// The clock as the simulator plays it: tables and campaigns, what their players do, and what such evenings must reach.
import { permissions } from "../../lib/game/authorise.ts";
import { brokenInvariants } from "../../lib/game/invariants.ts";
import type { State } from "../../lib/game/state.ts";
import { hosted } from "../../lib/gateway/hosted-game.ts";
import { clockGame } from "../../lib/protocol/clock-game.ts";
import type { Table } from "../../public/app/model/model.ts";
import type { Look } from "./census.ts";
import type { Chance } from "./chance.ts";
import { Mover, type Temper } from "./moves.ts";
import { type Shape, troubledShapes, weatherOf } from "./scenario.ts";
import type { SimGame } from "./sim-game.ts";

const moverOf = (temper: Temper) => (chance: Chance) => new Mover(chance, temper);
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
  return { kind: "campaign", settings, mover: moverOf(temper), moves: campaignPreset === "endurance" ? 130 : 80 };
}

function shape(chance: Chance): Shape {
  const weather = weatherOf(chance);
  return chance.weighted<Shape>([
    [3, { kind: "table" }],
    [
      3,
      {
        kind: "stack",
        mover: moverOf({ ...even, interrupts: 14, targets: 10, deaths: 4 }),
        settings: { ...casual(chance), playerCount: 5 },
      },
    ],
    [
      2,
      {
        kind: "targets",
        mover: moverOf({ ...even, interrupts: 2, targets: 60, deaths: 12, undos: 2 }),
        settings: { ...casual(chance), playerCount: 5 },
      },
    ],
    [3, campaign(chance)],
    ...troubledShapes(weather, moverOf({ ...even, interrupts: 10, nonsense: 15 })),
  ]);
}

function lookAt({ change, before: was, eventsOf }: Look, count: (name: string) => void): void {
  const state = change.state as State;
  const before = was as State | null;
  const { past, command } = change.record;
  for (const event of change.events) lookAtEvent(event, state, count);
  if (before === null) return;
  if (state.stack.length >= 3 && before.stack.length < 3) count("stacks at least 3 deep");
  if (diedWhileAsked(before, state)) count("a target died while others still answered");
  if (choiceWaits(before) && choiceWaits(state) && before.status === "paused" && state.status === "running")
    count("a timed choice over a pause");
  const undone = change.events.some((event) => event.type === "undone");
  if (undone && past?.type === "wake" && eventsOf(past.v).some((event) => event.type === "timeout")) count("a flag fall undone");
  if (command.type === "outage" && before.status === "running") count("restarts with running clocks");
}

function lookAtEvent(event: { readonly type: string; readonly data: object }, state: State, count: (name: string) => void): void {
  const data = event.data as { readonly by?: string; readonly forced?: boolean };
  if (event.type === "timeout") count("flag falls");
  if (event.type === "timeoutChoice" && data.forced === true) count("choices forced by time");
  if (event.type === "campaignComplete") count(`campaign ended: ${state.campaign?.preset ?? "?"}`);
  if (event.type === "hostChanged") count("hosts succeeded");
  if (event.type === "seatFreed") count("seats freed after an hour");
  if (event.type === "gamePaused" && data.by === "drop") count("games paused by a drop");
  if (event.type === "roundStarted") count("rounds started");
}

const choiceWaits = (state: State): boolean => state.seats.some((seat) => seat.choiceLeftMs !== null);

function diedWhileAsked(before: State, after: State): boolean {
  if (before.targeting !== "resolving" || after.targeting !== "resolving" || before.awaiting.length < 2) return false;
  return before.awaiting.some((id) => before.seats[id - 1]?.dead === false && after.seats[id - 1]?.dead === true);
}

/** Nobody plays on after it: the simulator's evenings end by themselves. */
const unplayed: ReadonlySet<string> = new Set(["endGame"]);

const mustReach: readonly string[] = [
  // A command that moves.ts never says would be simulated nowhere.
  ...Object.keys(permissions)
    .filter((type) => !unplayed.has(type))
    .map((type) => `change: ${type}`),
  "stacks at least 3 deep",
  "a target died while others still answered",
  "a timed choice over a pause",
  "a flag fall undone",
  "campaign ended: standard",
  "campaign ended: blitz",
  "campaign ended: endurance",
  "campaign ended: wastelands",
  "restarts with running clocks",
  "flag falls",
  "choices forced by time",
  "hosts succeeded",
  "seats freed after an hour",
  "games paused by a drop",
];

const game = hosted(clockGame);

export const clockEvening: SimGame = {
  game,
  mustReach,
  settings: casual,
  shape,
  mover: moverOf(even),
  players: (settings, chance) => Math.max(2, (settings as { readonly playerCount: number }).playerCount - chance.below(2)),
  isHost({ name, seat, table }) {
    const host = (table as Table | null)?.hostPlayer ?? null;
    return host === null ? name === "p1" : host === seat;
  },
  broken: (state) => brokenInvariants(state as State),
  audiences: () => ["all"],
  audienceShown: () => "all",
  given: () => [],
  look: lookAt,
};
