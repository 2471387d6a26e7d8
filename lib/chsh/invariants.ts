// What must be true of every class, whatever was said in it. Asked by tests and simulations after every change; changes nothing.
import { plans, pairCount } from "./items.ts";
import { limits } from "./limits.ts";
import { foldedName } from "./names.ts";
import { figuresOf } from "./figures.ts";
import { type State, type Team, teamStateOf } from "./state.ts";

const total = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0);

/** Names of the rules that a class breaks; none for a good one. */
export function brokenInvariants(state: State): readonly string[] {
  const broken: string[] = [];
  const check = (name: string, isTrue: boolean): void => {
    if (!isTrue) broken.push(name);
  };
  const holders = state.teams.flatMap(({ slots }) => slots.flatMap(({ holder }) => (holder === null ? [] : [holder.viewerId])));
  check("a player is in one team only", new Set(holders).size === holders.length);
  check("players within the limit", holders.length <= limits.playersMax);
  check("teams within the limit", state.teams.length <= limits.teamsMax);
  const active = state.teams.filter((team) => teamStateOf(team) !== "inactive");
  check("names of active teams are unique", new Set(active.map(({ name }) => foldedName(name))).size === active.length);
  check(
    "a team's id is its place",
    state.teams.every(({ id }, place) => id === place + 1),
  );
  check(
    "closed means finished, and nobody sits",
    !state.closed || (state.status === "finished" && holders.length === 0 && state.host === null),
  );
  check("the host keeps the chair until the class is closed", state.closed || state.host !== null);
  for (const team of state.teams) for (const name of brokenIn(state, team)) broken.push(`${name} (team ${team.id})`);
  return broken;
}

function brokenIn({ status, mode }: State, team: Team): readonly string[] {
  const { sums, dealt, open, last, rounds, lastNumber, slots, figures } = team;
  const isPlaying = teamStateOf(team) === "playing";
  const { pairs, repeats } = plans[mode];
  const openAt = (pair: number): number => (open?.pair === pair ? 1 : 0);
  const rules: readonly (readonly [string, boolean])[] = [
    ["rounds are those counted", total(sums.rounds) === rounds],
    ["what was dealt is complete or open", dealt.every((count, pair) => count === (sums.rounds[pair] ?? 0) + openAt(pair))],
    ["only pairs of the mode are dealt", dealt.length === pairCount && dealt.every((count, pair) => count === 0 || pairs.includes(pair))],
    ["same answers are some of the rounds", sums.same.every((count, pair) => count <= (sums.rounds[pair] ?? 0))],
    ["two answers a round", total(sums.answers) === 2 * rounds && sums.trues.every((count, item) => count <= (sums.answers[item] ?? 0))],
    [
      "no pair is dealt too often before the plan is done",
      total(dealt) > pairs.length * repeats || dealt.every((count) => count <= repeats),
    ],
    [
      "a round is open just where a complete team plays",
      (open !== null) === (isPlaying && (status === "running" || (status === "paused" && open !== null))),
    ],
    [
      "the open round is the last one dealt, and not complete",
      open === null || (open.number === lastNumber && open.answers.includes(null)),
    ],
    [
      "an answer has its time",
      open === null || open.answers.every((answer, slot) => (answer === null) === (open.answeredAt[slot] === null)),
    ],
    ["the last complete round was before the open one", last === null || (last.number <= lastNumber && last.number !== open?.number)],
    [
      "a key of somebody gone is kept only for an empty slot",
      slots.every(({ holder, leftTokenHash }) => holder === null || leftTokenHash === null),
    ],
    ["figures follow from the sums", JSON.stringify(figures) === JSON.stringify(figuresOf(sums, dealt, mode))],
  ];
  return rules.flatMap(([name, isTrue]) => (isTrue ? [] : [name]));
}
