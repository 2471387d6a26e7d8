// Seven short rounds; four wins decide.
import type { Preset } from "./preset.ts";

export const blitz: Preset = {
  name: "blitz",
  rounds: 7,
  settings: { initialTime: 300_000 },
  initialTimeStepMs: -30_000,
  initialTimeFloorMs: 120_000,
  hand: null,
  wonBy: { kind: "wins", target: 4 },
  scoring: null,
};
