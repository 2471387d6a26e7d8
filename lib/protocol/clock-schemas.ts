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
/** Dates end there. */
const lastInstant = 8_640_000_000_000_000;
const inTurn = {
  turn: z.int().min(0).max(limits.turnMax).describe("The turn it is meant for: in any other one it does nothing.").optional(),
  heardAt: z
    .int()
    .min(0)
    .max(lastInstant)
    .describe("The `serverTime` of the newest message its sender had heard of the game: after a later reset or next round it does nothing.")
    .optional(),
};
const forSeatInTurn = forSeat.extend(inTurn);
/** More changes than a game can have. */
const version = z.int().min(0).max(1_000_000_000_000);
const nothing = z.strictObject({});
const name = z.string().max(1_000);
const seatKey = z.string().regex(new RegExp(`^[1-${limits.playerCount.max}]$`));
const damage = whole(limits.commanderDamage);

const seatNumbers = {
  life: whole(limits.life).optional(),
  counters: z.record(z.string().min(1).max(128), whole(limits.counter)).optional(),
  commanderDamage: z.record(seatKey, z.tuple([damage, damage])).optional(),
};
const tableNumbers = { stormCount: whole(limits.stormCount).optional() };
const wasSays = "What the new numbers were for the sender: each that is named is a step, and what others have changed since stays.";

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

/** Who may, where it is a seat's own affair. */
const bySeat = "That seat; the host, by `playerId`, for one that nobody has claimed.";
const byActive = "Who has the turn; the host while nobody has claimed that seat.";
const byHost = "The host.";
const byTable = "The host, whoever has a seat.";

/**
 * `data` by command type, with what it does and who may, for the published description. A missing or extra type, or a field the command has
 * and its `data` lacks, does not compile.
 */
export const clockCommands = {
  claim: aboutSeat.describe("Take a free seat. Whoever watches and has none."),
  unclaim: nothing.describe("Leave the seat. Its holder."),
  start: nothing.describe(`Begin, or run on after a pause. ${byTable}`),
  pause: z
    .strictObject({ to: z.enum(["running", "paused"]).optional(), ...inTurn })
    .describe(
      `Stop the clocks or let them run on; with \`to\` nothing changes when it is so already, but a pause outlasts one for the absent. ${byTable}`,
    ),
  reset: nothing.describe(`Back to waiting with new clocks. ${byTable}`),
  switch: aboutSeat.describe("Give the turn to a living seat; while waiting: say who begins. The host; in play also who has the turn."),
  passTurn: forSeatInTurn.describe("The turn goes to the next living seat. Who has it, the host."),
  interrupt: forSeatInTurn.describe(`Take priority. ${bySeat}`),
  passPriority: forSeatInTurn.describe(`Give priority back: the top of the stack alone. ${bySeat}`),
  toggleTarget: aboutSeat.extend(inTurn).describe(`Choose who must answer, or take that back. ${byActive}`),
  confirmTargets: forSeatInTurn.describe(`Ask all who were chosen at once. ${byActive}`),
  cancelTargeting: forSeatInTurn.describe(`Ask nobody any more. ${byActive}`),
  passTargetPriority: forSeatInTurn.describe(`Done answering. ${bySeat}`),
  timeoutChoice: z
    .strictObject({ playerId: seat.optional(), choice: z.enum(["loseLives", "gainDrunk", "die"]), ...inTurn })
    .describe(`What a flag fall costs. ${bySeat}`),
  updatePlayer: z
    .strictObject({
      playerId: seat,
      name: name.optional(),
      color: z
        .string()
        .regex(/^#[0-9a-fA-F]{6}$/)
        .optional(),
      ...seatNumbers,
      source: seat.describe("Who dealt the damage; who acts when it is left out.").optional(),
      was: z.strictObject(seatNumbers).describe(wasSays).optional(),
    })
    .describe("Fields of one seat; those left out stay. Its holder, the host."),
  updateTable: z
    .strictObject({
      monarch: seat.nullish(),
      initiative: seat.nullish(),
      dayNight: z.enum(["day", "night"]).nullish(),
      ...tableNumbers,
      was: z.strictObject(tableNumbers).describe(wasSays).optional(),
    })
    .describe(`What the whole table has one of, in play; null: nobody, neither. ${byTable}`),
  adjustTime: z
    .strictObject({ playerId: seat, deltaMs: whole(limits.adjustTimeMs) })
    .describe("Give to a bank or take from it, not his own, until the game is over. The host."),
  addPenalty: aboutSeat.describe(`In play. ${byHost}`),
  eliminate: aboutSeat.describe(`In play. ${byHost}`),
  revive: aboutSeat.describe(`In play. ${byHost}`),
  kick: aboutSeat.describe(`Free a seat and send its holder away. ${byHost}`),
  updateSettings: clockUpdateSettings.describe(`Settings that change. ${byHost}`),
  renameGame: z.strictObject({ name }).describe(byHost),
  transferHost: aboutSeat.describe(`To a claimed seat, unless its holder is gone for 5 minutes. ${byHost}`),
  endGame: nothing.describe(`Close the table for all. ${byHost}`),
  rollDice: z.strictObject({ playerId: seat.optional(), sides: whole(limits.diceSides) }).describe(bySeat),
  rollPlayOrder: nothing.describe(`While waiting: each seat rolls a D20, highest first. ${byHost}`),
  randomStartPlayer: nothing.describe(`While waiting: draw who begins. ${byHost}`),
  nextRound: nothing.describe(`Of a campaign, when a round is over. ${byHost}`),
  undo: z
    .strictObject({
      agree: z.boolean().optional(),
      v: version.describe("The newest change that the sender knew, or the one he answers for; nothing newer is taken back.").optional(),
    })
    .describe(`Take back the newest change, or ask for it; \`agree\` answers who has asked. ${byTable}`),
} as const satisfies { readonly [Type in Command["type"]]: z.ZodType & { readonly shape: Record<FieldOf<Type>, z.ZodType> } };

/** The command a checked message stands for. */
export function clockCommand(type: string, data: object): Command {
  return (type === "updateSettings" ? { type, settings: data } : { ...data, type }) as Command;
}
