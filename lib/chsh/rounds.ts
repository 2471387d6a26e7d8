// Rounds of one team: dealing questions, taking answers, completing and abandoning. An abandoned round leaves no trace in the figures.
import type { Instant } from "../game/ids.ts";
import { nextPair } from "./deal.ts";
import { type Draft, type Outcome, refuse, writeTeam } from "./draft.ts";
import { figuresOf } from "./figures.ts";
import { pairCount, pairItems } from "./items.ts";
import { type OpenRound, type Place, type Team, teamStateOf } from "./state.ts";
import { addRound, noSums } from "./sums.ts";

const nothingDealt: readonly number[] = Array.from({ length: pairCount }, () => 0);

/** A team that has played nothing yet. */
export const freshRounds = (mode: Draft["state"]["mode"]) => ({
  dealt: nothingDealt,
  sums: noSums,
  rounds: 0,
  open: null,
  last: null,
  figures: figuresOf(noSums, nothingDealt, mode),
});

/** Gives a complete team its next questions, if the class is running and it has none open. */
export function dealTo(draft: Draft, team: Team): void {
  const { state, dice } = draft;
  if (state.status !== "running" || team.open !== null || teamStateOf(team) !== "playing") return;
  if (dice === null) throw new Error("dealing needs a drawn seed");
  const pair = nextPair(state.mode, team.dealt, dice);
  const dealt = team.dealt.with(pair, (team.dealt[pair] ?? 0) + 1);
  const number = team.lastNumber + 1;
  const open: OpenRound = { number, pair, answers: [null, null], answeredAt: [null, null] };
  writeTeam(draft, team.id, { dealt, open, lastNumber: number, figures: figuresOf(team.sums, dealt, state.mode) });
}

export function dealToAll(draft: Draft): void {
  for (const team of draft.state.teams) dealTo(draft, team);
}

/** A player was replaced or left: the open round does not count, nor was it dealt. */
export function abandonRound(draft: Draft, team: Team): Team {
  const { open } = team;
  if (open === null) return team;
  const dealt = team.dealt.with(open.pair, (team.dealt[open.pair] ?? 1) - 1);
  draft.events.push({ type: "roundAbandoned", data: { teamId: team.id, round: open.number } });
  return writeTeam(draft, team.id, { dealt, open: null, figures: figuresOf(team.sums, dealt, draft.state.mode) });
}

interface Given {
  readonly round: number;
  readonly answer: boolean;
}

export function answer(draft: Draft, place: Place | null, given: Given): Outcome {
  if (place === null) return refuse("no-seat");
  if (draft.state.status !== "running") return refuse("wrong-status");
  const { team, slot } = place;
  const { open } = team;
  if (open === null || open.number !== given.round) return refuse("wrong-round", "round");
  if (open.answers[slot] !== null) return refuse("already-answered");
  const put = <T>(pair: readonly [T, T], value: T): [T, T] => (slot === 0 ? [value, pair[1]] : [pair[0], value]);
  const answered: OpenRound = { ...open, answers: put(open.answers, given.answer), answeredAt: put(open.answeredAt, draft.now) };
  draft.events.push({ type: "answered", data: { teamId: team.id, slot: slot + 1, round: open.number } });
  const after = writeTeam(draft, team.id, { open: answered });
  complete(draft, after, answered);
  return null;
}

/** When both have answered: counted, shown to both, and the next is dealt. */
function complete(draft: Draft, team: Team, open: OpenRound): void {
  const [first, second] = open.answers;
  if (first === null || second === null) return;
  const { mode } = draft.state;
  const questions = pairItems(open.pair);
  const answers = [first, second] as const;
  const sums = addRound(team.sums, { questions, answers });
  const done = writeTeam(draft, team.id, {
    sums,
    rounds: team.rounds + 1,
    open: null,
    last: { number: open.number, pair: open.pair, answers },
    figures: figuresOf(sums, team.dealt, mode),
  });
  const answeredAt = open.answeredAt as readonly [Instant, Instant];
  draft.events.push({
    type: "roundCompleted",
    data: { teamId: team.id, team: team.name, mode, round: open.number, questions, answers, answeredAt },
  });
  dealTo(draft, done);
}
