// Counts how often a run reached the states it is about. A search that never gets there proves nothing.
import type { State } from "../../lib/game/state.ts";
import type { Durable } from "./disk.ts";

export type Counts = Readonly<Record<string, number>>;

/** What must have been reached when all seeds of a whole run are added up. */
export const mustReach = [
  "stacks at least 3 deep",
  "a target died while others still answered",
  "a timed choice over a pause",
  "a flag fall undone",
  "campaign ended: standard",
  "campaign ended: blitz",
  "campaign ended: endurance",
  "campaign ended: wastelands",
  "restarts with running clocks",
  "seats displaced",
  "lost answers granted again",
  "conflicts",
  "resyncs",
  "flag falls",
  "choices forced by time",
  "hosts succeeded",
  "seats freed after an hour",
  "stolen keys revoked",
  "games paused by a drop",
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
] as const;

export class Census {
  readonly #counts = new Map<string, number>();

  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  get counts(): Counts {
    return Object.fromEntries([...this.#counts].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** Looks at one durable change. */
  look(change: Durable, before: State | null, wakes: (v: number) => readonly { readonly type: string }[]): void {
    const { state, record } = change;
    this.count("changes");
    this.count(`change: ${record.command.type}`);
    for (const event of change.events) this.#event(event, state);
    if (before === null) return;
    if (state.stack.length >= 3 && before.stack.length < 3) this.count("stacks at least 3 deep");
    if (diedWhileAsked(before, state)) this.count("a target died while others still answered");
    if (choiceWaits(before) && choiceWaits(state) && before.status === "paused" && state.status === "running")
      this.count("a timed choice over a pause");
    const { past, command } = record;
    const undone = change.events.some((event) => event.type === "undone");
    if (undone && past?.type === "wake" && wakes(past.v).some((event) => event.type === "timeout")) this.count("a flag fall undone");
    if (command.type === "outage" && before.status === "running") this.count("restarts with running clocks");
    if (command.type === "reconnect" && "grantId" in command && command.grantId !== null && change.state !== before)
      this.count("lost answers granted again");
    for (const { reason } of record.dismissals) this.count(reason === "displaced" ? "seats displaced" : `dismissed: ${reason}`);
  }

  #event(event: { readonly type: string; readonly data: object }, state: State): void {
    const data = event.data as { readonly by?: string; readonly forced?: boolean };
    if (event.type === "timeout") this.count("flag falls");
    if (event.type === "timeoutChoice" && data.forced === true) this.count("choices forced by time");
    if (event.type === "campaignComplete") this.count(`campaign ended: ${state.campaign?.preset ?? "?"}`);
    if (event.type === "hostChanged") this.count("hosts succeeded");
    if (event.type === "seatFreed") this.count("seats freed after an hour");
    if (event.type === "keysRevoked") this.count("stolen keys revoked");
    if (event.type === "gamePaused" && data.by === "drop") this.count("games paused by a drop");
    if (event.type === "roundStarted") this.count("rounds started");
  }
}

const choiceWaits = (state: State): boolean => state.seats.some((seat) => seat.choiceLeftMs !== null);

function diedWhileAsked(before: State, after: State): boolean {
  if (before.targeting !== "resolving" || after.targeting !== "resolving" || before.awaiting.length < 2) return false;
  return before.awaiting.some((id) => before.seats[id - 1]?.dead === false && after.seats[id - 1]?.dead === true);
}

export function addCounts(all: Counts, more: Counts): Counts {
  const sum: Record<string, number> = { ...all };
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
