// Three rounds of ten life; damage dealt to many opponents late in the campaign scores most.
import type { Preset } from "./preset.ts";

export const wastelands: Preset = {
  name: "wastelands",
  rounds: 3,
  settings: { initialTime: 360_000, bonusTime: 30_000, startingLife: 10 },
  initialTimeStepMs: 0,
  initialTimeFloorMs: 360_000,
  hand: { first: 5, step: 1 },
  wonBy: { kind: "points" },
  scoring: { byOpponents: [0, 1, 1.5, 2, 2.5, 3, 3.5, 4], byRound: [1, 1.5, 2], levels: [10, 25, 50, 80, 120] },
};
