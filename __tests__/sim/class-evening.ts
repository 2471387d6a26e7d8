// The class game as the simulator plays it: classes of a few teams, what they do, what must stay hidden, and what such evenings
// must reach.
import { brokenInvariants } from "../../lib/chsh/invariants.ts";
import { limits } from "../../lib/chsh/limits.ts";
import type { OpenRound, State, Team } from "../../lib/chsh/state.ts";
import type { Instant, ViewerId } from "../../lib/game/ids.ts";
import { hosted } from "../../lib/gateway/hosted-game.ts";
import { chshGame } from "../../lib/protocol/chsh-game.ts";
import type { ClassTable } from "../../public/app/chsh/model/class-table.ts";
import type { Look } from "./census.ts";
import type { Chance } from "./chance.ts";
import { ClassMover, type ClassTemper } from "./class-moves.ts";
import { type Shape, troubledShapes, weatherOf } from "./scenario.ts";
import type { Shown, SimGame } from "./sim-game.ts";

const even: ClassTemper = { leaving: 1, pauses: 4, resets: 1, nonsense: 6 };
const moverOf = (temper: ClassTemper) => (chance: Chance) => new ClassMover(chance, temper);
const game = hosted(chshGame);
const { rules } = game;

const settings = (chance: Chance): object => ({ mode: chance.pick(["simplified", "simplified", "classic"]), listed: chance.hit(20) });

function shape(chance: Chance): Shape {
  const weather = weatherOf(chance);
  return chance.weighted<Shape>([
    [3, { kind: "class", moves: 300 }],
    [2, { kind: "restless class", mover: moverOf({ ...even, leaving: 12, resets: 3 }), moves: 120 }],
    ...troubledShapes(weather, moverOf({ ...even, nonsense: 15 })),
  ]);
}

/** Every audience there is, and who would be in it. */
function viewersOf(state: State): readonly ViewerId[] {
  const players = state.teams.flatMap(({ slots }) => slots.flatMap(({ holder }) => (holder === null ? [] : [holder.viewerId])));
  return [...players, ...(state.host === null ? [] : [state.host.viewerId]), "" as ViewerId];
}

const audiences = (state: State): readonly string[] => [...new Set(viewersOf(state).map((viewer) => rules.audienceOf(state, viewer)))];

const flipped = (open: OpenRound): OpenRound => {
  const [first, second] = open.answers;
  return { ...open, answers: [first === null ? null : !first, second === null ? null : !second] };
};

/** The open round had this slot been asked something else: A and B, or X and Y, change places. */
const askedOtherwise = (open: OpenRound, slot: number): OpenRound => ({ ...open, pair: open.pair ^ (slot === 0 ? 4 : 1) });

const withOpen = (state: State, team: Team, open: OpenRound): State => ({
  ...state,
  teams: state.teams.with(team.id - 1, { ...team, open }),
});

interface Told {
  readonly type: string;
  readonly data: object;
}

function isOfRound({ type, data }: Told, teamId: number, round: number): boolean {
  const about = data as { readonly teamId?: number; readonly round?: number };
  return type === "roundCompleted" && about.teamId === teamId && about.round === round;
}

/** Nobody but whoever sits at `own` may be shown a class in which something of his is otherwise as anything but what it is. */
function shownTo(state: State, other: State, own: string): readonly string[] {
  const seen = (of: State, audience: string) => JSON.stringify(rules.view(of, audience, of.at as Instant));
  return audiences(state).filter((audience) => audience !== own && seen(state, audience) !== seen(other, audience));
}

/** Given away are an open question or answer that make somebody else's view another one, and those that an event holds. */
function given(state: State, events: readonly Told[]): readonly string[] {
  const told: string[] = [];
  for (const team of state.teams) {
    const { open } = team;
    if (open === null) continue;
    for (const slot of [0, 1] as const) {
      const own = `seat ${team.id * 2 - 1 + slot}`;
      const question = shownTo(state, withOpen(state, team, askedOtherwise(open, slot)), own);
      told.push(...question.map((audience) => `${audience} is shown the question of ${own}`));
      const answer = open.answers[slot] === null ? [] : shownTo(state, withOpen(state, team, flipped(open)), own);
      told.push(...answer.map((audience) => `${audience} is shown the answer of ${own}`));
    }
    if (events.some((event) => isOfRound(event, team.id, open.number))) told.push(`round ${open.number} is told before it is complete`);
  }
  const secrets = ["question", "questions", "answer", "answers"];
  for (const { type, data } of events) {
    const held = type === "roundCompleted" ? [] : secrets.filter((name) => name in data);
    told.push(...held.map((name) => `${type} holds: ${name}`));
  }
  return told;
}

/** How long the host was away before this change. */
function hostAwayMs(before: State | null, change: State): number {
  const droppedAt = before?.host?.droppedAt ?? null;
  return droppedAt === null ? 0 : change.at - droppedAt;
}

function look({ change, before: was }: Look, count: (name: string) => void): void {
  const before = was as State | null;
  const { command } = change.record;
  const types = new Set(change.events.map(({ type }) => type));
  for (const [type, name] of namedEvents) if (types.has(type)) count(name);
  if (command.type === "reconnect" && types.has("playerJoined")) count("teams revived by token");
  if (types.has("hostBack") && hostAwayMs(before, change.state as State) > limits.awayMs) count("hosts back after an hour");
  if (command.type === "outage" && before?.status === "running") count("restarts with open rounds");
  if ((change.state as State).teams.some(({ figures }) => figures.enough)) count("teams with enough data");
}

const namedEvents: readonly (readonly [string, string])[] = [
  ["roundCompleted", "rounds complete"],
  ["roundAbandoned", "rounds abandoned"],
  ["playerFreed", "slots freed after an hour"],
  ["hostBack", "hosts back in their chair"],
  ["gameReset", "classes begun anew"],
  ["modeChosen", "modes chosen"],
  ["gamePaused", "classes paused"],
  ["gameEnded", "classes ended"],
];

export const classEvening: SimGame = {
  game,
  mustReach: [
    ...namedEvents.map(([, name]) => name),
    "hosts back after an hour",
    "teams revived by token",
    "restarts with open rounds",
    "teams with enough data",
    "answered wrong-round",
    "answered already-answered",
    "answered name-taken",
    "answered not-host",
  ],
  settings,
  shape,
  mover: moverOf(even),
  players: (_settings, chance) => 3 + chance.below(5),
  isHost: ({ name, table }) => (table as unknown as ClassTable | null)?.role === "host" || name === "p1",
  broken: (state) => brokenInvariants(state as State),
  audiences: (state) => audiences(state as State),
  audienceShown(shown: Shown) {
    const table = shown as unknown as ClassTable;
    return table.role === "host" ? "host" : table.role === "player" ? `seat ${table.seat}` : "watch";
  },
  given: (state, events) => given(state as State, events),
  look,
};
