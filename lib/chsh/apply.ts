// From a command to what it does to the class: who may, then one handler per command, none missing.
import type { SystemCommand } from "../game/commands.ts";
import type { Accepted, Creation, Decision, Input } from "../game/contract.ts";
import { afterOutage, seatDown } from "../game/holders.ts";
import type { Instant } from "../game/ids.ts";
import { cleanName } from "../game/names.ts";
import { diceFrom } from "../game/random.ts";
import type { Holder } from "../game/state.ts";
import type { Command, Event, Settings } from "./commands.ts";
import { accepted, type Draft, draftOf, type Outcome, refuse, writeTeam } from "./draft.ts";
import { figuresOf } from "./figures.ts";
import { limits } from "./limits.ts";
import { abandonRound, answer, dealToAll, freshRounds } from "./rounds.ts";
import { isHost, placeHeldBy, type State } from "./state.ts";
import { type Arrival, createTeam, drop, hear, joinTeam, reconnectHost, reconnectPlayer, vacate } from "./teams.ts";

type Told<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>;
type Handler<Type extends Command["type"]> = (draft: Draft, command: Told<Type>, arrival: Arrival) => Outcome;

const hostOnly: ReadonlySet<Command["type"]> = new Set(["setMode", "start", "pause", "resume", "reset", "endGame"]);

/** From one of these statuses to another, with an event; refused from any other. */
function turnTo(draft: Draft, from: State["status"], to: { readonly status: State["status"]; readonly event: Event }): Outcome {
  if (draft.state.status !== from) return refuse("wrong-status");
  draft.state.status = to.status;
  draft.events.push(to.event);
  dealToAll(draft);
  return null;
}

const handlers: { readonly [Type in Command["type"]]: Handler<Type> } = {
  createTeam: (draft, { name }, arrival) => createTeam(draft, name, arrival),
  joinTeam: (draft, { teamId }, arrival) => joinTeam(draft, teamId, arrival),
  leaveTeam(draft, _, { viewerId }) {
    const place = placeHeldBy(draft.state, viewerId);
    if (place === null) return refuse("no-seat");
    vacate(draft, place, "playerLeft");
    return null;
  },
  setMode(draft, { mode }) {
    const { state } = draft;
    if (state.status !== "waiting") return refuse("wrong-status");
    if (state.mode === mode) return null;
    state.mode = mode;
    for (const { id, sums, dealt } of state.teams) writeTeam(draft, id, { figures: figuresOf(sums, dealt, mode) });
    draft.events.push({ type: "modeChosen", data: { mode } });
    return null;
  },
  start: (draft) => turnTo(draft, "waiting", { status: "running", event: { type: "gameStarted", data: {} } }),
  pause: (draft) => turnTo(draft, "running", { status: "paused", event: { type: "gamePaused", data: {} } }),
  resume: (draft) => turnTo(draft, "paused", { status: "running", event: { type: "gameResumed", data: {} } }),
  reset(draft) {
    const { state } = draft;
    state.status = "waiting";
    for (const { id } of state.teams) writeTeam(draft, id, freshRounds(state.mode));
    draft.events.push({ type: "gameReset", data: {} });
    return null;
  },
  endGame: (draft) => close(draft, "host"),
  answer: (draft, given, { viewerId }) => answer(draft, placeHeldBy(draft.state, viewerId), given),
};

function close(draft: Draft, reason: string): Outcome {
  const { state } = draft;
  if (state.closed) return refuse("wrong-status");
  state.closed = true;
  state.status = "finished";
  state.host = null;
  const free = { holder: null, leftTokenHash: null };
  for (const team of state.teams) {
    abandonRound(draft, team);
    writeTeam(draft, team.id, { slots: [free, free] });
  }
  draft.dismissals = [{ viewerId: null, reason: "closed" }];
  draft.events.push({ type: "gameEnded", data: { reason } });
  return null;
}

function applySystem(draft: Draft, command: SystemCommand, input: Input<State, Command>): Outcome {
  switch (command.type) {
    case "reconnect": {
      if (input.viewerId === null) return refuse("bad-message");
      const arrival = { viewerId: input.viewerId, draw: input.draw, proof: command };
      return command.seat === null ? reconnectHost(draft, arrival) : reconnectPlayer(draft, command.seat, arrival);
    }
    case "drop":
      drop(draft, command.viewerId);
      return null;
    case "outage":
      standAway(draft, command.fromAt);
      return null;
    case "close":
      return close(draft, command.reason);
  }
}

