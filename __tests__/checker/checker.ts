// Proves or disproves the promises from a History: nothing acknowledged is lost, nothing refused happens, nothing happens twice,
// all see the same. Knows no game, no store and no socket. Near-linear in the size of the history.
import { chainHash } from "../../lib/store/chain.ts";
import type { Answered, GameLog, History, LoggedChange, Observation, Saw } from "./history.ts";

export type BrokenRule = "lost" | "ghost" | "twice" | "gap" | "chain" | "order" | "back" | "early" | "split" | "apart" | "clock" | "answer";

interface Violation {
  readonly rule: BrokenRule;
  readonly game: string;
  readonly message: string;
}

export interface Verdict {
  /** "inconclusive": nothing wrong was found, but a fault that was meant to happen did not. */
  readonly result: "pass" | "fail" | "inconclusive";
  readonly violations: readonly Violation[];
  readonly figures: {
    readonly games: number;
    readonly changes: number;
    readonly sent: number;
    readonly ok: number;
    readonly refused: number;
    readonly unknown: number;
    readonly seen: number;
    readonly lost: number;
    readonly ghost: number;
    readonly twice: number;
    /** Actions in the log that nobody was ever told about. */
    readonly unknownDone: number;
    readonly unhit: readonly string[];
  };
}

/** How one action went, from all that its clients wrote about it. */
interface Action {
  readonly game: string;
  readonly action: string;
  firstSentAt: number;
  sends: number;
  refusals: number;
  readonly answers: Answered[];
}

type Report = (rule: BrokenRule, game: string, message: string) => void;

export function checkHistory(history: History): Verdict {
  const violations: Violation[] = [];
  const report: Report = (rule, game, message) => void violations.push({ rule, game, message });
  const observations = inTimeOrder(history.observations);
  const actions = collectActions(observations, report);
  const logs = new Map(history.logs.map((log) => [log.game, log]));
  for (const log of history.logs) {
    checkLog(log, report);
    checkClock(log, report);
  }
  const places = placeActions(history, report);
  checkActions({ actions, logs, places, history }, report);
  checkRealTime({ observations, actions, places }, report);
  checkSeen(observations, logs, report);
  checkSettled(history, observations, logs, report);
  const unhit = (history.faults ?? []).filter((fault) => fault.hits === 0).map((fault) => fault.name);
  const figures = { ...countAll(history), ...countViolations(violations), unknownDone: countUnknownDone(actions, places), unhit };
  return { result: violations.length > 0 ? "fail" : unhit.length > 0 ? "inconclusive" : "pass", violations, figures };
}

const keyOf = (game: string, action: string): string => `${game}\n${action}`;

/** Stable: two observations of the same instant stay in the order in which they were written. */
function inTimeOrder(observations: readonly Observation[]): Observation[] {
  return [...observations].sort((a, b) => a.at - b.at);
}

function collectActions(observations: readonly Observation[], report: Report): Map<string, Action> {
  const actions = new Map<string, Action>();
  for (const seen of observations) {
    if (seen.type === "saw") continue;
    const key = keyOf(seen.game, seen.action);
    let action = actions.get(key);
    if (action === undefined) {
      const unsent = Number.POSITIVE_INFINITY;
      action = { game: seen.game, action: seen.action, firstSentAt: unsent, sends: 0, refusals: 0, answers: [] };
      actions.set(key, action);
    }
    if (seen.type === "sent") {
      action.firstSentAt = Math.min(action.firstSentAt, seen.at);
      action.sends += 1;
    } else {
      if (action.firstSentAt > seen.at) report("ghost", seen.game, `action ${seen.action} was answered before it was sent`);
      if (seen.type === "refused") action.refusals += 1;
      action.answers.push(seen);
    }
  }
  return actions;
}

function checkLog(log: GameLog, report: Report): void {
  let before: LoggedChange | null = null;
  for (const [place, entry] of log.changes.entries()) {
    if (entry.v !== place + 1) {
      report("gap", log.game, `version ${place + 1} is missing: the log goes on with ${entry.v}`);
      return;
    }
    if (entry.prevHash !== (before?.hash ?? "")) report("chain", log.game, `version ${entry.v} does not follow version ${entry.v - 1}`);
    const state = entry.state ?? (entry.v === log.final?.v ? log.final.state : null);
    if (state !== null && chainHash(entry.prevHash, entry.v, entry.change, state) !== entry.hash) {
      report("chain", log.game, `version ${entry.v} does not match its hash`);
    }
    if (before !== null && entry.at < before.at) report("order", log.game, `version ${entry.v} is earlier than version ${before.v}`);
    before = entry;
  }
  const end = before === null ? null : { v: before.v, hash: before.hash };
  if (log.final?.v !== end?.v || log.final?.hash !== end?.hash) {
    report("gap", log.game, `the game is at version ${log.final?.v ?? "none"}, its log ends at ${end?.v ?? "none"}`);
  }
}

