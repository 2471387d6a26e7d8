// Five rounds with less time in each; three wins decide.
import type { Preset } from "./preset.ts";

export const standard: Preset = {
  name: "standard",
  rounds: 5,
  settings: { initialTime: 600_000 },
  initialTimeStepMs: -60_000,
  initialTimeFloorMs: 300_000,
  hand: null,
  wonBy: { kind: "wins", target: 3 },
  scoring: null,
};
