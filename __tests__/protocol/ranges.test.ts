// What the rules allow can be said on the wire, and nothing beyond it.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hostedGames } from "../../lib/hosted-games.ts";
import { limits } from "../../lib/game/limits.ts";
import { settingRanges } from "../../lib/game/setup.ts";
import { clockCommands, clockCreateSettings } from "../../lib/protocol/clock-schemas.ts";
import { decodeData } from "../../lib/protocol/decode.ts";
import { sessionSchemas } from "../../lib/protocol/session-schemas.ts";

const seat = 1;
const { updatePlayer, updateTable, adjustTime, rollDice, updateSettings } = clockCommands;
const allowed = (schema: Parameters<typeof decodeData>[0], data: unknown): boolean => decodeData(schema, data, null).ok;

const inside: readonly (readonly [string, { readonly min: number; readonly max: number }, (n: number) => boolean])[] = [
  ...Object.entries(settingRanges).map(
    ([field, range]) => [`settings.${field}`, range, (n: number) => allowed(clockCreateSettings, { [field]: n })] as const,
  ),
  ["settings.handicaps", limits.handicapMs, (n) => allowed(clockCreateSettings, { handicaps: { 8: n } })],
  ["settings.warningThresholds", limits.warningThresholdMs, (n) => allowed(clockCreateSettings, { warningThresholds: [n] })],
  ["life", limits.life, (n) => allowed(updatePlayer, { playerId: seat, life: n })],
  ["counters", limits.counter, (n) => allowed(updatePlayer, { playerId: seat, counters: { x: n } })],
  ["commanderDamage", limits.commanderDamage, (n) => allowed(updatePlayer, { playerId: seat, commanderDamage: { 8: [n, n] } })],
  ["was.life", limits.life, (n) => allowed(updatePlayer, { playerId: seat, life: 1, was: { life: n } })],
  ["was.counters", limits.counter, (n) => allowed(updatePlayer, { playerId: seat, counters: { x: 1 }, was: { counters: { x: n } } })],
  [
    "was.commanderDamage",
    limits.commanderDamage,
    (n) => allowed(updatePlayer, { playerId: seat, was: { commanderDamage: { 8: [n, n] } } }),
  ],
  ["stormCount", limits.stormCount, (n) => allowed(updateTable, { stormCount: n })],
  ["was.stormCount", limits.stormCount, (n) => allowed(updateTable, { stormCount: 1, was: { stormCount: n } })],
  ["deltaMs", limits.adjustTimeMs, (n) => allowed(adjustTime, { playerId: seat, deltaMs: n })],
  ["sides", limits.diceSides, (n) => allowed(rollDice, { sides: n })],
  ["intervalMs", { min: 250, max: 5_000 }, (n) => allowed(sessionSchemas.subscribeTicks, { intervalMs: n })],
  ["playerId", { min: 1, max: limits.playerCount.max }, (n) => allowed(updatePlayer, { playerId: n })],
];

interface Described {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

function isBounded({ type, ...more }: Described): boolean {
  if (type === "number") return false;
  if (type === "integer")
    return (
      Number.isSafeInteger((more.minimum ?? Number.POSITIVE_INFINITY) - 1) &&
      Number.isSafeInteger((more.maximum ?? Number.POSITIVE_INFINITY) + 1)
    );
  if (type === "string") return (more.enum ?? more.pattern ?? more.maxLength) !== undefined;
  return type !== "array" || "prefixItems" in more || more.maxItems !== undefined;
}

/** Where in a JSON Schema something has no end. */
function endless(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = isBounded(schema) ? [] : [path];
  return [...own, ...Object.entries(schema).flatMap(([key, part]) => endless(part, `${path}.${key}`))];
}

describe("WI3 what can be said", () => {
  test("WI3 every number, text and list that a command of a hosted game or its settings take has bounds", () => {
    const all = hostedGames().flatMap(({ rules, commands, createSettings }) =>
      Object.entries({ ...commands, create: createSettings }).map(([type, schema]) => [`${rules.kind} ${type}`, schema] as const),
    );
    expect(all.length).toBeGreaterThan(40);
    expect(all.flatMap(([name, schema]) => endless(z.toJSONSchema(schema, { io: "input" }), name))).toEqual([]);
    const planted = z.strictObject({
      a: z.number().min(0).max(9),
      b: z.int().min(0),
      c: z.string(),
      d: z.array(z.boolean()),
      e: z.int().max(3),
    });
    expect(endless(z.toJSONSchema(planted), "x").map((path) => path.at(-1))).toEqual(["a", "b", "c", "d", "e"]);
  });

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