function checkClock(log: GameLog, report: Report): void {
  for (const { v, clock } of log.changes) {
    if (clock === undefined) continue;
    const sum = clock.chargedMs + clock.pausedMs + clock.outageMs + clock.creditedMs;
    if (sum !== clock.elapsedMs) report("clock", log.game, `at version ${v} ${sum} ms are accounted for, ${clock.elapsedMs} ms went by`);
  }
}

/** Where each action ended up: its version in the log, or "somewhere" when only `resolve` knows. */
function placeActions(history: History, report: Report): Map<string, number | "somewhere"> {
  const places = new Map<string, number | "somewhere">();
  for (const log of history.logs) {
    for (const entry of log.changes) {
      if (entry.actionId == null) continue;
      const key = keyOf(log.game, entry.actionId);
      if (places.has(key)) report("twice", log.game, `action ${entry.actionId} is in the log at ${places.get(key)} and at ${entry.v}`);
      else places.set(key, entry.v);
    }
  }
  for (const { game, action, happened } of history.resolved ?? []) {
    const key = keyOf(game, action);
    if (happened && !places.has(key)) places.set(key, "somewhere");
    if (!happened && places.has(key)) report("ghost", game, `action ${action} is in the log and buried too`);
  }
  return places;
}

interface Placed {
  readonly actions: ReadonlyMap<string, Action>;
  readonly logs: ReadonlyMap<string, GameLog>;
  readonly places: ReadonlyMap<string, number | "somewhere">;
  readonly history: History;
}

function checkActions({ actions, logs, places, history }: Placed, report: Report): void {
  const resolved = new Set((history.resolved ?? []).map(({ game, action }) => keyOf(game, action)));
  const mute = new Set(
    history.logs
      .filter((log) => log.changes.length > 0 && log.changes.every((entry) => entry.actionId === undefined))
      .map((log) => log.game),
  );
  for (const [key, action] of actions) {
    const log = logs.get(action.game);
    const isTold = resolved.has(key) || !mute.has(action.game);
    checkAnswers(action, report);
    for (const answer of action.answers) if (answer.type === "ok") checkOk(answer, { log, place: places.get(key), isTold }, report);
    const isFinal = action.answers.some((answer) => answer.type === "refused" && answer.retry !== true);
    // "Busy" speaks for the one time it was sent: what became of another time that nobody answered is not known.
    const isRefused = isFinal || (action.refusals > 0 && action.refusals >= action.sends);
    const isDone = action.answers.some((answer) => answer.type === "ok");
    if (isRefused && !isDone && places.has(key)) report("ghost", action.game, `action ${action.action} was refused, and is in the log`);
  }
  for (const key of places.keys()) {
    const [game = "", action = ""] = key.split("\n");
    if (!Number.isFinite(actions.get(key)?.firstSentAt ?? Number.POSITIVE_INFINITY)) {
      report("ghost", game, `action ${action} is in the log, and nobody sent it`);
    }
  }
}

function checkOk(
  answer: Answered,
  { log, place, isTold }: { log: GameLog | undefined; place: number | "somewhere" | undefined; isTold: boolean },
  report: Report,
): void {
  const { game, action, v } = answer;
  const entry = v === undefined ? undefined : log?.changes[v - 1];
  if (v !== undefined && entry === undefined)
    report("lost", game, `action ${action} was acknowledged at version ${v}, which is not in the log`);
  else if (place === undefined && isTold) report("lost", game, `action ${action} was acknowledged and is not in the log`);
  if (typeof place === "number" && v !== undefined && place !== v)
    report("answer", game, `action ${action} was acknowledged at version ${v} and is in the log at ${place}`);
  if (answer.answer !== undefined && typeof entry?.answer === "string" && entry.actionId === action && entry.answer !== answer.answer) {
    report("answer", game, `action ${action} was answered otherwise than its log says`);
  }
}

