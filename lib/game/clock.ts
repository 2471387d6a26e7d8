// The clock as subtraction: a bank and one instant. Says who runs, what is left, when something falls due, and charges
// the time that went by. It never decides what a flag fall means.
import { runsIntoOvertime } from "./clock-face.ts";
import { type Draft, writeSeat, type Writable } from "./draft.ts";
import { after, type DurationMs, type Instant, type SeatId } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Settings } from "./settings.ts";
import { alone, isAway, isPlaying, nobody, type Seat, type State } from "./state.ts";

/** Seats whose clock runs, or will run after the pause: the stack's top, else the targets still asked, else the active seat. */
export function runnersOf(state: State): readonly SeatId[] {
  if (!isPlaying(state)) return nobody;
  const top = state.stack.at(-1);
  if (top !== undefined) return alone(top);
  if (state.targeting === "resolving") return state.awaiting;
  return state.active === null ? nobody : alone(state.active);
}

/** Free time before the bank pays, ms. */
const freeMs = (seat: Seat): DurationMs => seat.delayLeftMs + (isAway(seat) ? seat.graceLeftMs : 0);

/** What a bank holds after time went by: free time pays first. The whole clock is this subtraction. */
export const leftMs = (bankMs: DurationMs, freeTimeMs: DurationMs, sinceMs: DurationMs): DurationMs =>
  bankMs - Math.max(0, sinceMs - freeTimeMs);

const runs = (state: State, id: SeatId): boolean => state.status === "running" && state.runners.includes(id);

/** Time since everything was last accounted for. A clock that stepped back counts as standing still. */
const sinceMs = (state: State, now: Instant): DurationMs => Math.max(0, now - state.at);

/** What is left in the bank at `now`; negative in overtime. */
export function remainingMs(state: State, seat: Seat, now: Instant): DurationMs {
  if (!runs(state, seat.id) || seat.choiceLeftMs !== null) return seat.bankMs;
  const ms = leftMs(seat.bankMs, freeMs(seat), sinceMs(state, now));
  // A flag that has fallen stops its bank, also while nobody has settled it yet.
  return runsIntoOvertime(state.settings.onTimeout) ? ms : Math.max(Math.min(0, seat.bankMs), ms);
}

/** Free time left at `now` before the bank pays. */
export const freeRemainingMs = (state: State, seat: Seat, now: Instant): DurationMs =>
  runs(state, seat.id) ? Math.max(0, freeMs(seat) - sinceMs(state, now)) : freeMs(seat);

/** Time left to choose at `now`; 0 when nothing is to be chosen. */
export function choiceRemainingMs(state: State, seat: Seat, now: Instant): DurationMs {
  if (seat.choiceLeftMs === null) return 0;
  return state.status === "running" ? Math.max(0, seat.choiceLeftMs - sinceMs(state, now)) : seat.choiceLeftMs;
}

/** The largest warning threshold below this bank, or 0: where the bank next has to be looked at. */
export function nextMarkMs(state: State, bankMs: DurationMs): DurationMs {
  for (const threshold of state.settings.warningThresholds) if (threshold < bankMs) return threshold;
  return 0;
}

/** When this running seat's bank reaches its next mark; null when it has none. */
export function markAt(state: State, seat: Seat): Instant | null {
  if (seat.choiceLeftMs !== null || seat.fallen) return null;
  const toPayMs = seat.bankMs > 0 ? seat.bankMs - nextMarkMs(state, seat.bankMs) : 0;
  return after(state.at, freeMs(seat) + toPayMs);
}

/** The next moment at which a clock needs attention with nobody's help: a warning, a flag fall, the end of a choice. */
export function clockDueAt(state: State): Instant | null {
  if (state.status !== "running") return null;
  let due: Instant | null = null;
  for (const seat of state.seats) {
    const at =
      seat.choiceLeftMs !== null ? after(state.at, seat.choiceLeftMs) : state.runners.includes(seat.id) ? markAt(state, seat) : null;
    if (at !== null && (due === null || at < due)) due = at;
  }
  return due;
}

type Reason = "turn" | "priority" | "target";

function reasonOf(state: State): Reason {
  if (state.stack.length > 0) return "priority";
  return state.targeting === "resolving" ? "target" : "turn";
}

interface Charge {
  readonly reason: Reason;
  readonly ms: DurationMs;
}

