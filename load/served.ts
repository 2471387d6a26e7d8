// How long the server itself took for the commands of a run, from its own histogram. A tester on the same cores is late for reasons of
// its own; what it saw beyond these figures is between the two. Pure.

export interface Served {
  /** From the arrival of each command to its answer handed to the socket; heartbeats and reads of the lists are not among them. */
  readonly commands: number;
  /** Share of them answered within so many ms, by the bounds the server counts in. */
  readonly within: Readonly<Record<string, number>>;
  readonly words: string;
}

const bucket = /^tapotarp_command_duration_seconds_bucket\{(?:[^}]*,)?le="([\d.]+|\+Inf)"[^}]*\} (\d+)$/;
/** The bounds that the words name, ms. */
const named = [10, 50, 100, 250];

/** `metrics`: what `/metrics` says at the end of a run by a server that was fresh at its start. */
export function servedOf(metrics: string): Served {
  const counts = new Map<number, number>();
  for (const line of metrics.split("\n")) {
    const [, bound, count] = bucket.exec(line) ?? [];
    if (bound === undefined) continue;
    const ms = bound === "+Inf" ? Number.POSITIVE_INFINITY : Math.round(Number(bound) * 1e6) / 1e3;
    counts.set(ms, (counts.get(ms) ?? 0) + Number(count));
  }
  const commands = counts.get(Number.POSITIVE_INFINITY) ?? 0;
  const shares = [...counts]
    .filter(([ms]) => Number.isFinite(ms))
    .map(([ms, count]) => [ms, commands === 0 ? 0 : count / commands] as const);
  const said = shares.filter(([ms]) => named.includes(ms)).map(([ms, share]) => `${(share * 100).toFixed(2)} % within ${ms} ms`);
  return { commands, within: Object.fromEntries(shares), words: `the server's own clock: ${commands} commands, ${said.join(", ")}` };
}
