// The class game as the shell hosts it. It satisfies the shell's `Rules` by its shape alone and knows nothing of the shell.
import type { SystemCommand } from "../game/commands.ts";
import type { GameIndex } from "../game/contract.ts";
import type { Instant, SeatId, ViewerId } from "../game/ids.ts";
import type { WireEvent } from "../game/wire-event.ts";
import { create, decide, nextWakeAt, settle } from "./apply.ts";
import { decode, encode } from "./codec.ts";
import type { Command, Event } from "./commands.ts";
import { limits } from "./limits.ts";
import { placeHeldBy, seatId, type State } from "./state.ts";
import { playersIn } from "./teams.ts";
import { audienceOf, eventsFor, viewOf } from "./view-of.ts";

interface Needs {
  readonly token?: true;
  readonly seed?: true;
  readonly past?: true;
}

const noNeeds: Needs = {};
const tokenAndSeed: Needs = { token: true, seed: true };
const seedOnly: Needs = { seed: true };
const needsByType: ReadonlyMap<string, Needs> = new Map<string, Needs>([
  ["create", { token: true }],
  ["createTeam", tokenAndSeed],
  ["joinTeam", tokenAndSeed],
  ["reconnect", tokenAndSeed],
  ["start", seedOnly],
  ["resume", seedOnly],
  ["answer", seedOnly],
]);

function connectedHolders({ host, teams }: State): readonly ViewerId[] {
  const holders = [host, ...teams.flatMap(({ slots }) => slots.map((slot) => slot.holder))];
  const here = holders.flatMap((holder) => (holder === null || holder.droppedAt !== null ? [] : [holder.viewerId]));
  return [...new Set(here)];
}

function seatOf(state: State, viewerId: ViewerId): SeatId | null {
  const place = placeHeldBy(state, viewerId);
  return place === null ? null : seatId(place);
}

const index = (state: State): GameIndex => ({
  kind: "chsh",
  name: state.name,
  status: state.status,
  listed: state.listed && !state.closed,
  seats: limits.playersMax,
  seatsFree: limits.playersMax - playersIn(state),
});

const announced: ReadonlySet<string> = new Set(["roundCompleted", "roundAbandoned", "gameEnded"]);

export const chshRules = {
  kind: "chsh",
  needs: (command: Command | SystemCommand | { readonly type: "create" }): Needs => needsByType.get(command.type) ?? noNeeds,
  create,
  decide,
  settle,
  nextWakeAt,
  audienceOf,
  view: (state: State, audience: string, _now: Instant) => viewOf(state, audience),
  eventsFor: (_state: State, events: readonly Event[], audience: string): readonly WireEvent[] => eventsFor(events, audience),
  announced,
  seatOf,
  connectedHolders,
  index,
  isClosed: ({ closed }: State): boolean => closed,
  undoTarget: (): null => null,
  encode,
  decode,
};
