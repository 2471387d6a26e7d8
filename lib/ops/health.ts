// What the probes say: parts report from memory, and a pure combination makes the whole. Never does I/O, so that a hanging
// dependency cannot make a probe hang.
import { paceAhead } from "./ambient.ts";
import { refusedFrom, type Work } from "./shedding.ts";

export type Level = "healthy" | "degraded" | "unhealthy";

export interface PartReport {
  readonly level: Level;
  /** One plain sentence when not healthy, else null. */
  readonly problem: string | null;
  /** False when an action sent now could not be acknowledged. */
  readonly ready: boolean;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Called on every probe; answers at once from what it knows. A throw counts as unhealthy. */
export type Part = () => PartReport;

export interface HealthReport {
  readonly status: Level;
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly parts: Readonly<Record<string, PartReport>>;
}

/** From best to worst. */
export const levels: readonly Level[] = ["healthy", "degraded", "unhealthy"];

/** The worst level of all, ready only when every part is. */
export function combine(parts: Readonly<Record<string, PartReport>>): HealthReport {
  const reports = Object.values(parts);
  const worst = Math.max(0, ...reports.map((report) => levels.indexOf(report.level)));
  return {
    status: levels[worst] ?? "unhealthy",
    ready: reports.every((report) => report.ready),
    problems: reports.flatMap((report) => (report.problem === null ? [] : [report.problem])),
    parts,
  };
}

export const healthy: PartReport = { level: "healthy", problem: null, ready: true };

export interface Health {
  report(): HealthReport;
}

export function createHealth(parts: Readonly<Record<string, Part>>): Health {
  return {
    report() {
      const reports: Record<string, PartReport> = {};
      for (const [name, part] of Object.entries(parts)) {
        try {
          reports[name] = part();
        } catch {
          reports[name] = { level: "unhealthy", problem: `The part "${name}" cannot tell how it is.`, ready: false };
        }
      }
      return combine(reports);
    },
  };
}

/** The store as a part. A queue whose oldest change waits longer than `slowMs` is a warning before it is a failure. */
export function storePart(
  health: () => { ready: boolean; tier: string; problem: string | null; queueDepth: number; queueAgeMs: number },
  slowMs: number,
): Part {
  return () => {
    const { ready, tier, problem, queueDepth, queueAgeMs } = health();
    const facts = { tier, queueDepth, queueAgeMs };
    if (!ready) return { level: "unhealthy", problem: problem ?? "The store cannot save.", ready: false, facts };
    if (queueAgeMs > slowMs)
      return {
        level: "degraded",
        problem: `The store is slow: the oldest change has waited ${Math.round(queueAgeMs)} ms.`,
        ready: true,
        facts,
      };
    return { ...healthy, facts };
  };
}

/** Leaving: alive and well, but nothing new may come here. */
export function drainPart(draining: () => boolean): Part {
  return () => (draining() ? { level: "degraded", problem: "The server is leaving.", ready: false } : healthy);
}

/** What is refused under load, when it goes as far as this kind of work; the worst first. */
const refused: readonly (readonly [Work, string])[] = [
  ["tap", "even taps are refused"],
  ["watch", "new games, joins and spectators are refused"],
  ["join", "new games and joins are refused"],
  ["create", "new games are refused"],
];

/** More work than can be done. `pressure` is that of the edge: from 1 on it refuses. Taps go through nearly to the end. */
export function loadPart(load: () => { readonly loopLagMs: number; readonly pressure: number }): Part {
  return () => {
    const { loopLagMs, pressure } = load();
    const facts = { loopLagMs: Math.round(loopLagMs), pressure: Math.round(pressure * 100) / 100 };
    const worst = refused.find(([work]) => pressure >= refusedFrom[work]);
    if (worst === undefined) return { ...healthy, facts };
    return { level: "degraded", problem: `The server has more to do than it can: ${worst[1]}.`, ready: true, facts };
  };
}

/** The copies of games held in memory: never a problem, as idle ones make room; the figures are for whoever looks. */
export function roomsPart(rooms: () => number, roomsMax: number): Part {
  return () => ({ ...healthy, facts: { rooms: rooms(), roomsMax } });
}

/** A dependency without which games go on: its failure is only ever a degradation. */
export function optionalPart(problem: () => string | null): Part {
  return () => {
    const text = problem();
    return text === null ? healthy : { level: "degraded", problem: text, ready: true };
  };
}

/**
 * This machine's clock beside that of the others: what they differ by is charged to a seat with every turn that passes between instances.
 * `aheadMs` null: not known, or there are no others.
 */
export function clockPart(aheadMs: () => number | null, skewMsMax: number): Part {
  return () => {
    const ms = Math.round(aheadMs() ?? 0);
    const facts = { aheadMs: ms };
    if (Math.abs(ms) <= skewMsMax) return { ...healthy, facts };
    const problem = `This machine's clock is ${Math.abs(ms)} ms ${ms > 0 ? "ahead of" : "behind"} Redis': games between instances charge seats wrongly.`;
    return { level: "degraded", problem, ready: true, facts };
  };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** In words, rounded: nobody needs it to the minute. */
function spanText(ms: number): string {
  if (ms < 2 * dayMs) return `${Math.ceil(ms / hourMs)} hours`;
  return ms < 2 * 365 * dayMs ? `${Math.round(ms / dayMs)} days` : `${Math.round(ms / (365 * dayMs))} years`;
}

/** The same of a server that is alone: its time does not step back with the machine's clock, so the two may differ. Games take no harm. */
export function ownClockPart(aheadMs: () => number, aheadMsMax: number): Part {
  return () => {
    const ms = aheadMs();
    const facts = { aheadMs: ms };
    if (ms <= aheadMsMax) return { ...healthy, facts };
    const slower = `runs a hundredth slower: the two agree in about ${spanText(ms / (1 - paceAhead))}`;
    const problem = `This machine's clock was set back: server time is ${Math.round(ms / 1_000)} s ahead of it and ${slower}. Games take no harm.`;
    return { level: "degraded", problem, ready: true, facts };
  };
}

/** How many looks it takes until it is told again. */
const looksToTellAgain = 8;

/** A look that calls `tell` when the store can no longer save, and again and again until it can: what pages show leaves by itself. */
export function storeWatch(store: { health(): { ready: boolean } }, tell: () => void): () => void {
  let looks = 0;
  return () => {
    if (store.health().ready) looks = 0;
    else if (looks++ % looksToTellAgain === 0) tell();
  };
}
