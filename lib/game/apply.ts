// From an authorised command to what it does: one handler per command, none missing.
import { setName, updateSettings } from "./arrange.ts";
import { authorise, askerOf, type Asker } from "./authorise.ts";
import { advance } from "./clock.ts";
import type { Command, InTurn, SystemCommand } from "./commands.ts";
import type { Decision, Input } from "./contract.ts";
import { type Draft, draftOf, type Outcome, refuse } from "./draft.ts";
import type { Event } from "./events.ts";
import { succeedIfDue, transferHost } from "./host.ts";
import type { Instant, SeatId, ViewerId } from "./ids.ts";
import { updatePlayer, updateTable } from "./life.ts";
import { cancelTargeting, confirmTargets, interrupt, passPriority, passTargetPriority, toggleTarget } from "./priority.ts";
import { nextRound, reset } from "./rounds.ts";
import { addPenalty, adjustTime, eliminate, revive } from "./rulings.ts";
import { claim, drop, hear, kick, reconnectHost, reconnectSeat, unclaim } from "./seats.ts";
import { dueAt, settleUntil } from "./settle.ts";
import type { State } from "./state.ts";
import { randomStartPlayer, rollDice, rollPlayOrder } from "./table.ts";
import { choose } from "./timeout.ts";
import { passTurn, putInOrder, start, switchTo, type Tap, togglePause } from "./turns.ts";
import { isLasting, undo } from "./undo.ts";
import { close, endGame, outage } from "./closing.ts";

type Told<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>;

/** One handler's view of an input. */
interface Context {
  readonly asker: Asker;
  readonly input: Input<State, Command>;
}

type Handler<Type extends Command["type"]> = (draft: Draft, command: Told<Type>, context: Context) => Outcome;

/** The seat that acts: the one named, else the sender's own. */
function tap(draft: Draft, command: { readonly playerId?: SeatId }, { asker, input }: Context): Tap {
  const seat = command.playerId ?? asker.seat;
  if (seat === null) throw new Error("an authorised tap has a seat");
  const own = seat === asker.seat || draft.state.seats[seat - 1]?.holder === null;
  return { seat, rttMs: own ? input.rttMs : 0 };
}

const activeTap = (draft: Draft, context: Context): Tap => {
  const { active } = draft.state;
  return tap(draft, active === null ? {} : { playerId: active }, context);
};

/** What only the seat that has the turn may do; a seat that is named has to be that one. */
function byActive(act: (draft: Draft, tap: Tap) => Outcome) {
  return (draft: Draft, { playerId }: Omit<Told<"passTurn">, "type">, context: Context): Outcome =>
    playerId !== undefined && playerId !== draft.state.active ? refuse("not-your-turn", "playerId") : act(draft, activeTap(draft, context));
}

/** What names its turn is meant for no other one, nor for the same number of a game whose table was set since. */
function inItsTurn<Timely extends InTurn>(act: (draft: Draft, command: Timely, context: Context) => Outcome) {
  return (draft: Draft, command: Timely, context: Context): Outcome => {
    const { turn, ledger } = draft.state;
    if (command.turn !== undefined && command.turn !== turn) return refuse("too-late", "turn");
    if (typeof command.heardAt === "number" && command.heardAt < ledger.sinceAt) return refuse("too-late", "heardAt");
    return act(draft, command, context);
  };
}

const handlers: { readonly [Type in Command["type"]]: Handler<Type> } = {
  claim: (draft, { playerId }, { asker, input }) => claim(draft, playerId, { viewerId: asker.viewerId, draw: input.draw }),
  unclaim: (draft, _, { asker }) => (asker.seat === null ? refuse("no-seat") : unclaim(draft, asker.seat)),
  start,
  pause: inItsTurn(togglePause),
  reset,
  switch: (draft, { playerId }) => switchTo(draft, playerId),
  passTurn: inItsTurn(byActive(passTurn)),
  interrupt: inItsTurn((draft, command, context) => interrupt(draft, tap(draft, command, context))),
  passPriority: inItsTurn((draft, command, context) => passPriority(draft, tap(draft, command, context))),
  toggleTarget: inItsTurn((draft, { playerId }) => toggleTarget(draft, playerId)),
  confirmTargets: inItsTurn(byActive(confirmTargets)),
  cancelTargeting: inItsTurn(byActive(cancelTargeting)),
  passTargetPriority: inItsTurn((draft, command, context) => passTargetPriority(draft, tap(draft, command, context))),
  timeoutChoice: inItsTurn((draft, command, context) => choose(draft, tap(draft, command, context).seat, command.choice)),
  updatePlayer: (draft, command, { asker }) => updatePlayer(draft, command, asker.seat),
  updateTable,
  adjustTime: (draft, command, { asker }) =>
    asker.seat === command.playerId ? refuse("not-allowed", "playerId") : adjustTime(draft, command),
  addPenalty: (draft, { playerId }) => addPenalty(draft, playerId),
  eliminate: (draft, { playerId }) => eliminate(draft, playerId),
  revive: (draft, { playerId }) => revive(draft, playerId),
  kick: (draft, { playerId }, { asker }) => kick(draft, playerId, asker.viewerId),
  updateSettings: (draft, { settings }) => updateSettings(draft, settings),
  renameGame: (draft, { name }) => setName(draft, name),
  transferHost: (draft, { playerId }) => transferHost(draft, playerId),
  endGame: (draft) => endGame(draft),
  rollDice: (draft, { sides, playerId }, { asker, input }) => rollDice(draft, { sides, by: playerId ?? asker.seat, draw: input.draw }),
  rollPlayOrder: (draft, _, { input }) => rollPlayOrder(draft, input.draw),
  randomStartPlayer: (draft, _, { input }) => randomStartPlayer(draft, input.draw),
  nextRound,
  undo: (draft, { agree, v }, { asker, input }) => undo(draft, { by: asker.seat, agree, v, past: input.past ?? null }),
};

