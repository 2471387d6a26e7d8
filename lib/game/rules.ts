// The clock game as the shell hosts it. It satisfies the shell's `Rules` by its shape alone and knows nothing of the shell.
import "./limit-relations.ts";
import { decide } from "./apply.ts";
import { briefView } from "./brief-view.ts";
import { remainingMs } from "./clock.ts";
import { encode, encoder } from "./codec.ts";
import type { Command, SystemCommand } from "./commands.ts";
import type { Accepted, GameIndex } from "./contract.ts";
import { create } from "./create.ts";
import { decode } from "./decode.ts";
import { draftOf } from "./draft.ts";
import type { Event } from "./events.ts";
import { seatHeldBy, type State } from "./state.ts";
import type { Instant, SeatId, ViewerId } from "./ids.ts";
import { dueAt, settleUntil } from "./settle.ts";
import { undoTarget } from "./undo.ts";
import type { View } from "./view.ts";
import { viewOf } from "./view-of.ts";
import type { WireEvent } from "./wire-event.ts";

interface Needs {
  readonly token?: true;
  readonly seed?: true;
  readonly past?: true;
}

const noNeeds: Needs = {};
const needsByType: ReadonlyMap<string, Needs> = new Map<string, Needs>([
  ["create", { token: true }],
  ["claim", { token: true }],
  ["reconnect", { token: true }],
  ["rollDice", { seed: true }],
  ["rollPlayOrder", { seed: true }],
  ["randomStartPlayer", { seed: true }],
  ["undo", { past: true }],
]);

/** Everything that fell due at or before `now`, each at its own moment; null when nothing did. */
function settle(state: State, now: Instant): Accepted<State, Event> | null {
  const due = dueAt(state);
  if (due === null || due > now) return null;
  const draft = draftOf(state, now);
  settleUntil(draft);
  return { ok: true, state: draft.state, events: draft.events };
}

function connectedHolders(state: State): readonly ViewerId[] {
  const holders = [...state.seats.map((seat) => seat.holder), state.host.chair];
  const here = holders.filter((holder) => holder !== null && holder.droppedAt === null);
  return [...new Set(here.map((holder) => (holder as NonNullable<typeof holder>).viewerId))];
}

const index = (state: State): GameIndex => ({
  kind: "clock",
  name: state.name,
  status: state.status,
  listed: state.settings.listed && !state.closed,
  seats: state.seats.length,
  seatsFree: state.seats.filter((seat) => seat.holder === null).length,
});

const announced: ReadonlySet<string> = new Set([
  "warning",
  "timeout",
  "timeoutChoice",
  "gameComplete",
  "campaignComplete",
  "diceRolled",
  "playOrderRolled",
  "randomPlayerSelected",
  "kicked",
  "gameEnded",
  "gameRenamed",
]);

export const clockRules = {
  kind: "clock",
  needs: (command: Command | SystemCommand | { readonly type: "create" }): Needs => needsByType.get(command.type) ?? noNeeds,
  create,
  decide,
  settle,
  nextWakeAt: dueAt,
  audienceOf: (_state: State, _viewerId: ViewerId): string => "all",
  view: (state: State, _audience: string, now: Instant): View => viewOf(state, now),
  brief: briefView,
  tick: (state: State, _audience: string, now: Instant): Readonly<Record<string, number>> =>
    Object.fromEntries(state.seats.map((seat) => [seat.id, remainingMs(state, seat, now)])),
  eventsFor: (_state: State, events: readonly Event[], _audience: string): readonly WireEvent[] => events,
  announced,
  seatOf: (state: State, viewerId: ViewerId): SeatId | null => seatHeldBy(state, viewerId),
  connectedHolders,
  index,
  isClosed: ({ closed }: State): boolean => closed,
  undoTarget,
  encode,
  encoder,
  decode,
};
