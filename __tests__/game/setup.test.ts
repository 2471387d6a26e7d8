import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GameId, ViewerId } from "../../lib/game/ids.ts";
import { limits } from "../../lib/game/limits.ts";
import { cleanGameName, cleanSeatName } from "../../lib/game/names.ts";
import { clockRules } from "../../lib/game/rules.ts";
import type { Settings } from "../../lib/game/settings.ts";
import { checkSettings, defaultSettings, settingRanges } from "../../lib/game/setup.ts";
import { hashOf, play, seated, startAt, started, Table } from "./table.ts";

const create = (settings: Partial<Settings>, name: string | null = null) =>
  clockRules.create({
    id: "TABLE1" as GameId,
    now: startAt,
    viewerId: "viewer" as ViewerId,
    name,
    settings: defaultSettings(settings),
    draw: { tokenHash: hashOf("t") },
  });

describe("SET settings", () => {
  test("SET1 a table that says nothing gets the defaults", () => {
    expect(defaultSettings({})).toEqual({
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
    });
    const made = create({});
    expect(made).toMatchObject({ ok: true, grant: { seat: null, how: "claimed" } });
  });

  const impossible: readonly (readonly [keyof Settings, unknown])[] = [
    ["playerCount", 1],
    ["playerCount", 9],
    ["playerCount", "4"],
    ["initialTime", 999],
    ["initialTime", 86_400_001],
    ["initialTime", "60000"],
    ["initialTime", null],
    ["bonusTime", "60000"],
    ["bonusTime", -1],
    ["bonusTime", 300_001],
    ["delayTime", 60_001],
    ["bronsteinTime", Number.NaN],
    ["timeoutGracePeriod", 0],
    ["timeoutBonusTime", 0],
    ["timeoutPenaltyLives", 1.5],
    ["startingLife", 0],
    ["warningThresholds", "300"],
    ["warningThresholds", [0]],
    ["warningThresholds", Array.from({ length: 11 }, (_, index) => 1_000 + index)],
    ["onTimeout", "explode"],
    ["dropPolicy", true],
    ["listed", 1],
    ["mode", "war"],
    ["campaignPreset", "standard"],
    ["handicaps", { 1: -600_000 }],
    ["handicaps", { 5: 1_000 }],
    ["handicaps", { x: 1_000 }],
    ["handicaps", { 1: 86_400_001 }],
  ];
  test.each(impossible)("SET2 L01 %s = %j is refused with its field, at create and later", (field, value) => {
    expect(create({ [field]: value })).toEqual({ ok: false, code: "bad-message", field });
    const table = seated();
    const said = table.say("A", { type: "updateSettings", settings: { [field]: value } });
    expect(said).toMatchObject({ ok: false, code: "bad-message", field });
  });

  test("SET2 an unknown setting is refused", () => {
    play(seated(), `at 0 A updateSettings {"speed":3} -> ! bad-message speed`);
  });

  test("SET2 thresholds are ordered and different, handicaps of 0 are none", () => {
    const checked = checkSettings(defaultSettings({ warningThresholds: [30_000, 60_000, 30_000], handicaps: { 2: 0, 1: 5 } }));
    expect(checked.ok && checked.settings).toMatchObject({ warningThresholds: [60_000, 30_000], handicaps: { 1: 5 } });
  });

  test("SET3 clock settings change while waiting or paused, others in their own time", () => {
    play(
      started(),
      `at 0  A updateSettings {"bonusTime":0} -> ! wrong-status bonusTime
      A updateSettings {"dropPolicy":"grace","listed":true} -> settings-changed ["dropPolicy","listed"]
      A updateSettings {"listed":true} -> nothing
      B updateSettings {"listed":false} -> ! not-host
      A pause -> game-paused player
      A updateSettings {"bonusTime":0,"initialTime":60000} -> settings-changed ["initialTime","bonusTime"]
      see A -> A=600000
      A updateSettings {"startingLife":40} -> ! wrong-status startingLife
      A pause -> game-resumed
      A eliminate B -> eliminated B host, game-complete A
      A updateSettings {"bonusTime":5} -> ! wrong-status bonusTime`,
    );
  });

  test("SET3 SE8 another drop policy holds for who is away already", () => {
    const table = started({ playerCount: 3, bonusTime: 0, warningThresholds: [], initialTime: 100_000 });
    play(
      table,
      `at 0      A passTurn -> turn-passed A B 2
      B drops -> seat-away B
      at 10000  A updateSettings {"dropPolicy":"grace"} -> settings-changed ["dropPolicy"]
      at 30000  see B -> B=90000
      A updateSettings {"dropPolicy":"charge"} -> settings-changed ["dropPolicy"]
      at 40000  see B -> B=80000
      A updateSettings {"dropPolicy":"pause"} -> settings-changed ["dropPolicy"], game-paused drop
      at 50000  B reconnects -> seat-back B, game-resumed
      see B -> B=80000`,
    );
  });

  test("SET3 while waiting untouched seats follow, touched ones do not", () => {
    play(
      seated({ playerCount: 3 }),
      `at 0  A adjustTime B deltaMs=-1000 -> time-adjusted B -1000
      C updatePlayer C life=30 -> life-changed C 20 30 C
      A updateSettings {"initialTime":300000,"startingLife":40,"handicaps":{"3":5000}} -> settings-changed ["initialTime","handicaps","startingLife"]
      see A B C A.life B.life C.life -> A=300000 B=599000 C=305000 A.life=40 B.life=40 C.life=30`,
    );
  });

  test("SET3 another preset brings its own numbers, and the numbers of the one before go", () => {
    const table = new Table({ playerCount: 2, mode: "campaign", campaignPreset: "wastelands" });
    const chosen = table.say("host", { type: "updateSettings", settings: { campaignPreset: "standard" } });
    expect(chosen.ok).toBe(true);
    const fresh = new Table({ playerCount: 2, mode: "campaign", campaignPreset: "standard" });
    expect(table.state.settings).toEqual(fresh.state.settings);
    expect(table.state.seats.map(({ life, bankMs }) => [life, bankMs])).toEqual(
      fresh.state.seats.map(({ life, bankMs }) => [life, bankMs]),
    );
  });

  test("SET5 the number of seats changes while the table waits: claimed seats stay, new ones are like the others", () => {
    const table = seated({ playerCount: 3, initialTime: 100_000, handicaps: { 3: 5_000 } });
    play(
      table,
      `at 0  A adjustTime B deltaMs=-1000 -> time-adjusted B -1000
      A updateSettings {"playerCount":2} -> ! seat-taken playerCount
      A updateSettings {"playerCount":5} -> settings-changed ["playerCount"]
      see A B C D E -> A=100000 B=99000 C=105000 D=100000 E=100000
      D claim D -> seat-claimed D
      A undo -> ! nothing-to-undo
      C unclaim -> seat-left C
      D unclaim -> seat-left D
      A updatePlayer A commanderDamage={"3":[4,0],"2":[1,0]} -> commander-damaged A B [1,0], commander-damaged A C [4,0]
      A updateSettings {"playerCount":2} -> settings-changed ["playerCount","handicaps"]
      B updateSettings {"playerCount":3} -> ! not-host
      A start -> game-started
      A updateSettings {"playerCount":3} -> ! wrong-status playerCount`,
    );
    expect(table.state.order).toEqual([1, 2]);
    expect(Object.keys(table.state.seats[0]?.commanderDamage ?? {})).toEqual(["2"]);
  });

  test("SET5 TU2 who was to begin and whose seat is taken away does not begin", () => {
    play(
      seated({ playerCount: 3 }),
      `at 0  A switch C -> turn-passed - C 0
      C unclaim -> seat-left C
      A updateSettings {"playerCount":2} -> settings-changed ["playerCount"]
      see activePlayer -> activePlayer=-
      A start -> game-started
      see activePlayer running -> activePlayer=A running=A`,
    );
  });

  test("SET5 a waiting table becomes a campaign and a casual game again, as if it had been made so", () => {
    const table = new Table({ playerCount: 3 });
    const campaign = new Table({ playerCount: 3, mode: "campaign", campaignPreset: "wastelands" });
    const casual = { ...table.state.settings };
    table.say("host", { type: "updateSettings", settings: { mode: "campaign", campaignPreset: "wastelands" } });
    expect(table.state.settings).toEqual(campaign.state.settings);
    expect(table.state.campaign).toEqual(campaign.state.campaign);
    table.say("host", { type: "updateSettings", settings: { mode: "casual" } });
    expect(table.state.settings).toEqual(casual);
    expect(table.state.campaign).toBeNull();
    table.say("host", { type: "updateSettings", settings: { mode: "campaign" } });
    expect(table.state.campaign).toMatchObject({ preset: "standard", round: 1, results: [] });
  });

  test("SET5 between the rounds of a campaign neither seats nor mode nor preset change", () => {
    play(
      seated({ playerCount: 2, mode: "campaign", campaignPreset: "blitz" }),
      `at 0  A start -> game-started
      A eliminate B -> eliminated B host, game-complete A
      A nextRound -> round-started 2
      A updateSettings {"playerCount":3} -> ! wrong-status playerCount
      A updateSettings {"mode":"casual"} -> ! wrong-status mode
      A updateSettings {"campaignPreset":"endurance"} -> ! wrong-status campaignPreset
      # The starting life may: the table waits.
      A updateSettings {"startingLife":30} -> settings-changed ["startingLife"]
      see A.life -> A.life=30`,
    );
  });

  test("SET3 what was set by hand stays when the preset changes", () => {
    const table = new Table({ playerCount: 2, mode: "campaign", campaignPreset: "wastelands", startingLife: 33 });
    table.say("host", { type: "updateSettings", settings: { campaignPreset: "standard" } });
    expect(table.state.settings.startingLife).toBe(33);
  });

  test("SET3 CA1 rounds that grow shorter than a handicap takes leave the seat a second, and the game can be read and changed", () => {
    const table = seated({ playerCount: 2, mode: "campaign", campaignPreset: "blitz", initialTime: 300_000, handicaps: { 1: -290_000 } });
    play(
      table,
      `at 0  A start -> game-started
      A eliminate B -> eliminated B host, game-complete A
      A nextRound -> round-started 2
      A updateSettings {"listed":true} -> settings-changed ["listed"]
      A updateSettings {"initialTime":200000} -> ! bad-message handicaps`,
    );
  });

  test("SET2 every bound is the one that is promised, and the least and the most may be set", () => {
    const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
    expect(limits).toMatchObject({
      playerCount: { min: 2, max: 8 },
      initialTimeMs: { min: 1_000, max: dayMs },
      bonusTimeMs: { min: 0, max: 5 * minuteMs },
      delayTimeMs: { min: 0, max: minuteMs },
      bronsteinTimeMs: { min: 0, max: minuteMs },
      ...{ handicapMs: { min: -dayMs, max: dayMs }, adjustTimeMs: { min: -dayMs, max: dayMs } },
      ...{ bankMsMax: dayMs, warningThresholdsMax: 10, stackMax: 32, diceSides: { min: 2, max: 999 } },
      ...{ life: { min: -999, max: 9_999 }, counter: { min: 0, max: 999 }, commanderDamage: { min: 0, max: 999 } },
      ...{ namedCountersMax: 4, poisonAsk: 10, commanderDamageAsk: 21, seatNameGraphemesMax: 32, gameNameGraphemesMax: 64 },
      ...{ lagCreditMsMax: 1_000, lagCreditBaseMs: 150, lagCreditRttShare: 0.4, lagQuotaStart: 3, lagQuotaMax: 7 },
      ...{ dropGraceMs: 30_000, seatAwayMs: hourMs, hostAwayMs: 5 * minuteMs },
    });
    for (const [field, { min, max }] of Object.entries(settingRanges)) {
      for (const value of [min, max]) expect(create({ [field]: value }), `${field} ${value}`).toMatchObject({ ok: true });
      for (const value of [min - 1, max + 1]) expect(create({ [field]: value })).toMatchObject({ ok: false, field });
    }
  });
});