/** All connections are gone since the server was. */
function standAway(draft: Draft, fromAt: Instant): void {
  const { now } = draft;
  const from = Math.min(now, Math.max(draft.base.at, fromAt)) as Instant;
  const away = (holder: Holder | null): Holder | null => holder && afterOutage(holder, from, now);
  draft.state.host = away(draft.state.host);
  for (const { id, slots } of draft.state.teams) {
    if (slots[0].holder === null && slots[1].holder === null) continue;
    const [first, second] = slots;
    writeTeam(draft, id, {
      slots: [
        { ...first, holder: away(first.holder) },
        { ...second, holder: away(second.holder) },
      ],
    });
  }
}

const systemTypes: ReadonlySet<string> = new Set<SystemCommand["type"]>(["reconnect", "drop", "outage", "close"]);
const isSystem = (command: Command | SystemCommand): command is SystemCommand => systemTypes.has(command.type);

/** The one way in: authorised, then applied. A change without effect gives the state itself back. */
export function decide(base: State, input: Input<State, Command>): Decision<State, Event> {
  const { command, draw } = input;
  const now = Math.max(input.now, base.at) as Instant;
  const draft = draftOf(base, now, draw.seed === undefined ? null : diceFrom(draw.seed));
  draft.state.at = now;
  const outcome = isSystem(command) ? applySystem(draft, command, input) : applyCommand(draft, command, input);
  if (outcome !== null) return { ok: false, ...outcome };
  const quiet = draft.events.length === 0 && draft.grant === undefined && draft.refusal === undefined && command.type !== "outage";
  return quiet ? { ok: true, state: base, events: [] } : accepted(draft);
}

function applyCommand(draft: Draft, command: Command, input: Input<State, Command>): Outcome {
  const { viewerId, draw } = input;
  if (viewerId === null) return refuse("not-allowed");
  if (draft.state.closed) return refuse("wrong-status");
  if (hostOnly.has(command.type) && !isHost(draft.state, viewerId)) return refuse("not-host");
  const handler = handlers[command.type] as Handler<Command["type"]>;
  const outcome = handler(draft, command as never, { viewerId, draw });
  if (outcome === null) hear(draft, viewerId);
  return outcome;
}

export function create({ id, now, viewerId, name, settings, draw }: Creation<Settings>): Decision<State, Event> {
  const clean = name === null ? `Class ${id}` : cleanName(name, limits.gameNameGraphemesMax);
  if (clean === null) return { ok: false, code: "bad-message", field: "name" };
  const { mode, listed } = settings;
  const host = seatDown(viewerId, now, draw);
  const state: State = { id, name: clean, createdAt: now, at: now, mode, status: "waiting", closed: false, listed, host, teams: [] };
  return { ok: true, state, events: [{ type: "gameCreated", data: { mode } }], grant: { seat: null, how: "claimed" } };
}

/** When the first slot is free because its holder was away too long. The host's chair is never freed: nobody else could run the class. */
export function nextWakeAt(state: State): Instant | null {
  let due: number | null = null;
  for (const { slots } of state.teams) {
    for (const { holder } of slots) {
      if (holder === null || holder.droppedAt === null) continue;
      const at = holder.droppedAt + limits.awayMs;
      if (due === null || at < due) due = at;
    }
  }
  return due as Instant | null;
}

export function settle(base: State, now: Instant): Accepted<State, Event> | null {
  const due = nextWakeAt(base);
  if (due === null || due > now) return null;
  const draft = draftOf(base, now, null);
  draft.state.at = Math.max(now, base.at) as Instant;
  const isGone = (holder: Holder | null): boolean => holder?.droppedAt != null && holder.droppedAt + limits.awayMs <= now;
  for (const team of base.teams) {
    if (isGone(team.slots[0].holder)) vacate(draft, { team, slot: 0 }, "playerFreed");
    const again = draft.state.teams[team.id - 1] ?? team;
    if (isGone(team.slots[1].holder)) vacate(draft, { team: again, slot: 1 }, "playerFreed");
  }
  return accepted(draft);
}
