// The complete rounds of a class, from its log, and as a file of one row per answer. Pure.
import type { Event } from "../../../../lib/chsh/commands.ts";
import { csvText } from "../../../../lib/protocol/csv.ts";
import type { WireEvent } from "../../../../lib/game/wire-event.ts";

/** A complete round as its event tells it; times are the server's, ms. */
export type PlayedRound = Extract<Event, { readonly type: "roundCompleted" }>["data"];

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