/** Delay pays first, then grace for the absent, then the bank; a seat that has to choose pays with its choice time. */
function charge(seat: Writable<Seat>, { reason, ms }: Charge): void {
  const delay = Math.min(ms, seat.delayLeftMs);
  const grace = isAway(seat) ? Math.min(ms - delay, seat.graceLeftMs) : 0;
  const rest = ms - delay - grace;
  const choosing = seat.choiceLeftMs !== null;
  seat.delayLeftMs -= delay;
  seat.graceLeftMs -= grace;
  const spent = { ...seat.spent };
  spent[reason] += ms;
  spent.delay += delay;
  spent.grace += grace;
  if (choosing) spent.choice += rest;
  else {
    seat.bankMs -= rest;
    seat.stretchMs += rest;
  }
  seat.spent = spent;
}

function chargeRunners(draft: Draft, ms: DurationMs): void {
  const { state } = draft;
  const reason = reasonOf(state);
  for (const id of state.runners) charge(writeSeat(draft, id), { reason, ms });
  for (const seat of state.seats) if (seat.choiceLeftMs !== null) writeSeat(draft, seat.id).choiceLeftMs = seat.choiceLeftMs - ms;
  if (state.runners.length > 1) state.ledger = { ...state.ledger, parallel: state.ledger.parallel + (state.runners.length - 1) * ms };
}

/** Accounts for the time up to `to`. Nothing may fall due before `to`. */
export function advance(draft: Draft, to: Instant): void {
  const { state } = draft;
  const ms = to - state.at;
  if (ms <= 0) return;
  if (state.status === "running") chargeRunners(draft, ms);
  else {
    const account = state.status === "paused" ? (state.pausedBy === "restart" ? "outage" : "paused") : state.status;
    state.ledger = { ...state.ledger, [account]: state.ledger[account] + ms };
  }
  state.at = to;
}

/** Adds to a bank, up to the cap. */
export function credit(seat: Writable<Seat>, ms: DurationMs): void {
  seat.bankMs = Math.min(limits.bankMsMax, seat.bankMs + ms);
  if (seat.bankMs > 0) seat.fallen = false;
}

/**
 * Gives back what the way to the server and back cost this tap, out of what the bank paid in this stretch and within the
 * seat's quota. `rttMs` is the server's own estimate. While a choice is due the bank stands.
 */
export function creditLag(draft: Draft, id: SeatId, rttMs: DurationMs): void {
  const { state } = draft;
  if (!(rttMs > 0) || state.status !== "running" || !state.runners.includes(id)) return;
  const most = Math.floor(Math.min(limits.lagCreditMsMax, limits.lagCreditRttShare * rttMs + limits.lagCreditBaseMs));
  const seat = writeSeat(draft, id);
  if (seat.choiceLeftMs !== null) return;
  const quota = seat.lagQuotaMs ?? most * limits.lagQuotaStart;
  const ms = Math.min(Math.floor(rttMs), most, quota, seat.stretchMs);
  seat.lagQuotaMs = Math.min(most * limits.lagQuotaMax, quota + most - ms);
  if (ms === 0) return;
  credit(seat, ms);
  seat.stretchMs -= ms;
  seat.spent = { ...seat.spent, lag: seat.spent.lag + ms };
}

function leaveClock(draft: Draft, id: SeatId): void {
  const seat = writeSeat(draft, id);
  if (!seat.dead && seat.choiceLeftMs === null && isPlaying(draft.state))
    credit(seat, Math.min(draft.state.settings.bronsteinTime, seat.stretchMs));
  seat.delayLeftMs = 0;
  seat.graceLeftMs = 0;
  seat.stretchMs = 0;
}

const graceMs = ({ dropPolicy }: Settings): DurationMs => (dropPolicy === "grace" ? limits.dropGraceMs : 0);

/** Another drop policy holds from now on, for who is on the clock as well. */
export function renewGrace(draft: Draft): void {
  const { runners, settings } = draft.state;
  for (const id of runners) writeSeat(draft, id).graceLeftMs = graceMs(settings);
}

function enterClock(draft: Draft, id: SeatId): void {
  const { settings } = draft.state;
  const seat = writeSeat(draft, id);
  seat.delayLeftMs = settings.delayTime;
  seat.graceLeftMs = graceMs(settings);
  seat.stretchMs = 0;
}

/** Works out who runs now; whoever leaves the clock is given back his Bronstein time, whoever gets on it has his delay. */
export function reseatRunners(draft: Draft): void {
  const { state } = draft;
  const before = state.runners;
  const now = runnersOf(state);
  if (before.length === now.length && before.every((id, index) => id === now[index])) return;
  for (const id of before) if (!now.includes(id)) leaveClock(draft, id);
  for (const id of now) if (!before.includes(id)) enterClock(draft, id);
  state.runners = now;
}
