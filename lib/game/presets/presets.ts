// All campaign presets by name. A fifth one is a file beside these and a line here.
import { blitz } from "./blitz.ts";
import { endurance } from "./endurance.ts";
import type { Preset } from "./preset.ts";
import { standard } from "./standard.ts";
import { wastelands } from "./wastelands.ts";

export const presets: ReadonlyMap<string, Preset> = new Map(
  [standard, blitz, endurance, wastelands].map((preset) => [preset.name, preset]),
);

/** The preset of a campaign that names none. */
export const presetDefault = standard.name;
