// What holds in every state of every game. A broken line is a bug of the rules; tests and simulators ask after every step.
import { runnersOf } from "./clock.ts";
import type { SeatId } from "./ids.ts";
import { limits, within } from "./limits.ts";
import { presetOf } from "./campaign.ts";
import { isAlive, isPlaying, type Seat, type State } from "./state.ts";

const onClock = ({ spent }: Seat): number => spent.turn + spent.priority + spent.target;

/** LE1: elapsed time is the sum of where it went, to the millisecond. */
function conserved({ at, ledger, seats }: State): boolean {
  const stood = ledger.waiting + ledger.paused + ledger.outage + ledger.finished + ledger.undone;
  const ran = seats.reduce((sum, seat) => sum + onClock(seat), 0) - ledger.parallel;
  return at - ledger.sinceAt === stood + ran;
}

const allWhole = (numbers: object): boolean => Object.values(numbers).every((value) => Number.isSafeInteger(value) && value >= 0);

function seatIsWhole(seat: Seat): boolean {
  const counts = [
    seat.delayLeftMs,
    seat.graceLeftMs,
    seat.stretchMs,
    seat.owedMs,
    seat.penalties,
    seat.choiceLeftMs ?? 0,
    seat.lagQuotaMs ?? 0,
  ];
  const free = seat.spent.delay + seat.spent.grace + seat.spent.choice + seat.spent.lag;
  return (
    allWhole(seat.spent) &&
    allWhole(counts) &&
    free <= onClock(seat) &&
    Number.isSafeInteger(seat.bankMs) &&
    seat.bankMs <= limits.bankMsMax &&
    within(seat.life, limits.life) &&
    Object.values(seat.counters).every((total) => within(total, limits.counter) && total > 0) &&
    Object.values(seat.commanderDamage).every((pair) => pair.every((damage) => within(damage, limits.commanderDamage)))
  );
}

/** Seats named anywhere as holding something of the game. */
const holding = (state: State): readonly (SeatId | null)[] => [
  state.active,
  state.monarch,
  state.initiative,
  ...state.stack,
  ...state.targeted,
  ...state.awaiting,
  ...state.runners,
  ...state.seats.filter((seat) => seat.choiceLeftMs !== null).map((seat) => seat.id),
];

function targetsFit({ targeting, targeted, awaiting }: State): boolean {
  if (targeting === "none") return targeted.length === 0 && awaiting.length === 0;
  if (targeting === "selecting") return targeted.length > 0 && awaiting.length === 0;
  return awaiting.length > 0 && awaiting.every((id) => targeted.includes(id));
}

function statusFits(state: State): boolean {
  const alive = state.seats.filter((seat) => !seat.dead).length;
  if (isPlaying(state)) return alive >= 2 && state.active !== null && state.runners.length > 0;
  return (
    state.stack.length === 0 &&
    state.targeting === "none" &&
    state.runners.length === 0 &&
    state.seats.every((seat) => seat.choiceLeftMs === null)
  );
}

function campaignFits(state: State): boolean {
  const { campaign } = state;
  if (campaign === null) return state.settings.mode === "casual";
  const preset = presetOf(campaign);
  const played = campaign.results.length;
  return (
    campaign.round <= preset.rounds &&
    (played === campaign.round || played === campaign.round - 1) &&
    (campaign.winners === null || played > 0)
  );
}

function viewersFit(state: State): boolean {
  const viewers = state.seats.flatMap((seat) => (seat.holder === null ? [] : [seat.holder.viewerId]));
  return new Set(viewers).size === viewers.length;
}

const listsFit = (state: State): boolean => {
  const runners = runnersOf(state);
  return (
    state.stack.length <= limits.stackMax &&
    new Set(state.order).size === state.seats.length &&
    new Set(state.targeted).size === state.targeted.length &&
    runners.length === state.runners.length &&
    runners.every((id, index) => id === state.runners[index])
  );
};

const checks: readonly (readonly [string, (state: State) => boolean])[] = [
  ["time is conserved", conserved],
  ["accounts are whole and not negative", (state) => allWhole(state.ledger) && state.seats.every(seatIsWhole)],
  ["no dead seat holds anything", (state) => holding(state).every((id) => id === null || isAlive(state, id))],
  ["one seat per viewer", viewersFit],
  [
    "a winner only when finished, and alive",
    (state) => state.winner === null || (state.status === "finished" && isAlive(state, state.winner)),
  ],
  ["paused by something exactly while paused", (state) => (state.status === "paused") === (state.pausedBy !== null)],
  ["targets fit their phase", targetsFit],
  ["what is played has a turn and two living seats", statusFits],
  ["the stack, the order and the runners fit", listsFit],
  ["the host's seat has a holder", (state) => state.host.seat === null || state.seats[state.host.seat - 1]?.holder !== null],
  [
    "a host who sits is host from his seat",
    ({ host, seats }) => host.seat !== null || host.chair === null || seats.every((seat) => seat.holder?.viewerId !== host.chair?.viewerId),
  ],
  ["rounds fit the preset", campaignFits],
  [
    "a closed table has no holders",
    (state) => !state.closed || (state.host.chair === null && state.seats.every((seat) => seat.holder === null)),
  ],
];

/** The invariants this state breaks, in words; empty for every state the rules can reach. */
export const brokenInvariants = (state: State): readonly string[] => checks.filter(([, holds]) => !holds(state)).map(([name]) => name);
