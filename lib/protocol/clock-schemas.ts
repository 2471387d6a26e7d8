// The clock game's messages: exact shapes of every command and setting, in the ranges of its rules. What depends on the state of a game is
// decided by its rules, not here.
import { z } from "zod";
import type { Command } from "../game/commands.ts";
import { limits } from "../game/limits.ts";
import { type Settings, settingWords } from "../game/settings.ts";

const whole = ({ min, max }: { readonly min: number; readonly max: number }) => z.int().min(min).max(max);

const seat = z.int().min(1).max(limits.playerCount.max);
const forSeat = z.strictObject({ playerId: seat.optional() });
const aboutSeat = z.strictObject({ playerId: seat });
const forSeatInTurn = forSeat.extend({ turn: z.int().min(0).max(limits.turnMax).optional() });
/** More changes than a game can have. */
const version = z.int().min(0).max(1_000_000_000_000);
const nothing = z.strictObject({});
const name = z.string().max(1_000);
const seatKey = z.string().regex(new RegExp(`^[1-${limits.playerCount.max}]$`));
const damage = whole(limits.commanderDamage);

const settingFields = {
  playerCount: whole(limits.playerCount),
  mode: z.enum(settingWords.mode),
  campaignPreset: z.string().max(32).nullable(),
  initialTime: whole(limits.initialTimeMs),
  bonusTime: whole(limits.bonusTimeMs),
  delayTime: whole(limits.delayTimeMs),
  bronsteinTime: whole(limits.bronsteinTimeMs),
  handicaps: z.record(seatKey, whole(limits.handicapMs)),
  warningThresholds: z.array(whole(limits.warningThresholdMs)).max(limits.warningThresholdsMax),
  onTimeout: z.enum(settingWords.onTimeout),
  penaltyTimeDeduction: whole(limits.penaltyTimeDeductionMs),
  timeoutGracePeriod: whole(limits.timeoutGracePeriodMs),
  timeoutPenaltyLives: whole(limits.timeoutPenaltyLives),
  timeoutPenaltyDrunk: whole(limits.timeoutPenaltyDrunk),
  timeoutBonusTime: whole(limits.timeoutBonusTimeMs),
  startingLife: whole(limits.startingLife),
  dropPolicy: z.enum(settingWords.dropPolicy),
  listed: z.boolean(),
} as const satisfies Record<keyof Settings, z.ZodType>;

/** `settings` of `create`: every field optional. */
export const clockCreateSettings = z.strictObject(settingFields).partial();

/** `data` of `updateSettings`: those that change. */
const clockUpdateSettings = clockCreateSettings;

type FieldOf<Type extends Command["type"]> = Type extends "updateSettings"
  ? keyof Settings
  : Exclude<keyof Extract<Command, { readonly type: Type }>, "type">;

/** `data` by command type. A missing or extra type, or a field the command has and its `data` lacks, does not compile. */
export const clockCommands = {
  claim: aboutSeat,
  unclaim: nothing,
  start: nothing,
  pause: z.strictObject({ to: z.enum(["running", "paused"]).optional() }),
  reset: nothing,
  switch: aboutSeat,
  passTurn: forSeatInTurn,
  interrupt: forSeatInTurn,
  passPriority: forSeat,
  toggleTarget: aboutSeat,
  confirmTargets: forSeat,
  cancelTargeting: forSeat,
  passTargetPriority: forSeatInTurn,
  timeoutChoice: z.strictObject({ playerId: seat.optional(), choice: z.enum(["loseLives", "gainDrunk", "die"]) }),
  updatePlayer: z.strictObject({
    playerId: seat,
    name: name.optional(),
    color: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/)
      .optional(),
    life: whole(limits.life).optional(),
    counters: z.record(z.string().min(1).max(128), whole(limits.counter)).optional(),
    commanderDamage: z.record(seatKey, z.tuple([damage, damage])).optional(),
    source: seat.optional(),
  }),
  updateTable: z.strictObject({
    monarch: seat.nullish(),
    initiative: seat.nullish(),
    dayNight: z.enum(["day", "night"]).nullish(),
    stormCount: whole(limits.stormCount).optional(),
  }),
  adjustTime: z.strictObject({ playerId: seat, deltaMs: whole(limits.adjustTimeMs) }),
  addPenalty: aboutSeat,
  eliminate: aboutSeat,
  revive: aboutSeat,
  kick: aboutSeat,
  updateSettings: clockUpdateSettings,
  renameGame: z.strictObject({ name }),
  transferHost: aboutSeat,
  endGame: nothing,
  rollDice: z.strictObject({ playerId: seat.optional(), sides: whole(limits.diceSides) }),
  rollPlayOrder: nothing,
  randomStartPlayer: nothing,
  nextRound: nothing,
  undo: z.strictObject({ agree: z.boolean().optional(), v: version.optional() }),
} as const satisfies { readonly [Type in Command["type"]]: z.ZodType & { readonly shape: Record<FieldOf<Type>, z.ZodType> } };

/** The command a checked message stands for. */
export function clockCommand(type: string, data: object): Command {
  return (type === "updateSettings" ? { type, settings: data } : { ...data, type }) as Command;
}
