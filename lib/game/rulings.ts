// What the host rules on a seat, over the heads of the clocks: out of the game or back in it, a penalty, time given or taken.
import { credit } from "./clock.ts";
import { runsIntoOvertime } from "./clock-face.ts";
import { type Draft, type Outcome, refuse, writeSeat } from "./draft.ts";
import type { DurationMs, SeatId } from "./ids.ts";
import { limits, within } from "./limits.ts";
import { runOn } from "./seats.ts";
import { isAway, seatAt } from "./state.ts";
import { kill, putInOrder } from "./turns.ts";

export function eliminate(draft: Draft, id: SeatId): Outcome {
  const seat = seatAt(draft.state, id);
  if (seat === undefined) return refuse("no-such-seat", "playerId");
  if (seat.dead) return refuse("seat-dead", "playerId");
  kill(draft, id, "host");
  if (isAway(seat)) {
    // What the ruling entails comes before the clocks that stood for him run on.
    putInOrder(draft);
    runOn(draft);
  }
  return null;
}

/** Brings a seat back with at least 1 life, and with time when its bank is empty. */
export function revive(draft: Draft, id: SeatId): Outcome {
  const found = seatAt(draft.state, id);
  if (found === undefined) return refuse("no-such-seat", "playerId");
  if (!found.dead) return refuse("wrong-status", "playerId");
  const seat = writeSeat(draft, id);
  seat.dead = false;
  seat.life = Math.max(1, seat.life);
  if (seat.bankMs <= 0) credit(seat, draft.state.settings.timeoutBonusTime - seat.bankMs);
  draft.events.push({ type: "revived", data: { playerId: id } });
  return null;
}

export function addPenalty(draft: Draft, id: SeatId): Outcome {
  if (seatAt(draft.state, id) === undefined) return refuse("no-such-seat", "playerId");
  const seat = writeSeat(draft, id);
  seat.penalties = Math.min(limits.penaltiesMax, seat.penalties + 1);
  draft.events.push({ type: "penaltyAdded", data: { playerId: id, penalties: seat.penalties } });
  return null;
}

/** Gives or takes time. Only overtime may fall below 0 by a ruling. Whom it gives time after his flag fell has nothing to choose any more. */
export function adjustTime(draft: Draft, command: { readonly playerId: SeatId; readonly deltaMs: DurationMs }): Outcome {
  const { state } = draft;
  if (seatAt(state, command.playerId) === undefined) return refuse("no-such-seat", "playerId");
  if (!within(command.deltaMs, limits.adjustTimeMs)) return refuse("bad-message", "deltaMs");
  const seat = writeSeat(draft, command.playerId);
  const before = seat.bankMs;
  const least = Math.min(before, runsIntoOvertime(state.settings.onTimeout) ? -limits.bankMsMax : 0);
  seat.bankMs = Math.max(least, Math.min(limits.bankMsMax, before + command.deltaMs));
  if (seat.bankMs > 0) seat.fallen = false;
  if (seat.bankMs > Math.max(0, before)) seat.choiceLeftMs = null;
  draft.events.push({ type: "timeAdjusted", data: { playerId: seat.id, deltaMs: seat.bankMs - before } });
  const crossed = state.settings.warningThresholds.filter((ms) => before > ms && seat.bankMs <= ms);
  if (state.status !== "waiting" && seat.bankMs > 0 && crossed.length > 0)
    draft.events.push({ type: "warning", data: { playerId: seat.id, thresholdMs: Math.min(...crossed) } });
  return null;
}
