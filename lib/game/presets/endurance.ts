// Ten rounds of a quarter of an hour; who used least time wins.
import type { Preset } from "./preset.ts";

export const endurance: Preset = {
  name: "endurance",
  rounds: 10,
  settings: { initialTime: 900_000 },
  initialTimeStepMs: 0,
  initialTimeFloorMs: 900_000,
  hand: null,
  wonBy: { kind: "time" },
  scoring: null,
};
