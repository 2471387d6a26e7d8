// The games offered at the start. Everything not named here is the server's own default.
import type { DropPolicy, OnTimeout } from "../../../lib/game/settings.ts";
import type { IconName } from "../ui/icons.tsx";

export interface Draft {
  readonly preset: PresetName;
  readonly playerCount: number;
  readonly campaignPreset: string | null;
  readonly initialTime: number;
  readonly bonusTime: number;
  readonly delayTime: number;
  readonly startingLife: number;
  readonly onTimeout: OnTimeout;
  readonly dropPolicy: DropPolicy;
  readonly listed: boolean;
  readonly name: string;
}

export type PresetName = "duel" | "commander" | "campaign";

const minuteMs = 60_000;

const base: Draft = {
  preset: "commander",
  playerCount: 4,
  campaignPreset: null,
  initialTime: 10 * minuteMs,
  bonusTime: 30_000,
  delayTime: 0,
  startingLife: 40,
  onTimeout: "choice",
  dropPolicy: "grace",
  listed: false,
  name: "",
};

export const presets: readonly { readonly name: PresetName; readonly icon: IconName; readonly draft: Draft }[] = [
  { name: "commander", icon: "crown", draft: base },
  {
    name: "duel",
    icon: "sword",
    draft: { ...base, preset: "duel", playerCount: 2, startingLife: 20, initialTime: 25 * minuteMs, bonusTime: 0, delayTime: 3_000 },
  },
  { name: "campaign", icon: "flag", draft: { ...base, preset: "campaign", campaignPreset: "standard", startingLife: 20 } },
];

export const campaignPresets = ["standard", "blitz", "endurance", "wastelands"] as const;

/** A campaign brings its own times and life. */
export const campaignSetsTimes = (draft: Draft): boolean => draft.campaignPreset !== null;

/** `settings` of `create`. A campaign's times and life come from its preset. */
export function createSettings(draft: Draft): Record<string, unknown> {
  const { playerCount, onTimeout, dropPolicy, listed, campaignPreset } = draft;
  const shared = { playerCount, onTimeout, dropPolicy, listed };
  if (campaignPreset !== null) return { ...shared, mode: "campaign", campaignPreset };
  const { initialTime, bonusTime, delayTime, startingLife } = draft;
  return { ...shared, mode: "casual", initialTime, bonusTime, delayTime, startingLife };
}

/** Times worth offering, in steps that feel even. */
export const ladders = {
  initialTime: [1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 90, 120].map((m) => m * minuteMs),
  bonusTime: [0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300].map((s) => s * 1000),
  delayTime: [0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 60].map((s) => s * 1000),
  startingLife: [10, 15, 20, 25, 30, 40, 50, 60],
} as const;

/** The next rung of a ladder in a direction; the same when there is none. */
export function rung(ladder: readonly number[], value: number, direction: -1 | 1): number {
  const next = direction > 0 ? ladder.find((r) => r > value) : ladder.findLast((r) => r < value);
  return next ?? value;
}
