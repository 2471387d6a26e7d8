// The changes of a game as its log gives them, and which of them made the last game what it was, at the times of its clocks. Pure.
import type { SeatId } from "../../../lib/game/ids.ts";
import type { WireEvent } from "../../../lib/game/wire-event.ts";

export interface LoggedChange {
  readonly v: number;
  /** Server time, ms. */
  readonly at: number;
  readonly by: SeatId | null;
  readonly command: string;
  /** Of an outage: since when nobody lived. */
  readonly fromAt?: number;
  readonly events: readonly WireEvent[];
}

export interface PlayedChange extends LoggedChange {
  /** Each with its own moment. */
  readonly events: readonly (WireEvent & { readonly at: number })[];
  /** The clocks run from here on. */
  readonly runs: boolean;
}

/** Why the clocks stand; null while they run. */
type Stands = "waiting" | "player" | "drop" | "restart" | "finished" | null;
const ends: Readonly<Record<string, Stands>> = {
  gameStarted: null,
  gameResumed: null,
  gameReset: "waiting",
  gameComplete: "finished",
};

/**
 * After a change was taken back the clocks run or stand as before it, and no event says so. A pause that was ended by hand comes again as a
 * player's; without a server nothing runs on (see `takeBack` in lib/game/undo.ts).
 */
function standsAgain(now: Stands, then: Stands, command: string): Stands {
  if (now === "restart") return then ?? "restart";
  return then !== null && (command === "start" || command === "pause") ? "player" : then;
}

/** How it stood at first and after each change. What was undone counts until it was. */
function standings(changes: readonly LoggedChange[], places: ReadonlyMap<number, number>): readonly Stands[] {
  let stands: Stands = "waiting";
  const all: Stands[] = [stands];
  for (const { events } of changes) {
    for (const { type, data } of events) {
      const place = type === "undone" ? places.get((data as { readonly v: number }).v) : undefined;
      if (place !== undefined) stands = standsAgain(stands, all[place] ?? null, changes[place]?.command ?? "");
      else if (type === "gamePaused") stands = (data as { readonly by: Stands }).by;
      else if (type in ends) stands = ends[type] ?? null;
    }
    all.push(stands);
  }
  return all;
}

/**
 * What was undone is left out, and the time from it until it was taken back with it: the clocks went back, too. A change that nobody
 * made is taken back to the one before it. Time without a server is left out as well.
 */
function withoutUndone(changes: readonly LoggedChange[]): readonly PlayedChange[] {
  const places = new Map(changes.map((change, place) => [change.v, place]));
  const stands = standings(changes, places);
  const times: number[] = [];
  const cuts: number[] = [];
  const undone = new Set<number>();
  let cutMs = 0;
  for (const change of changes) {
    const { at, events } = change;
    cuts.push(cutMs);
    if (change.command === "outage") cutMs = at - livedUntil(change, times.at(-1) ?? 0, cutMs);
    times.push(at - cutMs);
    for (const v of undoneBy(events)) {
      const place = places.get(v);
      if (place === undefined) continue;
      undone.add(v);
      const isAsked = changes[place]?.command !== "wake" && changes[place]?.command !== "outage";
      const back = isAsked ? place : Math.max(0, place - 1);
      const backAt = settledAt(changes[back] ?? change, times[back] ?? at, cuts[back] ?? 0);
      for (let later = back; later < times.length; later += 1) times[later] = Math.min(backAt, times[later] ?? backAt);
      cutMs = at - backAt;
    }
  }
  const played = changes.map((change, place) => {
    const at = times[place] ?? change.at;
    const events = change.events.map((event) => ({ ...event, at: Math.min(at, (event.at ?? change.at) - (cuts[place] ?? 0)) }));
    return { ...change, at, events, runs: stands[place + 1] === null };
  });
  return played.filter(({ v }) => !undone.has(v));
}

/** The clocks are accounted for up to what fell due last, however late it was looked at. */
const settledAt = ({ command, events }: LoggedChange, at: number, cutMs: number): number =>
  command === "wake" ? Math.min(at, (events.at(-1)?.at ?? Number.POSITIVE_INFINITY) - cutMs) : at;

/** A log of earlier, which does not say it, leaves it at the change before. */
const livedUntil = ({ at, fromAt = 0 }: LoggedChange, beforeAt: number, cutMs: number): number =>
  Math.max(beforeAt, Math.min(at, fromAt) - cutMs);

const undoneBy = (events: readonly WireEvent[]): readonly number[] =>
  events.filter(({ type }) => type === "undone").map(({ data }) => (data as { readonly v: number }).v);

/** Changes of the last game in the log: what came before a reset or a new round belongs to another one, and what was undone to none. */
export function lastGame(changes: readonly LoggedChange[]): readonly PlayedChange[] {
  const kept = withoutUndone(changes);
  const cut = kept.findLastIndex((c) => c.events.some((e) => e.type === "gameReset" || e.type === "roundStarted"));
  const after = kept.slice(cut + 1);
  return after.some((c) => c.events.some((e) => e.type === "gameStarted")) || cut < 0 ? after : kept;
}
