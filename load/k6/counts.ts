// What every script counts, and the limits all of them hold. The runner reconciles these counts with the server's own.
import type { Options } from "k6/options";
import { Counter, Rate, Trend } from "k6/metrics";

/** From the moment a command was due to its answer, ms. */
export const answerMs = new Trend("answer_ms", true);
export const commandsSent = new Counter("commands_sent");
/** Commands answered with `ack`. */
export const commandsDone = new Counter("commands_done");
/** Those of them that were `sync`: the server does not count them among the commands of games. */
export const syncsDone = new Counter("syncs_done");
/** Commands answered with `error`, whether that was right or not. */
export const commandsRefused = new Counter("commands_refused");
export const commandsUnanswered = new Counter("commands_unanswered");
/** Versions that were not the one after the last. */
export const versionGaps = new Counter("version_gaps");
/** Games whose clients did not end on the same version with the same clocks. */
export const gamesDiverged = new Counter("games_diverged");
/** Games whose table was seated and started, and those of them that were played to their end: the runner wants all of them. */
export const gamesBegun = new Counter("games_begun");
export const gamesPlayed = new Counter("games_played");
/** Share of commands, checks and connections that did not end as they had to. */
export const failures = new Rate("failures");

/** A counter that nothing was added to has no samples and passes. */
export const thresholds: NonNullable<Options["thresholds"]> = {
  answer_ms: ["p(99)<100"],
  failures: ["rate<0.001"],
  commands_unanswered: ["count==0"],
  version_gaps: ["count==0"],
  games_diverged: ["count==0"],
};

export const summaryTrendStats = ["min", "med", "p(95)", "p(99)", "p(99.9)", "max", "count"];

export function expect(what: string, holds: boolean): void {
  failures.add(!holds);
  if (!holds) console.error(`not as it has to be: ${what}`);
}