function applyCommand(draft: Draft, command: Command, context: Context): Outcome {
  const handler = handlers[command.type] as Handler<Command["type"]>;
  return handler(draft, command as never, context);
}

function applySystem(draft: Draft, command: SystemCommand, input: Input<State, Command>): Outcome {
  switch (command.type) {
    case "reconnect": {
      if (input.viewerId === null) return refuse("bad-message");
      const arrival = { viewerId: input.viewerId, draw: input.draw, proof: command };
      return command.seat === null ? reconnectHost(draft, arrival) : reconnectSeat(draft, command.seat, arrival);
    }
    case "drop":
      drop(draft, command.viewerId);
      return null;
    case "outage":
      return null;
    case "close":
      return close(draft, command.reason);
  }
}

const isSystem = (command: Command | SystemCommand): command is SystemCommand =>
  command.type === "reconnect" || command.type === "drop" || command.type === "outage" || command.type === "close";

function conclude(draft: Draft, type: string): Decision<State, Event> {
  const { base, state, events } = draft;
  putInOrder(draft);
  if (state.status === "running") settleNow(draft);
  succeedIfDue(draft);
  // A request for undo is about the newest change that can be taken back: one that cannot leaves it standing.
  if (state.undo !== null && state.undo === base.undo && !isLasting(type, events)) state.undo = null;
  return {
    ok: true,
    state,
    events,
    ...(draft.grant && { grant: draft.grant }),
    ...(draft.dismissals && { dismissals: draft.dismissals }),
    ...(draft.refusal && { refusal: draft.refusal }),
  };
}

/** A bank that a ruling emptied falls in the same change. */
function settleNow(draft: Draft): void {
  const due = dueAt(draft.state);
  if (due !== null && due <= draft.state.at) settleUntil(draft);
}

/** Nothing but time went by: what changes a game says so, except a former host whose chair is left or taken in silence. */
function isNothing({ base, state, events, grant, refusal }: Draft): boolean {
  return events.length === 0 && grant === undefined && refusal === undefined && state.host === base.host;
}

/** The one way in: settled before, then authorised, then applied. */
export function decide(base: State, input: Input<State, Command>): Decision<State, Event> {
  const { command } = input;
  const now = Math.max(input.now, base.at) as Instant;
  if (command.type === "outage") return outage(base, command.fromAt, now);
  const due = dueAt(base);
  if (due !== null && due <= now) throw new Error("something is due that was not settled");
  if (isSystem(command)) {
    const draft = draftOf(base, now);
    advance(draft, now);
    return answer(draft, applySystem(draft, command, input), command.type);
  }
  if (input.viewerId === null) return { ok: false, code: "not-allowed" };
  return decideFor(base, { ...input, now }, { command, viewerId: input.viewerId });
}

function decideFor(
  base: State,
  input: Input<State, Command>,
  asked: { readonly command: Command; readonly viewerId: ViewerId },
): Decision<State, Event> {
  const asker = askerOf(base, asked.viewerId);
  const refusal = authorise(base, asker, asked.command);
  if (refusal !== null) return { ok: false, ...refusal };
  const draft = draftOf(base, input.now);
  advance(draft, input.now);
  const outcome = applyCommand(draft, asked.command, { asker, input });
  if (outcome === null) hear(draft, asked.viewerId);
  return answer(draft, outcome, asked.command.type);
}

function answer(draft: Draft, outcome: Outcome, type: string): Decision<State, Event> {
  if (outcome !== null) return { ok: false, ...outcome };
  return isNothing(draft) ? { ok: true, state: draft.base, events: [] } : conclude(draft, type);
}
