import { describe, expect, test } from "vitest";
import { brokenInvariants } from "../../lib/game/invariants.ts";
import { levelOf, roundPoints } from "../../lib/game/campaign.ts";
import { presets } from "../../lib/game/presets/presets.ts";
import { defaultSettings } from "../../lib/game/setup.ts";
import type { Preset } from "../../lib/game/presets/preset.ts";
import { play, started, Table } from "./table.ts";

const preset = (name: string): Preset => {
  const found = presets.get(name);
  if (found === undefined) throw new Error(`no preset ${name}`);
  return found;
};
const letters = "ABCDEFGH";

/** Ends the round with this seat the only one alive. */
function win(table: Table, winner: string): void {
  for (const { id } of table.state.seats) if (letters[id - 1] !== winner) table.say("A", { type: "eliminate", playerId: id });
}

describe("CA campaigns", () => {
  test("CA1 the numbers of the four presets, round by round", () => {
    const banks = (name: string, rounds: number) => {
      const table = started({ mode: "campaign", campaignPreset: name, playerCount: 8 });
      const times: number[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        times.push(table.state.settings.initialTime / 1_000);
        expect(table.view().players[3]?.timeRemaining).toBe(table.state.settings.initialTime);
        win(table, letters[round % 8] ?? "A");
        table.say("A", { type: "nextRound" });
        table.say("A", { type: "start" });
      }
      return times;
    };
    expect(banks("standard", 5)).toEqual([600, 540, 480, 420, 360]);
    expect(banks("blitz", 7)).toEqual([300, 270, 240, 210, 180, 150, 120]);
    expect(banks("endurance", 10)).toEqual(new Array(10).fill(900));
    expect(banks("wastelands", 3)).toEqual([360, 360, 360]);
    expect(defaultSettings({ mode: "campaign", campaignPreset: "wastelands" })).toMatchObject({ bonusTime: 30_000, startingLife: 10 });
    expect(defaultSettings({ mode: "campaign" }).campaignPreset).toBe("standard");
    expect(preset("standard").wonBy).toEqual({ kind: "wins", target: 3 });
    expect(preset("blitz").wonBy).toEqual({ kind: "wins", target: 4 });
  });

  test("CA1 a floor holds: five minutes is the least of a standard round", () => {
    const table = started({ mode: "campaign", initialTime: 330_000 });
    win(table, "B");
    play(table, "at 0 A nextRound -> round-started 2\nat 0 see A -> A=300000");
    table.say("A", { type: "start" });
    win(table, "A");
    play(table, "at 0 A nextRound -> round-started 3\nat 0 see A -> A=300000");
  });

  test("CA1 hands grow by a card a round", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands" });
    expect(table.view().campaign).toMatchObject({ round: 1, rounds: 3, handSize: 5 });
    win(table, "A");
    table.say("A", { type: "nextRound" });
    expect(table.view().campaign).toMatchObject({ round: 2, handSize: 6 });
    expect(started({ mode: "campaign" }).view().campaign?.handSize).toBeNull();
  });

  test("CA1 three wins end a standard campaign early", () => {
    const table = started({ mode: "campaign" });
    for (let round = 1; round <= 2; round += 1) {
      win(table, "B");
      play(table, "at 0 B nextRound -> ! not-host");
      table.say("A", { type: "nextRound" });
      table.say("A", { type: "start" });
    }
    play(
      table,
      `at 0  A eliminate A -> eliminated A host, game-complete B, campaign-complete B
      A nextRound -> ! wrong-status
      see winner -> winner=B`,
    );
    expect(table.view().campaign).toMatchObject({ roundWinners: [2, 2, 2], winners: [2] });
    expect(table.view().campaign?.standings.map((one) => one.wins)).toEqual([0, 3]);
  });

  test("CA2 without enough wins the most wins share it", () => {
    const table = started({ mode: "campaign", campaignPreset: "blitz", playerCount: 4 });
    for (const [round, winner] of [..."ABCABCD"].entries()) {
      win(table, winner);
      if (round < 6) {
        table.say("A", { type: "nextRound" });
        table.say("A", { type: "start" });
      }
    }
    expect(table.view().campaign?.winners).toEqual([1, 2, 3]);
  });

  test("CA2 CA7 L10 endurance goes to the least time used, never negative whatever the bonus", () => {
    const table = started({ mode: "campaign", campaignPreset: "endurance", bonusTime: 300_000 });
    let at = 0;
    for (let round = 1; round <= 10; round += 1) {
      at += 1_000;
      play(table, `at ${at} A passTurn rtt=100`);
      at += 500;
      play(table, `at ${at} B passTurn`);
      win(table, "A");
      if (round < 10) {
        table.say("A", { type: "nextRound" });
        table.say("A", { type: "start" });
      }
    }
    expect(table.view().campaign?.winners).toEqual([2]);
    expect(table.view().campaign?.standings.map((one) => one.usedMs)).toEqual([9_000, 5_000]);
  });

  test("CA3 CA4 the Wastelands numbers: 7 damage to two opponents in round 2 with 10 before is 25, level 3", () => {
    const wastelands = preset("wastelands");
    expect(10 + roundPoints(wastelands, 2, { damage: 7, opponents: 2 })).toBe(25);
    expect(levelOf(wastelands, 25)).toBe(3);
    expect([0, 9, 10, 24, 25, 49, 50, 79, 80, 119, 120, 500].map((points) => levelOf(wastelands, points))).toEqual([
      1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
    ]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((opponents) => roundPoints(wastelands, 1, { damage: 10, opponents }))).toEqual([
      0, 10, 15, 20, 25, 30, 35, 40,
    ]);
    expect([1, 2, 3].map((round) => roundPoints(wastelands, round, { damage: 3, opponents: 1 }))).toEqual([3, 4, 6]);
  });

  test("CA3 the same numbers played at the table", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands", playerCount: 3 });
    play(
      table,
      `at 0  B updatePlayer B life=0 source=A -> life-changed B 10 0 A, eliminated B life
      A eliminate C -> eliminated C host, game-complete A
      A nextRound -> round-started 2
      A start -> game-started
      B updatePlayer B life=5 source=A -> life-changed B 10 5 A
      C updatePlayer C life=8 source=A -> life-changed C 10 8 A`,
    );
    expect(table.view().campaign?.standings[0]).toMatchObject({ points: 10, level: 2 });
    win(table, "A");
    expect(table.view().campaign?.standings[0]).toMatchObject({ points: 25, level: 3, wins: 2 });
  });

  test("CA5 L10 one's own life, healing, rulings and what was healed and hit again score nothing", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands", playerCount: 3 });
    play(
      table,
      `at 0  B updatePlayer B life=7 -> life-changed B 10 7 B
      B updatePlayer B life=4 source=A -> life-changed B 7 4 A
      B updatePlayer B life=10 source=A -> life-changed B 4 10 A
      B updatePlayer B life=4 source=A -> life-changed B 10 4 A
      B updatePlayer B life=3 source=A -> life-changed B 4 3 A
      A pause -> game-paused player
      B updatePlayer B life=1 source=A -> life-changed B 3 1 A
      A pause -> game-resumed
      B updatePlayer B life=-500 source=A -> life-changed B 1 -500 A, eliminated B life
      A eliminate C -> eliminated C host, game-complete A`,
    );
    expect(table.view().campaign?.standings.map((one) => one.points)).toEqual([5, 0, 0]);
  });

  test("CA5 LI5 who is out is not hurt any more: life that is put right on a dead seat scores nothing", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands", playerCount: 3 });
    play(
      table,
      `at 0  B updatePlayer B life=8 source=A -> life-changed B 10 8 A
      A eliminate B -> eliminated B host
      A updatePlayer B life=0 -> life-changed B 8 0 A
      A eliminate C -> eliminated C host, game-complete A`,
    );
    expect(table.view().campaign?.standings[0]?.points).toBe(2);
  });

  test("CA5 what life was set to before the start is no wound: a round counts from the life it begins with", () => {
    const table = new Table({ mode: "campaign", campaignPreset: "wastelands" });
    play(
      table,
      `at 0  A claim A -> seat-claimed A
      B claim B -> seat-claimed B
      host updatePlayer B life=1 -> life-changed B 10 1 -
      host updatePlayer B life=15 -> life-changed B 1 15 -
      host start -> game-started
      B updatePlayer B life=7 source=A -> life-changed B 15 7 A
      host eliminate B -> eliminated B host, game-complete A`,
    );
    expect(table.view().campaign?.standings[0]?.points).toBe(8);
  });

  test("CA5 whoever acts is the source when none is named; a host without a seat is none", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands" });
    play(table, "at 0 A updatePlayer B life=6 -> life-changed B 10 6 A\nat 0 A eliminate B -> eliminated B host, game-complete A");
    expect(table.view().campaign?.standings[0]?.points).toBe(4);
    const seatless = new Table({ mode: "campaign", campaignPreset: "wastelands" });
    play(
      seatless,
      "at 0 host start -> game-started\nat 0 host updatePlayer B life=6 -> life-changed B 10 6 -\nat 0 host eliminate B -> eliminated B host, game-complete A",
    );
    expect(seatless.view().campaign?.standings[0]?.points).toBe(0);
  });

  test("CA5 TO2 life paid for a flag fall scores nobody", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands", initialTime: 10_000, warningThresholds: [] });
    play(
      table,
      `at 10000  A timeoutChoice choice=loseLives -> timeout A 1 | timeout-choice A loseLives false, life-changed A 10 8 -
      A eliminate A -> eliminated A host, game-complete B`,
    );
    expect(table.view().campaign?.standings.map((one) => one.points)).toEqual([0, 0]);
  });

  test("CA6 L10 names, colours, claims, tokens, order and host stay between rounds; the winner does not", () => {
    const table = started({ mode: "campaign", playerCount: 3 });
    play(table, "at 0 C updatePlayer C name=Cleo color=#123456 -> player-renamed C Cleo, player-recoloured C #123456");
    win(table, "C");
    const before = table.state;
    play(
      table,
      "at 0 A nextRound -> round-started 2\nat 0 see winner status turn C.name C.color C.life -> winner=- status=waiting turn=0 C.name=Cleo C.color=#123456 C.life=20",
    );
    expect(table.state.seats.map((seat) => seat.holder)).toEqual(before.seats.map((seat) => seat.holder));
    expect(table.state.host).toEqual(before.host);
    play(table, "at 0 C unclaim -> seat-left C\nat 0 D claim C -> seat-claimed C");
  });

  test("CA8 a reset plays the round again and forgets its result, points included", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands" });
    play(table, "at 0 A updatePlayer B life=0 -> life-changed B 10 0 A, eliminated B life, game-complete A");
    expect(table.view().campaign).toMatchObject({ round: 1, roundWinners: [1] });
    play(table, "at 0 A reset -> game-reset\nat 0 A start -> game-started\nat 0 B updatePlayer A life=0 -> ! not-allowed");
    expect(table.view().campaign).toMatchObject({ round: 1, roundWinners: [], winners: null });
    play(table, "at 0 A reset -> game-reset");
    expect(table.view().campaign?.standings[0]).toMatchObject({ points: 0, wins: 0 });
  });

  test("CA8 a reset forgets the result of its own round alone: what was won before stays won", () => {
    const table = started({ mode: "campaign" });
    win(table, "B");
    table.say("A", { type: "nextRound" });
    table.say("A", { type: "start" });
    play(table, "at 0 A reset -> game-reset");
    expect(table.view().campaign).toMatchObject({ round: 2, roundWinners: [2] });
    table.say("A", { type: "start" });
    win(table, "A");
    expect(table.view().campaign).toMatchObject({ round: 2, roundWinners: [2, 1] });
    play(table, "at 0 A reset -> game-reset");
    expect(table.view().campaign).toMatchObject({ round: 2, roundWinners: [2], winners: null });
  });

  test("CA2 a round may be a draw, and a campaign ends all the same", () => {
    const table = started({ mode: "campaign", campaignPreset: "wastelands" });
    for (let round = 1; round <= 3; round += 1) {
      table.say("A", { type: "pause" });
      for (const id of [1, 2]) table.say("A", { type: "updatePlayer", playerId: id, life: 0 });
      table.say("A", { type: "pause" });
      expect(table.view().winner).toBeNull();
      if (round < 3) {
        table.say("A", { type: "nextRound" });
        table.say("A", { type: "start" });
      }
    }
    expect(table.view().campaign).toMatchObject({ roundWinners: [null, null, null], winners: [1, 2] });
    expect(brokenInvariants(table.state)).toEqual([]);
  });

  test("CA8 casual games have no rounds, and a preset may change before the first one", () => {
    play(
      started(),
      "at 0 A nextRound -> ! wrong-status\nat 0 A eliminate B -> eliminated B host, game-complete A\nat 0 A nextRound -> ! wrong-status",
    );
    const table = new Table({ mode: "campaign" });
    play(
      table,
      `at 0  host updateSettings {"campaignPreset":"blitz"} -> settings-changed ["campaignPreset","initialTime"]
      see A -> A=300000
      host updateSettings {"campaignPreset":"none"} -> ! bad-message campaignPreset
      host updateSettings {"campaignPreset":null} -> ! bad-message campaignPreset`,
    );
    expect(table.view().campaign).toMatchObject({ preset: "blitz", rounds: 7 });
  });
});
