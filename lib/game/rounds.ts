// Setting the table anew: the seats of a new game, a reset, and the next round of a campaign.
import { freshRound, presetOf } from "./campaign.ts";
import { clearTable } from "./clearing.ts";
import { type Draft, type Outcome, refuse } from "./draft.ts";
import type { Instant, SeatId } from "./ids.ts";
import { limits } from "./limits.ts";
import { seatColors, seatName } from "./looks.ts";
import { fittingHandicaps, openingBankMs } from "./setup.ts";
import { type Ledger, nobody, nothingSpent, type Seat } from "./state.ts";
import type { Settings } from "./settings.ts";

const emptyCounters: Seat["counters"] = {};
const emptyDamage: Seat["commanderDamage"] = {};

type Kept = Pick<Seat, "id" | "name" | "color" | "owedMs" | "holder" | "lapsedTokenHash">;

/**
 * A seat as it stands before the first move of a game, with what it owes taken off its full bank. All its fields at once, in the order of
 * `Seat`, as whoever reads a stored one makes it, too: objects made alike share one layout, and fields that are added later lie in a
 * second object, which each copy of the seat would have to copy as well.
 */
function atStart(settings: Settings, { id, name, color, owedMs, holder, lapsedTokenHash }: Kept): Seat {
  return {
    id,
    name,
    color,
    bankMs: openingBankMs(settings, { id, owedMs }),
    delayLeftMs: 0,
    graceLeftMs: 0,
    stretchMs: 0,
    fallen: false,
    choiceLeftMs: null,
    owedMs,
    lagQuotaMs: null,
    penalties: 0,
    dead: false,
    life: settings.startingLife,
    counters: emptyCounters,
    commanderDamage: emptyDamage,
    holder,
    lapsedTokenHash,
    spent: nothingSpent,
  };
}

export function newSeat(settings: Settings, id: SeatId): Seat {
  const color = seatColors[id - 1] ?? seatColors[0];
  return atStart(settings, { id, name: seatName(id), color, owedMs: 0, holder: null, lapsedTokenHash: null });
}

export const newLedger = (sinceAt: Instant): Ledger => ({
  sinceAt,
  waiting: 0,
  paused: 0,
  outage: 0,
  finished: 0,
  undone: 0,
  parallel: 0,
});

/** Back to before the first move: names, colours, claims, order and host stay, all else is as in a new game (L09, L10). */
function setTable(draft: Draft): void {
  const { state } = draft;
  state.status = "waiting";
  clearTable(state);
  state.turn = 0;
  state.runners = nobody;
  state.winner = null;
  state.monarch = null;
  state.initiative = null;
  state.dayNight = null;
  state.stormCount = 0;
  state.seats = state.seats.map((seat) => atStart(state.settings, seat));
  state.ledger = newLedger(state.at);
}

/** The game from its start again; of a campaign the current round, whose result is forgotten. */
export function reset(draft: Draft): Outcome {
  const { state } = draft;
  const { status, campaign } = state;
  setTable(draft);
  if (campaign !== null) {
    const results = status === "finished" ? campaign.results.slice(0, -1) : campaign.results;
    state.campaign = { ...campaign, results, ...freshRound(state.seats), winners: null };
  }
  draft.events.push({ type: "gameReset", data: {} });
  return null;
}

/** Sets the table for the next round of a campaign that is not decided yet. */
export function nextRound(draft: Draft): Outcome {
  const { state } = draft;
  const { campaign } = state;
  if (campaign === null || campaign.winners !== null) return refuse("wrong-status");
  const preset = presetOf(campaign);
  const { initialTime } = state.settings;
  const stepped = Math.min(limits.initialTimeMs.max, initialTime + preset.initialTimeStepMs);
  const floor = Math.min(initialTime, preset.initialTimeFloorMs);
  const next = Math.max(floor, stepped);
  if (preset.initialTimeStepMs !== 0)
    state.settings = { ...state.settings, initialTime: next, handicaps: fittingHandicaps(state.settings, next) };
  setTable(draft);
  const round = campaign.round + 1;
  state.campaign = { ...campaign, round, ...freshRound(state.seats) };
  draft.events.push({ type: "roundStarted", data: { round } });
  return null;
}
