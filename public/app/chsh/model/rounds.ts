// The complete rounds of a class, from its log, and as a file of one row per answer. Pure.
import type { Item, Mode } from "../../../../lib/chsh/items.ts";
import { csvText } from "../../../../lib/protocol/csv.ts";
import type { WireEvent } from "../../../../lib/game/wire-event.ts";

export interface PlayedRound {
  readonly teamId: number;
  readonly team: string;
  readonly mode: Mode;
  readonly round: number;
  readonly questions: readonly [Item, Item];
  readonly answers: readonly [boolean, boolean];
  /** Server time of each answer, ms. */
  readonly answeredAt: readonly [number, number];
}

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
