// The clock game as a host needs it: rules and message shapes together.
import { clockRules } from "../game/rules.ts";
import type { Settings } from "../game/settings.ts";
import { defaultSettings } from "../game/setup.ts";
import { clockCommand, clockCommands, clockCreateSettings } from "./clock-schemas.ts";

export const clockGame = {
  rules: clockRules,
  createSettings: clockCreateSettings.transform((given) => defaultSettings(given as Partial<Settings>)),
  commands: clockCommands,
  toCommand: clockCommand,
  told: {
    warning: "A bank came down to a threshold. `data`: `playerId`, `thresholdMs`.",
    timeout: "A bank came down to 0. `data`: `playerId`, `penalties`, its count now.",
    timeoutChoice: "What a flag fall cost. `data`: `playerId`, `choice`, `forced`: nobody chose in time.",
    gameComplete: "One seat is left, or none. `data`: `winner`, null for a draw.",
    campaignComplete: "The last round is over. `data`: `winners`.",
    diceRolled: "`data`: `playerId`, `sides`, `result`.",
    playOrderRolled: "`data`: `rolls`, by seat with ties rolled again, and `order`.",
    randomPlayerSelected: "Who begins. `data`: `playerId`.",
    kicked: "The host freed a seat. `data`: `playerId`.",
    gameEnded: "The table is closed for all. `data`: `reason`.",
    gameRenamed: "`data`: `name`.",
  },
};
