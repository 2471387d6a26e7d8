// What a flag fall means, in its four kinds, and the choice that one of them offers. When it happens is the clock's business.
import { credit } from "./clock.ts";
import type { TimeoutChoice } from "./commands.ts";
import { type Draft, type Outcome, refuse, writeSeat } from "./draft.ts";
import type { SeatId } from "./ids.ts";
import { setCounter, setLife } from "./life.ts";
import { limits } from "./limits.ts";
import { seatAt } from "./state.ts";
import { kill } from "./turns.ts";

const choices: readonly TimeoutChoice[] = ["loseLives", "gainDrunk", "die"];

/** A seat's bank reached 0. */
export function fallFlag(draft: Draft, id: SeatId): void {
  const { settings } = draft.state;
  const seat = writeSeat(draft, id);
  seat.penalties = Math.min(limits.penaltiesMax, seat.penalties + 1);
  draft.events.push({ type: "timeout", data: { playerId: id, penalties: seat.penalties } });
  if (settings.onTimeout === "game-loss") kill(draft, id, "time");
  else if (settings.onTimeout === "choice") seat.choiceLeftMs = settings.timeoutGracePeriod;
  else {
    seat.fallen = true;
    if (settings.onTimeout === "time-deduction") seat.owedMs = Math.min(limits.bankMsMax, seat.owedMs + settings.penaltyTimeDeduction);
  }
}

/** The seat that fell says how it pays; then it goes on with new time. */
export function choose(draft: Draft, id: SeatId, choice: TimeoutChoice): Outcome {
  const { settings } = draft.state;
  const found = seatAt(draft.state, id);
  if (found === undefined || found.choiceLeftMs === null) return refuse("not-allowed");
  if (!choices.includes(choice)) return refuse("bad-message", "choice");
  const seat = writeSeat(draft, id);
  seat.choiceLeftMs = null;
  draft.events.push({ type: "timeoutChoice", data: { playerId: id, choice, forced: false } });
  if (choice === "die") {
    kill(draft, id, "choice");
    return null;
  }
  if (choice === "gainDrunk") {
    const total = Math.min(limits.counter.max, (seat.counters["drunk"] ?? 0) + settings.timeoutPenaltyDrunk);
    setCounter(draft, id, { counter: "drunk", total });
  } else setLife(draft, id, { life: Math.max(limits.life.min, seat.life - settings.timeoutPenaltyLives), source: null });
  if (!seat.dead) credit(seat, settings.timeoutBonusTime - Math.min(0, seat.bankMs));
  return null;
}

/** No choice in time is the last one. */
export function forceChoice(draft: Draft, id: SeatId): void {
  draft.events.push({ type: "timeoutChoice", data: { playerId: id, choice: "die", forced: true } });
  kill(draft, id, "time");
}