/** One id, one answer: only a refusal that invites another try may be followed by something else. */
function checkAnswers({ game, action, answers }: Action, report: Report): void {
  let first: Answered | null = null;
  for (const answer of answers) {
    if (answer.type === "unknown" || (answer.type === "refused" && answer.retry === true)) continue;
    if (first === null) first = answer;
    else if (first.type !== answer.type || first.v !== answer.v || first.answer !== answer.answer) {
      report("answer", game, `action ${action} was answered twice, and not the same`);
    }
  }
}

/** What was acknowledged before an action was first sent must stand before it in the log. */
function checkRealTime(
  { observations, actions, places }: Pick<Placed, "actions" | "places"> & { readonly observations: readonly Observation[] },
  report: Report,
): void {
  const acknowledged = new Map<string, number>();
  const begun = new Set<string>();
  for (const seen of observations) {
    if (seen.type === "saw" || seen.type === "refused" || seen.type === "unknown") continue;
    const key = keyOf(seen.game, seen.action);
    const place = places.get(key);
    if (seen.type === "ok") {
      const v = seen.v ?? (typeof place === "number" ? place : 0);
      if (v > (acknowledged.get(seen.game) ?? 0)) acknowledged.set(seen.game, v);
    } else if (!begun.has(key)) {
      begun.add(key);
      const before = acknowledged.get(seen.game) ?? 0;
      if (typeof place === "number" && place <= before && actions.get(key)?.firstSentAt === seen.at) {
        report("order", seen.game, `action ${seen.action} is at version ${place}, but was sent after version ${before} was acknowledged`);
      }
    }
  }
}

function checkSeen(observations: readonly Observation[], logs: ReadonlyMap<string, GameLog>, report: Report): void {
  const newest = new Map<string, number>();
  const prints = new Map<string, string>();
  for (const seen of observations) {
    if (seen.type !== "saw") continue;
    const who = keyOf(seen.game, seen.client);
    if (seen.v < (newest.get(who) ?? 0)) report("back", seen.game, `client ${seen.client} saw version ${seen.v} after ${newest.get(who)}`);
    else newest.set(who, seen.v);
    const entry = logs.get(seen.game)?.changes[seen.v - 1];
    if (entry === undefined) report("early", seen.game, `client ${seen.client} saw version ${seen.v}, which is not in the log`);
    else if (entry.print !== undefined && seen.print !== undefined && entry.print !== seen.print) {
      report("early", seen.game, `client ${seen.client} saw a version ${seen.v} that is not the one in the log`);
    }
    checkPrint(seen, prints, report);
  }
}

function checkPrint(seen: Saw, prints: Map<string, string>, report: Report): void {
  if (seen.print === undefined) return;
  const key = `${seen.game}\n${seen.v}\n${seen.audience ?? ""}`;
  const other = prints.get(key);
  if (other === undefined) prints.set(key, seen.print);
  else if (other !== seen.print) report("split", seen.game, `clients saw different things at version ${seen.v}`);
}

function checkSettled(history: History, observations: readonly Observation[], logs: ReadonlyMap<string, GameLog>, report: Report): void {
  const last = new Map<string, number>();
  for (const seen of observations) if (seen.type === "saw") last.set(keyOf(seen.game, seen.client), seen.v);
  for (const { client, game } of history.settled ?? []) {
    const v = logs.get(game)?.final?.v;
    const seen = last.get(keyOf(game, client));
    if (seen !== v) report("apart", game, `client ${client} ended at version ${seen ?? "none"}, the game at ${v ?? "none"}`);
  }
}

function countAll({ observations, logs }: History) {
  const of = (type: Observation["type"]) => observations.reduce((sum, seen) => sum + (seen.type === type ? 1 : 0), 0);
  const changes = logs.reduce((sum, log) => sum + log.changes.length, 0);
  return { games: logs.length, changes, sent: of("sent"), ok: of("ok"), refused: of("refused"), unknown: of("unknown"), seen: of("saw") };
}

function countUnknownDone(actions: ReadonlyMap<string, Action>, places: ReadonlyMap<string, number | "somewhere">): number {
  let count = 0;
  for (const [key, action] of actions) if (places.has(key) && !action.answers.some((answer) => answer.type === "ok")) count += 1;
  return count;
}

function countViolations(violations: readonly Violation[]) {
  const of = (rule: BrokenRule) => violations.reduce((sum, violation) => sum + (violation.rule === rule ? 1 : 0), 0);
  return { lost: of("lost"), ghost: of("ghost"), twice: of("twice") };
}
