// Counts how often a run reached the states it is about. A search that never gets there proves nothing.
import { readAnswer } from "../../lib/room/answer.ts";
import type { Durable } from "./disk.ts";

export type Counts = Readonly<Record<string, number>>;

/** What must have been reached, whatever the game, when all seeds of a whole run are added up. */
export const mustReachAlways: readonly string[] = [
  "seats displaced",
  "lost answers granted again",
  "conflicts",
  "resyncs",
  "stolen keys revoked",
  "writes: done",
  "writes: late",
  "writes: lost",
  "writes of a server that died before the answer",
  "announcements lost",
  "subscriptions that failed",
  "rooms dropped while idle",
  "answered busy",
  "answered store-unavailable",
  "lines that broke",
  "servers killed",
  "servers drained",
  "wall clocks set",
  "servers that stood still",
  // What the server says of such a time, when it was long enough to count (see lib/ops/away.ts).
  "this server did nothing for a while",
  "times when nothing could be saved",
  "nothing could be saved for a while",
];

/** A durable change as a game looks at it. */
export interface Look {
  readonly change: Durable;
  readonly before: unknown;
  /** The events of version `v` of the same game. */
  readonly eventsOf: (v: number) => readonly { readonly type: string }[];
}

export class Census {
  readonly #counts = new Map<string, number>();

  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  get counts(): Counts {
    return Object.fromEntries([...this.#counts].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** Looks at one durable change, as far as it is the same in every game. */
  look({ change, before }: Look): void {
    const { commit, record, state } = change;
    const { command, dismissals } = record;
    this.count("changes");
    this.count(`change: ${command.type}`);
    // By what the shell keeps of it: what rules call the event is their own affair.
    if (command.type === "reconnect" && commit.answer !== null && !readAnswer(commit.answer).ok) this.count("stolen keys revoked");
    if (before === null) return;
    if (command.type === "reconnect" && "grantId" in command && command.grantId !== null && state !== before)
      this.count("lost answers granted again");
    for (const { reason } of dismissals) this.count(reason === "displaced" ? "seats displaced" : `dismissed: ${reason}`);
  }
}

export function addCounts(all: Counts, more: Counts): Counts {
  const sum: Record<string, number> = { ...all };
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
