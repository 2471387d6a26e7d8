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

/** The server must have counted as done every command the clients saw done, give or take none. */
export function reconcile(summary: Summary, metrics: string): Reconciled {
  const done = counted(summary, "commands_done") - counted(summary, "syncs_done");
  const server = total(metrics, "tapotarp_commands_total", (labels) => {
    return labels.includes('outcome="ok"') && !has(labels, sessionTypes) && !has(labels, shellTypes);
  });
  const agrees = done === server;
  const words = `commands done: ${done} by the clients' count, ${server} by the server's: ${agrees ? "they agree" : "THEY DIFFER"}`;
  return { agrees, clients: done, server, words };
}
