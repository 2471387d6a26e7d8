// What everybody sees of a game. The only way out of the state: no token, no hash, no viewer's id passes here.
import { standings, presetOf } from "./campaign.ts";
import { choiceRemainingMs, freeRemainingMs, remainingMs } from "./clock.ts";
import type { Instant } from "./ids.ts";
import { asksOf } from "./life.ts";
import { type Campaign, isHere, nobody, type Seat, seatAt, type State } from "./state.ts";
import { undoVoters } from "./undo.ts";
import type { CampaignView, PlayerView, UndoRequestView, View } from "./view.ts";

const nothingAsked: readonly string[] = [];

function playerView(state: State, seat: Seat, now: Instant): PlayerView {
  const asks = seat.dead ? nothingAsked : asksOf(seat);
  return {
    id: seat.id,
    name: seat.name,
    color: seat.color,
    timeRemaining: remainingMs(state, seat, now),
    delayRemaining: freeRemainingMs(state, seat, now),
    penalties: seat.penalties,
    isEliminated: seat.dead,
    claimed: seat.holder !== null,
    connected: isHere(seat),
    life: seat.life,
    counters: seat.counters,
    commanderDamage: seat.commanderDamage,
    timeoutPending: seat.choiceLeftMs !== null,
    timeoutRemaining: choiceRemainingMs(state, seat, now),
    asks: asks.length === 0 ? nothingAsked : asks,
  };
}

function campaignView(campaign: Campaign, seatCount: number): CampaignView {
  const preset = presetOf(campaign);
  return {
    preset: campaign.preset,
    round: campaign.round,
    rounds: preset.rounds,
    handSize: preset.hand === null ? null : preset.hand.first + preset.hand.step * (campaign.round - 1),
    standings: standings(campaign, seatCount),
    roundWinners: campaign.results.map((result) => result.winner),
    winners: campaign.winners,
  };
}

function undoView(state: State): UndoRequestView | null {
  const { undo } = state;
  if (undo === null) return null;
  return {
    by: undo.by,
    v: undo.v,
    agreed: undo.agreed,
    waitingFor: undoVoters(state, undo.by).filter((seat) => !undo.agreed.includes(seat)),
  };
}

/** The whole view at `now`. Every field is always there, so that two views can be compared field by field. */
export function viewOf(state: State, now: Instant): View {
  const hostSeat = seatAt(state, state.host.seat);
  return {
    id: state.id,
    name: state.name,
    mode: state.settings.mode,
    status: state.status,
    pausedBy: state.pausedBy,
    hostPlayer: hostSeat?.id ?? null,
    activePlayer: state.active,
    turn: state.turn,
    playOrder: state.order,
    running: state.status === "running" ? state.runners : nobody,
    interruptingPlayers: state.stack,
    targetingState: state.targeting,
    targetedPlayers: state.targeted,
    awaitingPriority: state.awaiting,
    winner: state.winner,
    createdAt: state.createdAt,
    settings: state.settings,
    campaign: state.campaign === null ? null : campaignView(state.campaign, state.seats.length),
    monarch: state.monarch,
    initiative: state.initiative,
    dayNight: state.dayNight,
    stormCount: state.stormCount,
    undoRequest: undoView(state),
    players: state.seats.map((seat) => playerView(state, seat, now)),
  };
}
