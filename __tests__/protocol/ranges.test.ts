// What the rules allow can be said on the wire, and nothing beyond it.
import { describe, expect, test } from "vitest";
import { limits } from "../../lib/game/limits.ts";
import type { Settings } from "../../lib/game/settings.ts";
import { clockCommands, clockCreateSettings } from "../../lib/protocol/clock-schemas.ts";
import { decodeData } from "../../lib/protocol/decode.ts";

const seat = 1;
const { updatePlayer, updateTable, adjustTime, rollDice, updateSettings } = clockCommands;
const allowed = (schema: Parameters<typeof decodeData>[0], data: unknown): boolean => decodeData(schema, data, null).ok;

const numbers: Readonly<Partial<Record<keyof Settings, { readonly min: number; readonly max: number }>>> = {
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
};

const inside: readonly (readonly [string, { readonly min: number; readonly max: number }, (n: number) => boolean])[] = [
  ...Object.entries(numbers).map(
    ([field, range]) => [`settings.${field}`, range, (n: number) => allowed(clockCreateSettings, { [field]: n })] as const,
  ),
  ["settings.handicaps", limits.handicapMs, (n) => allowed(clockCreateSettings, { handicaps: { 8: n } })],
  ["settings.warningThresholds", limits.warningThresholdMs, (n) => allowed(clockCreateSettings, { warningThresholds: [n] })],
  ["life", limits.life, (n) => allowed(updatePlayer, { playerId: seat, life: n })],
  ["counters", limits.counter, (n) => allowed(updatePlayer, { playerId: seat, counters: { x: n } })],
  ["commanderDamage", limits.commanderDamage, (n) => allowed(updatePlayer, { playerId: seat, commanderDamage: { 8: [n, n] } })],
  ["stormCount", limits.stormCount, (n) => allowed(updateTable, { stormCount: n })],
  ["deltaMs", limits.adjustTimeMs, (n) => allowed(adjustTime, { playerId: seat, deltaMs: n })],
  ["sides", limits.diceSides, (n) => allowed(rollDice, { sides: n })],
  ["playerId", { min: 1, max: limits.playerCount.max }, (n) => allowed(updatePlayer, { playerId: n })],
];

describe("WI3 what can be said", () => {
  test.each(inside)("WI3 %s: from the least the rules allow to the most, and not one more", (_what, { min, max }, isAllowed) => {
    expect([min, max].map(isAllowed)).toEqual([true, true]);
    expect([min - 1, max + 1, min + 0.5].map(isAllowed)).toEqual([false, false, false]);
  });

  test("WI3 as many warnings can be asked for as the rules allow, and not one more", () => {
    const ask = (count: number) => allowed(updateSettings, { warningThresholds: Array.from({ length: count }, () => 1_000) });
    expect([0, limits.warningThresholdsMax, limits.warningThresholdsMax + 1].map(ask)).toEqual([true, true, false]);
  });

  test.each([
    ["mode", ["casual", "campaign"]],
    ["onTimeout", ["choice", "warning", "time-deduction", "game-loss"]],
    ["dropPolicy", ["charge", "grace", "pause"]],
    ["listed", [true, false]],
  ])("WI3 every %s there is can be asked for", (field, words) => {
    for (const word of words) expect(allowed(clockCreateSettings, { [field]: word }), String(word)).toBe(true);
    expect(allowed(clockCreateSettings, { [field]: "another" })).toBe(false);
  });
});
