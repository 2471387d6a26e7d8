// Plays at random from numbers: one number makes one step, so that a run can be repeated, cut short and shrunk.
// It looks at the view only, and mostly says what may be legal.
import type { Command, SystemCommand } from "../../lib/game/commands.ts";
import type { DurationMs } from "../../lib/game/ids.ts";
import type { Settings } from "../../lib/game/settings.ts";
import type { View } from "../../lib/game/view.ts";

/** A small generator over 32 bits, for tests only. */
export function draws(seed: number): (below: number) => number {
  let word = (seed ^ 0x9e3779b9) | 0;
  return (below) => {
    word = (word + 0x6d2b79f5) | 0;
    let mixed = Math.imul(word ^ (word >>> 15), 1 | word);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export interface Step {
  readonly waitMs: DurationMs;
  /** `host`, a seat's letter, `V` for a spectator, `shell`. */
  readonly who: string;
  readonly say:
    | Command
    | { readonly type: "drops" }
    | { readonly type: "reconnects" }
    | { readonly type: "outage"; readonly agoMs: DurationMs };
  readonly rttMs: number;
}

export type Said = Exclude<Step["say"]["type"], SystemCommand["type"]>;

/** All times are multiples of this, ms. */
export interface Grain {
  readonly ms: number;
  readonly rtts: readonly number[];
}

const letters = "ABCDEFGH";

export function randomSettings(seed: number, grain: Grain): Partial<Settings> {
  const draw = draws(seed);
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
  const ms = (steps: number) => steps * grain.ms;
  const campaign = draw(4) === 0;
  return {
    playerCount: 2 + draw(draw(3) === 0 ? 7 : 3),
    ...(campaign && { mode: "campaign", campaignPreset: pick(["standard", "blitz", "endurance", "wastelands"]) }),
    initialTime: Math.max(1_000, ms(pick([20, 60, 120, 400, 1_200]))),
    bonusTime: ms(pick([0, 0, 2, 10])),
    delayTime: ms(pick([0, 0, 3, 8])),
    bronsteinTime: ms(pick([0, 0, 4])),
    handicaps: draw(3) === 0 ? { 1: ms(4), 2: ms(8) } : {},
    warningThresholds: pick([[], [10_000], [60_000, 30_000]]),
    onTimeout: pick(["choice", "choice", "warning", "time-deduction", "game-loss"]),
    penaltyTimeDeduction: ms(10),
    timeoutGracePeriod: Math.max(1_000, ms(pick([10, 30]))),
    timeoutBonusTime: Math.max(1_000, ms(pick([8, 60]))),
    startingLife: pick([3, 10, 20]),
    dropPolicy: pick(["charge", "charge", "grace", "pause"]),
  };
}

const waits: readonly (readonly [weight: number, most: number])[] = [
  [30, 1],
  [40, 12],
  [20, 60],
  [6, 300],
  [2, 2_000],
  // With a grain of 250 ms up to 100 minutes: an hour after which seats are freed.
  [1, 24_000],
];

function waitOf(draw: (below: number) => number, grain: Grain): DurationMs {
  let at = draw(waits.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, most] of waits) {
    if (at < weight) return draw(most + 1) * grain.ms;
    at -= weight;
  }
  throw new Error("weights do not add up");
}

/** Somebody who may well be heard: the seat that acts next more often than others. */
function speaker(draw: (below: number) => number, view: View): string {
  const running = view.running[draw(Math.max(1, view.running.length))];
  const chance = draw(10);
  if (chance < 6 && running !== undefined) return letters[running - 1] ?? "A";
  if (chance < 7) return "host";
  if (chance < 8 && draw(4) === 0) return "V";
  return letters[draw(view.players.length)] ?? "A";
}

type Maker = (draw: (below: number) => number, view: View) => Step["say"];

const anySeat = (draw: (below: number) => number, view: View): number => 1 + draw(view.players.length);
const about =
  (type: "claim" | "switch" | "toggleTarget" | "addPenalty" | "eliminate" | "revive" | "kick" | "transferHost"): Maker =>
  (draw, view) => ({ type, playerId: anySeat(draw, view) });
const acting =
  (type: "passTurn" | "interrupt" | "passPriority" | "passTargetPriority"): Maker =>
  (draw, view) =>
    draw(8) === 0 ? { type, playerId: anySeat(draw, view) } : { type };
const bare =
  (
    type: "unclaim" | "start" | "reset" | "confirmTargets" | "cancelTargeting" | "nextRound" | "randomStartPlayer" | "drops" | "reconnects",
  ): Maker =>
  () => ({ type });

const pause: Maker = (draw) => (draw(2) === 0 ? { type: "pause" } : { type: "pause", to: draw(2) === 0 ? "running" : "paused" });

const life: Maker = (draw, view) => {
  const playerId = anySeat(draw, view);
  const now = view.players[playerId - 1]?.life ?? 0;
  const source = draw(2) === 0 ? { source: anySeat(draw, view) } : {};
  const lost = draw(5) - 1;
  // Some are steps, by somebody who does not know yet that another has taken one as well.
  const was = lost > 1 ? { was: { life: now + 1 } } : {};
  return { type: "updatePlayer", playerId, life: Math.max(-999, now - lost), ...source, ...was };
};

/** Somebody who is asked dies, if he or the host says so. */
const fatal: Maker = (draw, view) => {
  const playerId = view.awaitingPriority[draw(view.awaitingPriority.length)] ?? 1;
  return { type: "updatePlayer", playerId, life: 0 };
};

const choice: Maker = (draw) => ({ type: "timeoutChoice", choice: (["loseLives", "gainDrunk", "die"] as const)[draw(3)] ?? "die" });
const undo: Maker = (draw) => (draw(3) === 0 ? { type: "undo", agree: draw(3) > 0 } : { type: "undo" });
const adjust =
  (grain: Grain): Maker =>
  (draw, view) => ({ type: "adjustTime", playerId: anySeat(draw, view), deltaMs: (draw(200) - 120) * grain.ms });

function makers(grain: Grain, view: View): readonly (readonly [number, Maker])[] {
  const pending = view.players.some((player) => player.timeoutPending);
  const asked = view.awaitingPriority.length > 0;
  const stacked = view.interruptingPlayers.length > 0;
  const idle = view.status !== "running";
  return [
    [idle ? 2 : 20, acting("passTurn")],
    [idle ? 0 : 10, acting("interrupt")],
    [stacked ? 20 : 1, acting("passPriority")],
    [idle ? 0 : 10, about("toggleTarget")],
    [view.targetedPlayers.length > 1 ? 12 : 3, bare("confirmTargets")],
    [view.targetingState === "none" ? 0 : 2, bare("cancelTargeting")],
    [asked ? 16 : 1, acting("passTargetPriority")],
    [pending ? 14 : 1, choice],
    [8, life],
    [view.awaitingPriority.length > 1 ? 12 : 0, fatal],
    [idle ? 20 : 1, bare("start")],
    [idle ? 6 : 3, pause],
    [1, bare("reset")],
    [2, about("switch")],
    [3, adjust(grain)],
    [1, about("addPenalty")],
    [1, about("eliminate")],
    [2, about("revive")],
    [1, about("kick")],
    [3, about("claim")],
    [1, bare("unclaim")],
    [1, about("transferHost")],
    [3, bare("drops")],
    [5, bare("reconnects")],
    [4, undo],
    [view.status === "finished" && view.campaign ? 20 : 0, bare("nextRound")],
    [view.status === "waiting" ? 1 : 0, bare("randomStartPlayer")],
    [1, (draw) => ({ type: "outage", agoMs: draw(50) * grain.ms })],
  ];
}

/** The step that this number stands for at this table. */
export function stepOf(number: number, view: View, grain: Grain): Step {
  const draw = draws(number);
  const waitMs = waitOf(draw, grain);
  const who = speaker(draw, view);
  const weighted = makers(grain, view);
  let at = draw(weighted.reduce((sum, [weight]) => sum + weight, 0));
  const rttMs = grain.rtts[draw(grain.rtts.length)] ?? 0;
  for (const [weight, maker] of weighted) {
    if (at < weight) return { waitMs, who, say: maker(draw, view), rttMs };
    at -= weight;
  }
  throw new Error("weights do not add up");
}