const segmenter = new Intl.Segmenter("en");

describe("SET4 names", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["O'Brien", "O'Brien"],
    ["<script>alert(1)</script>", "<script>alert(1)</script>"],
    ["  two \n  lines\t", "two lines"],
    ["a\u202eb\u2066c\u200fd", "abcd"],
    ["nul\u0000l", "null"],
    ["e\u0301", "\u00e9"],
    ["e\u200e\u0301", "\u00e9"],
    ["\ud83d\udc69\u200d\ud83d\udcbb", "\ud83d\udc69\u200d\ud83d\udcbb"],
    ["\u0627\u0644\u0633\u0644\u0627\u0645", "\u0627\u0644\u0633\u0644\u0627\u0645"],
    ["\ud83d\udc69\u200d\ud83d\udcbb".repeat(32), "\ud83d\udc69\u200d\ud83d\udcbb".repeat(32)],
    ["\ud83d\udc69\u200d\ud83d\udcbb".repeat(33), null],
    ["x".repeat(33), null],
    [`a${"\u0301".repeat(2_000)}`, null],
    ["\u202e", null],
    ["\u200b \u3164\ufe0f", null],
    ["\u2800\u2800", null],
    ["\u2803\u2817\u2800\u2801", "\u2803\u2817\u2800\u2801"],
    ["می\u200cروم", "می\u200cروم"],
    ["", null],
    ["\udc00", null],
  ];
  test.each(cases)("SET4 L22 %j becomes %j", (typed, clean) => {
    expect(cleanSeatName(typed)).toBe(clean);
  });

  test("SET4 L22 the game's own name is cleaned and bounded, too", () => {
    expect(create({}, " Friday\u202e night ")).toMatchObject({ ok: true, state: { name: "Friday night" } });
    expect(create({}, "x".repeat(65))).toEqual({ ok: false, code: "bad-message", field: "name" });
    expect(create({}, 7 as unknown as string)).toEqual({ ok: false, code: "bad-message", field: "name" });
    play(
      seated(),
      `at 0  A renameGame name=Friday -> game-renamed Friday
      A renameGame name=Friday -> nothing
      A renameGame {"name":"\\u0007"} -> ! bad-message name
      B renameGame name=Mine -> ! not-host`,
    );
  });

  test("SET4 whatever is typed: clean names are stable, well-formed, one line, bounded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 160, size: "max" }), (typed) => {
        const clean = cleanGameName(typed);
        if (clean === null) return;
        expect(cleanGameName(clean)).toBe(clean);
        expect(clean.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(clean)).toBe(true);
        expect([...segmenter.segment(clean)].length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 300, seed: 20_261_120 },
    );
  });
});
