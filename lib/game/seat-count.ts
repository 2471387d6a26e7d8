// More seats or fewer while the table waits: somebody came along, or stayed at home.
import { type Draft, type Outcome, refuse } from "./draft.ts";
import { newSeat } from "./rounds.ts";
import type { Settings } from "./settings.ts";
import type { Seat } from "./state.ts";

/** Lays or takes away the last seats. One that somebody has claimed is not taken away. */
export function setSeatCount(draft: Draft, settings: Settings): Outcome {
  const { state } = draft;
  const count = settings.playerCount;
  if (state.seats.slice(count).some((seat) => seat.holder !== null)) return refuse("seat-taken", "playerCount");
  const kept = state.seats.slice(0, count).map((seat) => withoutDamageFrom(seat, count));
  const added = Array.from({ length: count - kept.length }, (_, index) => newSeat(settings, kept.length + index + 1));
  state.seats = [...kept, ...added];
  state.order = [...state.order.filter((id) => id <= count), ...added.map((seat) => seat.id)];
  if (state.active !== null && state.active > count) state.active = null;
  return null;
}

/** Nobody has damage from a commander whose seat is gone. */
function withoutDamageFrom(seat: Seat, count: number): Seat {
  const damages = Object.entries(seat.commanderDamage);
  const left = damages.filter(([from]) => Number(from) <= count);
  return left.length === damages.length ? seat : { ...seat, commanderDamage: Object.fromEntries(left) };
}
