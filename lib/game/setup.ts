// Settings: what a table gets when it says nothing, and whether what it says is possible. It never looks at a running game.
import type { DurationMs, SeatId } from "./ids.ts";
import { limits, within } from "./limits.ts";
import { presetDefault, presets } from "./presets/presets.ts";
import type { LastingCode, Refusal } from "./refusals.ts";
import { type Settings, settingWords } from "./settings.ts";

/** What a table gets that says nothing. Stored games leave out what is as here, so another value here would change games that are played now. */
export const casualSettings: Settings = {
  playerCount: 4,
  mode: "casual",
  campaignPreset: null,
  initialTime: 600_000,
  bonusTime: 30_000,
  delayTime: 0,
  bronsteinTime: 0,
  handicaps: {},
  warningThresholds: [300_000, 60_000, 30_000],
  onTimeout: "choice",
  penaltyTimeDeduction: 60_000,
  timeoutGracePeriod: 30_000,
  timeoutPenaltyLives: 2,
  timeoutPenaltyDrunk: 2,
  timeoutBonusTime: 60_000,
  startingLife: 20,
  dropPolicy: "charge",
  listed: false,
};

/** Whole settings from what a table said; a campaign's preset fills in before the general defaults do. */
export function defaultSettings(partial: Partial<Settings>): Settings {
  if (partial.mode !== "campaign") return { ...casualSettings, ...partial };
  const campaignPreset = partial.campaignPreset ?? presetDefault;
  return { ...casualSettings, ...presets.get(campaignPreset)?.settings, ...partial, campaignPreset };
}

type Checked = { readonly ok: true; readonly settings: Settings } | ({ readonly ok: false } & Refusal<LastingCode>);

/** Settings of one type: each has its line below, or this does not compile. */
type SettingOf<Type> = { [Field in keyof Settings]: Settings[Field] extends Type ? Field : never }[keyof Settings];

/** Least and most of each number, both allowed. */
export const settingRanges = {
  playerCount: limits.playerCount,
  initialTime: limits.initialTimeMs,
  bonusTime: limits.bonusTimeMs,
  delayTime: limits.delayTimeMs,
  bronsteinTime: limits.bronsteinTimeMs,
  penaltyTimeDeduction: limits.penaltyTimeDeductionMs,
  timeoutGracePeriod: limits.timeoutGracePeriodMs,
  timeoutPenaltyLives: limits.timeoutPenaltyLives,
  timeoutPenaltyDrunk: limits.timeoutPenaltyDrunk,
  timeoutBonusTime: limits.timeoutBonusTimeMs,
  startingLife: limits.startingLife,
} as const satisfies Record<SettingOf<number>, { readonly min: number; readonly max: number }>;

const choices = { ...settingWords, listed: [true, false] } as const satisfies Record<SettingOf<string | boolean>, readonly unknown[]>;

function fieldAtFault(settings: Settings): string | null {
  for (const [field, range] of Object.entries(settingRanges))
    if (!within(settings[field as keyof typeof settingRanges], range)) return field;
  for (const [field, allowed] of Object.entries(choices)) {
    if (!(allowed as readonly unknown[]).includes(settings[field as keyof typeof choices])) return field;
  }
  if (!presetFits(settings)) return "campaignPreset";
  if (!handicapsFit(settings)) return "handicaps";
  return thresholdsFit(settings.warningThresholds) ? null : "warningThresholds";
}

const presetFits = ({ mode, campaignPreset }: Settings): boolean =>
  mode === "casual" ? campaignPreset === null : campaignPreset !== null && presets.has(campaignPreset);

function handicapsFit({ handicaps, initialTime, playerCount }: Settings): boolean {
  if (typeof handicaps !== "object" || handicaps === null) return false;
  return Object.entries(handicaps).every(
    ([seat, ms]) =>
      within(Number(seat), { min: 1, max: playerCount }) && within(ms, limits.handicapMs) && initialTime + ms >= limits.initialTimeMs.min,
  );
}

const thresholdsFit = (thresholds: readonly DurationMs[]): boolean =>
  Array.isArray(thresholds) &&
  thresholds.length <= limits.warningThresholdsMax &&
  thresholds.every((ms) => within(ms, limits.warningThresholdMs));

/**
 * The settings in their one normal form (thresholds descending and different, handicaps by seat without zeros), or the field at fault.
 * Those that are in it already are given back as they are, so that games with the same settings can share them.
 */
export function checkSettings(settings: Settings): Checked {
  const field = fieldAtFault(settings);
  if (field !== null) return { ok: false, code: "bad-message", field };
  const handicaps: Record<SeatId, DurationMs> = {};
  for (let seat = 1; seat <= settings.playerCount; seat += 1) {
    const ms = settings.handicaps[seat];
    if (ms !== undefined && ms !== 0) handicaps[seat] = ms;
  }
  const warningThresholds = [...new Set(settings.warningThresholds)].sort((a, b) => b - a);
  const isNormal =
    String(warningThresholds) === String(settings.warningThresholds) &&
    Object.keys(settings.handicaps).every((seat) => Object.hasOwn(handicaps, seat));
  return { ok: true, settings: isNormal ? settings : { ...settings, handicaps, warningThresholds } };
}

/** What a seat's bank holds when it is full, ms. */
export const fullBankMs = (settings: Settings, seat: SeatId): DurationMs =>
  Math.min(limits.bankMsMax, settings.initialTime + (settings.handicaps[seat] ?? 0));

/** What a seat begins a game with, ms: its full bank without what it owes. */
export const openingBankMs = (settings: Settings, { id, owedMs }: { readonly id: SeatId; readonly owedMs: DurationMs }): DurationMs =>
  Math.max(limits.initialTimeMs.min, fullBankMs(settings, id) - owedMs);

/** Handicaps that leave every seat the least time there is: rounds that grow shorter may come to less than a handicap takes. */
export function fittingHandicaps({ handicaps }: Settings, initialTime: DurationMs): Settings["handicaps"] {
  const least = limits.initialTimeMs.min - initialTime;
  if (Object.values(handicaps).every((ms) => ms >= least)) return handicaps;
  return Object.fromEntries(Object.entries(handicaps).map(([seat, ms]) => [seat, Math.max(least, ms)]));
}
