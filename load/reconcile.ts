// Two counts of one run held side by side: what the clients say they did, and what the server says was done. Pure.

interface CounterValues {
  readonly count?: number;
}

/** The part of k6's summary that is read here. */
export interface Summary {
  readonly metrics: Readonly<Record<string, CounterValues>>;
}

export interface Reconciled {
  readonly agrees: boolean;
  /** Commands with an answer, by the clients. */
  readonly clients: number;
  /** Commands answered, by the server. */
  readonly server: number;
  /** Tables that were seated and started, and those of them that were played to their end and compared. */
  readonly begun: number;
  readonly played: number;
  readonly words: string;
}

/** Answered by the session itself without going through a game, so not counted as commands. */
const sessionTypes = ["sync", "leave", "subscribeTicks", "feedback", "ping"];
/** Commands nobody sent: the shell's own. */
const shellTypes = ["wake", "drop"];

export function counted(summary: Summary, name: string): number {
  return summary.metrics[name]?.count ?? 0;
}

/** Adds up one metric over all label values that `wanted` accepts. */
export function total(metrics: string, name: string, wanted: (labels: string) => boolean = () => true): number {
  let sum = 0;
  for (const line of metrics.split("\n")) {
    const match = /^(\w+)(\{[^}]*\})? ([\d.e+-]+)$/.exec(line);
    if (match?.[1] === name && wanted(match[2] ?? "")) sum += Number(match[3]);
  }
  return sum;
}

const has = (labels: string, types: readonly string[]): boolean => types.some((type) => labels.includes(`type="${type}"`));

/**
 * The server must have counted as done every command the clients saw done, give or take none. And every table that was begun must have
 * been played to its end: k6 passes an iteration that threw or ran out of time, and what it would have found wrong nobody counted.
 */
export function reconcile(summary: Summary, metrics: string): Reconciled {
  const done = counted(summary, "commands_done") - counted(summary, "syncs_done");
  const server = total(metrics, "tapotarp_commands_total", (labels) => {
    return labels.includes('outcome="ok"') && !has(labels, sessionTypes) && !has(labels, shellTypes);
  });
  const [begun, played] = [counted(summary, "games_begun"), counted(summary, "games_played")];
  const ended = begun === played && played > 0 ? "" : `; of ${begun} tables begun ONLY ${played} WERE PLAYED TO THE END`;
  const counts = `commands done: ${done} by the clients' count, ${server} by the server's`;
  const words = `${counts}: ${done === server ? "they agree" : "THEY DIFFER"}${ended}`;
  return { agrees: done === server && ended === "", clients: done, server, begun, played, words };
}
