// The clock game's messages: exact shapes and ranges of every command and setting. What depends on the state of a game is
// decided by its rules, not here.
import { z } from "zod";
import type { Command } from "../game/commands.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const seat = z.int().min(1).max(8);
const forSeat = z.strictObject({ playerId: seat.optional() });
const aboutSeat = z.strictObject({ playerId: seat });
const nothing = z.strictObject({});
const name = z.string().max(1_000);
const seatKey = z.string().regex(/^[1-8]$/);
const damage = z.int().min(0).max(999);

const settingFields = {
  playerCount: z.int().min(2).max(8),
  mode: z.enum(["casual", "campaign"]),
  campaignPreset: z.string().max(32).nullable(),
  initialTime: z.int().min(1_000).max(dayMs),
  bonusTime: z
    .int()
    .min(0)
    .max(5 * minuteMs),
  delayTime: z.int().min(0).max(minuteMs),
  bronsteinTime: z.int().min(0).max(minuteMs),
  handicaps: z.record(seatKey, z.int().min(-dayMs).max(dayMs)),
  warningThresholds: z.array(z.int().min(1_000).max(dayMs)).max(10),
  onTimeout: z.enum(["choice", "warning", "time-deduction", "game-loss"]),
  penaltyTimeDeduction: z.int().min(0).max(dayMs),
  timeoutGracePeriod: z
    .int()
    .min(1_000)
    .max(10 * minuteMs),
  timeoutPenaltyLives: z.int().min(0).max(999),
  timeoutPenaltyDrunk: z.int().min(0).max(999),
  timeoutBonusTime: z.int().min(1_000).max(dayMs),
  startingLife: z.int().min(1).max(9_999),
  dropPolicy: z.enum(["charge", "grace", "pause"]),
  listed: z.boolean(),
};

/** `settings` of `create`: every field optional. */
export const clockCreateSettings = z.strictObject(settingFields).partial();

/** `data` of `updateSettings`: those that change. */
const clockUpdateSettings = clockCreateSettings;

/** `data` by command type. A missing or extra type does not compile. */
export const clockCommands = {
  claim: aboutSeat,
  unclaim: nothing,
  start: nothing,
  pause: z.strictObject({ to: z.enum(["running", "paused"]).optional() }),
  reset: nothing,
  switch: aboutSeat,
  passTurn: forSeat,
  interrupt: forSeat,
  passPriority: forSeat,
  toggleTarget: aboutSeat,
  confirmTargets: forSeat,
  cancelTargeting: forSeat,
  passTargetPriority: forSeat,
  timeoutChoice: z.strictObject({ playerId: seat.optional(), choice: z.enum(["loseLives", "gainDrunk", "die"]) }),
  updatePlayer: z.strictObject({
    playerId: seat,
    name: name.optional(),
    color: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/)
      .optional(),
    life: z.int().min(-999).max(9_999).optional(),
    counters: z.record(z.string().min(1).max(128), z.int().min(0).max(999)).optional(),
    commanderDamage: z.record(seatKey, z.tuple([damage, damage])).optional(),
    source: seat.optional(),
  }),
  updateTable: z.strictObject({
    monarch: seat.nullish(),
    initiative: seat.nullish(),
    dayNight: z.enum(["day", "night"]).nullish(),
    stormCount: z.int().min(0).max(9_999).optional(),
  }),
  adjustTime: z.strictObject({ playerId: seat, deltaMs: z.int().min(-dayMs).max(dayMs) }),
  addPenalty: aboutSeat,
  eliminate: aboutSeat,
  revive: aboutSeat,
  kick: aboutSeat,
  updateSettings: clockUpdateSettings,
  renameGame: z.strictObject({ name }),
  transferHost: aboutSeat,
  endGame: nothing,
  rollDice: z.strictObject({ playerId: seat.optional(), sides: z.int().min(2).max(999) }),
  rollPlayOrder: nothing,
  randomStartPlayer: nothing,
  nextRound: nothing,
  undo: z.strictObject({ agree: z.boolean().optional() }),
} as const satisfies Record<Command["type"], z.ZodType>;

/** The command a checked message stands for. */
export function clockCommand(type: string, data: object): Command {
  return (type === "updateSettings" ? { type, settings: data } : { ...data, type }) as Command;
}
