// The complete rounds of a class, from its log, and as a file of one row per answer. Pure.
import type { Event } from "../../../../lib/chsh/commands.ts";
import { csvText } from "../../../../lib/protocol/csv.ts";
import type { WireEvent } from "../../../../lib/game/wire-event.ts";
import type { Model } from "../../model/model.ts";
import type { LoggedChange } from "../../model/logged.ts";

/** A complete round as its event tells it; times are the server's, ms. */
export type PlayedRound = Extract<Event, { readonly type: "roundCompleted" }>["data"];

type LogPart = readonly Pick<LoggedChange, "v" | "events">[];

/** Rounds since the last reset, oldest first. */
export function roundsOf(events: readonly WireEvent[]): readonly PlayedRound[] {
  const since = events.findLastIndex(({ type }) => type === "gameReset") + 1;
  return events.slice(since).flatMap(({ type, data }) => (type === "roundCompleted" ? [data as PlayedRound] : []));
}

/** Both lists in one, each round once, as the log has them. */
export function joined(older: readonly PlayedRound[], newer: readonly PlayedRound[]): readonly PlayedRound[] {
  const known = new Set(newer.map(({ teamId, round }) => `${teamId}.${round}`));
  return [...older.filter(({ teamId, round }) => !known.has(`${teamId}.${round}`)), ...newer];
}

/** Rounds of each team that its history shows. */
export const historyRoundsMax = 20;

/** The latest rounds of every team, as far as a page has heard of them. */
export interface History {
  readonly rounds: readonly PlayedRound[];
  /** Version of the last reset that was seen: what the log has from before it is gone. */
  readonly resetV: number;
}

export const noHistory: History = { rounds: [], resetV: 0 };

/**
 * Of each team only as many as are shown: a class that goes on for hours keeps no more than that. A page that was gone for a while heard
 * later rounds before the log told of those between.
 */
function latest(rounds: readonly PlayedRound[]): readonly PlayedRound[] {
  const counts = new Map<number, number>();
  const isLatest = ({ teamId }: PlayedRound): boolean => {
    const count = (counts.get(teamId) ?? 0) + 1;
    counts.set(teamId, count);
    return count <= historyRoundsMax;
  };
  const inOrder = rounds.toSorted((a, b) => a.round - b.round);
  return inOrder.toReversed().filter(isLatest).reverse();
}

/** The page soon forgets what happened, above all in a class where much does: rounds are taken in as they come. */
export function withHappenings({ rounds, resetV }: History, happenings: Model["happenings"]): History {
  const reset = happenings.findLast(({ event }) => event.type === "gameReset")?.v ?? 0;
  const newer = roundsOf(happenings.filter(({ v }) => v > resetV).map(({ event }) => event));
  return { rounds: latest(joined(reset > resetV ? [] : rounds, newer)), resetV: Math.max(reset, resetV) };
}

/**
 * What was played before the page came, from the log. A reset may be in it that the page was never told of: then the rounds that it had
 * heard of are taken from what happened once more, without those from before.
 */
export function withLog({ rounds, resetV }: History, log: LogPart): History {
  const older = roundsOf(log.filter(({ v }) => v > resetV).flatMap(({ events }) => events));
  const reset = log.findLast(({ events }) => events.some(({ type }) => type === "gameReset"))?.v ?? 0;
  return { rounds: latest(joined(older, reset > resetV ? [] : rounds)), resetV: Math.max(reset, resetV) };
}

/** The file of all answers since the last reset. It is cut when the log does not go back so far: Redis keeps the newest changes alone. */
export function fileOf(log: LogPart, happenings: Model["happenings"]): { readonly csv: string; readonly isCut: boolean } {
  const later = happenings.filter(({ v }) => v > (log.at(-1)?.v ?? 0)).map(({ event }) => event);
  const events: readonly WireEvent[] = [...log.flatMap((change) => change.events), ...later];
  const isCut = log[0]?.v !== 1 && !events.some(({ type }) => type === "gameReset");
  return { csv: answersCsv(joined([], roundsOf(events))), isCut };
}

const header = ["time", "team", "round", "slot", "question", "partner's question", "answer", "mode"];

/** One row per answer, in the order of rounds. */
export function answersCsv(rounds: readonly PlayedRound[]): string {
  const rows = rounds.flatMap(({ team, round, mode, questions, answers, answeredAt }) =>
    ([0, 1] as const).map((slot) => [
      new Date(answeredAt[slot]).toISOString(),
      team,
      round,
      slot + 1,
      questions[slot],
      questions[1 - slot] ?? "",
      answers[slot],
      mode,
    ]),
  );
  return csvText([header, ...rows]);
}
