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
};
