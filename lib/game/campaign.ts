// Rounds of games. What differs between campaigns is data (presets); this file only adds up.
import type { Draft } from "./draft.ts";
import type { DurationMs, SeatId } from "./ids.ts";
import type { Preset } from "./presets/preset.ts";
import { presets } from "./presets/presets.ts";
import { type Campaign, isAlive, type RoundResult, type Seat } from "./state.ts";

export interface Standing {
  readonly id: SeatId;
  readonly wins: number;
  readonly points: number;
  readonly level: number;
  readonly usedMs: DurationMs;
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** A campaign's first round, or null for a casual game. */
export function campaignStart(preset: string | null, seats: readonly Seat[]): Campaign | null {
  if (preset === null) return null;
  return { preset, round: 1, results: [], ...freshRound(seats), winners: null };
}

/** The notes of a round that nobody has played yet. */
export const freshRound = (seats: readonly Seat[]): Pick<Campaign, "damage" | "hits" | "lowestLife"> => ({
  damage: zeros(seats.length),
  hits: zeros(seats.length),
  lowestLife: seats.map((seat) => seat.life),
});

export function presetOf(campaign: Campaign): Preset {
  const preset = presets.get(campaign.preset);
  if (preset === undefined) throw new Error(`no campaign preset ${campaign.preset}`);
  return preset;
}

/** What a seat's bank paid in this game, lag given back: never negative, whatever was added to the bank (L10). */
const usedMs = ({ spent }: Seat): DurationMs =>
  spent.turn + spent.priority + spent.target - spent.delay - spent.grace - spent.choice - spent.lag;

const bits = (mask: number): number => {
  let count = 0;
  for (let rest = mask; rest !== 0; rest >>= 1) count += rest & 1;
  return count;
};

/** Damage x opponents hit x round, rounded down. */
export function roundPoints(preset: Preset, round: number, dealt: { readonly damage: number; readonly opponents: number }): number {
  const { scoring } = preset;
  if (scoring === null) return 0;
  const byOpponents = scoring.byOpponents[Math.min(dealt.opponents, scoring.byOpponents.length - 1)] ?? 0;
  const byRound = scoring.byRound[Math.min(round, scoring.byRound.length) - 1] ?? 0;
  return Math.floor(dealt.damage * byOpponents * byRound);
}

/** Level 1 needs no points; each threshold reached is one more. */
export const levelOf = (preset: Preset, points: number): number =>
  1 + (preset.scoring?.levels ?? []).filter((level) => points >= level).length;

export function standings(campaign: Campaign, seatCount: number): readonly Standing[] {
  const preset = presetOf(campaign);
  return Array.from({ length: seatCount }, (_, index) => {
    const sum = (of: (result: RoundResult) => number): number => campaign.results.reduce((total, result) => total + of(result), 0);
    const points = sum((result) => result.points[index] ?? 0);
    return {
      id: index + 1,
      wins: sum((result) => (result.winner === index + 1 ? 1 : 0)),
      points,
      level: levelOf(preset, points),
      usedMs: sum((result) => result.usedMs[index] ?? 0),
    };
  });
}

const best = (table: readonly Standing[], worth: (standing: Standing) => number): readonly SeatId[] => {
  const most = Math.max(...table.map(worth));
  return table.filter((standing) => worth(standing) === most).map((standing) => standing.id);
};

/** Who has won the campaign, or null when it goes on. */
function campaignWinners(campaign: Campaign, seatCount: number): readonly SeatId[] | null {
  const preset = presetOf(campaign);
  const table = standings(campaign, seatCount);
  const { wonBy } = preset;
  const early = wonBy.kind === "wins" ? table.filter((standing) => standing.wins >= wonBy.target) : [];
  if (early.length > 0) return early.map((standing) => standing.id);
  if (campaign.round < preset.rounds) return null;
  if (wonBy.kind === "wins") return best(table, (standing) => standing.wins);
  return wonBy.kind === "time" ? best(table, (standing) => -standing.usedMs) : best(table, (standing) => standing.points);
}

/** A round counts from the lives it begins with: what the table set them to before is no wound. */
export function beginRound({ state }: Draft): void {
  if (state.campaign !== null) state.campaign = { ...state.campaign, ...freshRound(state.seats) };
}

/** Writes down what a finished round brought, and ends the campaign when it is decided. */
export function finishRound(draft: Draft): void {
  const { state } = draft;
  if (state.campaign === null) return;
  const { damage, hits, round } = state.campaign;
  const preset = presetOf(state.campaign);
  const result: RoundResult = {
    winner: state.winner,
    points: damage.map((dealt, index) => roundPoints(preset, round, { damage: dealt, opponents: bits(hits[index] ?? 0) })),
    usedMs: state.seats.map(usedMs),
  };
  const played = { ...state.campaign, results: [...state.campaign.results, result] };
  const winners = campaignWinners(played, state.seats.length);
  state.campaign = { ...played, winners };
  if (winners !== null) draft.events.push({ type: "campaignComplete", data: { winners } });
}

interface Loss {
  readonly victim: SeatId;
  readonly from: number;
  readonly to: number;
  readonly source: SeatId | null;
}

/**
 * Counts damage for its source: only another's, only life that was there, and only below the round's lowest, so that
 * healing and hitting again scores nothing (L10). What is ruled while the clocks stand, or on a seat that is out, scores nothing either.
 */
export function scoreLoss(draft: Draft, { victim, from, to, source }: Loss): void {
  const { state } = draft;
  const { campaign } = state;
  if (campaign === null) return;
  const lowest = campaign.lowestLife[victim - 1] ?? 0;
  const dealt = Math.max(0, Math.min(lowest, from)) - Math.max(0, to);
  if (dealt <= 0) return;
  const lowestLife = campaign.lowestLife.with(victim - 1, to);
  if (state.status !== "running" || source === null || source === victim || !isAlive(state, victim)) {
    state.campaign = { ...campaign, lowestLife };
    return;
  }
  state.campaign = {
    ...campaign,
    lowestLife,
    damage: campaign.damage.with(source - 1, (campaign.damage[source - 1] ?? 0) + dealt),
    hits: campaign.hits.with(source - 1, (campaign.hits[source - 1] ?? 0) | (1 << victim)),
  };
}
