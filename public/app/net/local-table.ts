// A table without a server: the same rules, run in this page. One device lies in the middle and plays for every seat.
// It keeps its state on the device, and charges nobody for the time in which the page was gone.
import type { Command, SystemCommand } from "../../../lib/game/commands.ts";
import type { Accepted, Decision } from "../../../lib/game/contract.ts";
import type { Event } from "../../../lib/game/events.ts";
import { seatDown } from "../../../lib/game/holders.ts";
import type { GameId, Instant, ViewerId } from "../../../lib/game/ids.ts";
import { clockRules } from "../../../lib/game/rules.ts";
import type { Settings } from "../../../lib/game/settings.ts";
import { defaultSettings } from "../../../lib/game/setup.ts";
import type { State } from "../../../lib/game/state.ts";
import type { View } from "../../../lib/game/view.ts";
import { viewChange } from "../../../lib/protocol/change.ts";
import { type Env, freshHex } from "../device/env.ts";
import type { FromServer, Input } from "../model/model.ts";
import type { Command as Given } from "../model/offer.ts";
import type { LoggedChange } from "../model/logged.ts";
import type { LocalTable } from "./session.ts";

const key = "tapotarp:local";
/** Which page plays the table: two would overwrite each other's. */
const playedByKey = "tapotarp:local-by";
const gameId = "LCAL22" as GameId;
const here = "here" as ViewerId;
/** Timers hold 31 bits. */
const timerMsMax = 2 ** 31 - 1;
/** How far back an undo can reach. */
const historyMax = 200;
/** At most so much of a think is forgotten when the page is thrown away without a word. */
const keepEveryMs = 5_000;

interface Kept {
  readonly v: number;
  readonly seenAt: number;
  readonly state: string;
  readonly log: readonly LoggedChange[];
}

interface Past {
  readonly v: number;
  readonly at: Instant;
  readonly before: State;
  readonly command: Command | SystemCommand | { readonly type: "create" | "wake" };
  readonly events: readonly Event[];
}

const draw = () => ({ tokenHash: freshHex() + freshHex(), seed: freshHex() });

function readKept(env: Env): Kept | null {
  try {
    return JSON.parse(env.shelf.get(key) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

/** Whether this device has kept a table; it may still turn out that nobody can read it. */
export const hasKeptTable = (env: Env): boolean => readKept(env) !== null;

type Dispatch = (input: Input) => void;

/** The log without the games before the last reset that stands, of those resets that came before version `before`. */
function withoutOldGames(changes: readonly LoggedChange[], before = Number.POSITIVE_INFINITY): readonly LoggedChange[] {
  const undone = new Set(changes.flatMap((c) => c.events.flatMap((e) => (e.type === "undone" ? [(e.data as { v: number }).v] : []))));
  const from = changes.findLastIndex((c) => c.v < before && !undone.has(c.v) && c.events.some((e) => e.type === "gameReset"));
  return from > 0 ? changes.slice(from) : changes;
}

/** Nobody is away from a table that lies on his own device: after an hour its chair would be free, and nobody could ever take it again. */
function inHand(state: State): State {
  const { seat, chair } = state.host;
  return { ...state, host: { seat, chair: { ...(chair ?? seatDown(here, state.at, draw())), droppedAt: null } } };
}

/** A fresh table; null when the settings cannot be. */
export function newLocalTable(env: Env, dispatch: Dispatch, settings: Partial<Settings>): OwnTable | null {
  const now = Math.floor(env.wallMs()) as Instant;
  const made = clockRules.create({ id: gameId, now, viewerId: here, name: null, settings: defaultSettings(settings), draw: draw() });
  return made.ok ? new OwnTable({ env, dispatch }, { v: 1, state: made.state, log: [] }) : null;
}

/** The table this device kept; null when there is none that can be read. */
export function keptLocalTable(env: Env, dispatch: Dispatch): OwnTable | null {
  const kept = readKept(env);
  if (kept === null) return null;
  try {
    const table = new OwnTable({ env, dispatch }, { ...kept, state: inHand(clockRules.decode(kept.state)) });
    table.wakeUp(kept.seenAt);
    return table;
  } catch {
    env.shelf.remove(key);
    return null;
  }
}

export class OwnTable implements LocalTable {
  private readonly env: Env;
  private readonly dispatch: Dispatch;
  private readonly wallOffsetMs: number;
  private readonly mark: string;
  private onTaken: (() => void) | null = null;
  private isGone = false;
  private v: number;
  private state: State;
  /** What the page was told last. Changes are made against it: a time that ran may come back to what it was in the state before. */
  private told: View;
  private lastNow = 0;
  private cancelWake: (() => void) | null = null;
  private cancelKeep: (() => void) | null = null;
  private past: readonly Past[] = [];
  private changes: readonly LoggedChange[];

  constructor(
    ports: { readonly env: Env; readonly dispatch: Dispatch },
    from: { readonly v: number; readonly state: State; readonly log: readonly LoggedChange[]; readonly seenAt?: number },
  ) {
    this.env = ports.env;
    this.dispatch = ports.dispatch;
    this.mark = ports.env.freshId();
    // A device whose clock was set back meanwhile must not stand still until it has caught up: time goes on from where it was.
    this.wallOffsetMs = Math.max(ports.env.wallMs(), from.seenAt ?? 0, from.state.at) - ports.env.nowMs();
    this.v = from.v;
    this.state = from.state;
    this.told = clockRules.view(from.state, "all", from.state.at);
    this.changes = from.log;
  }

  /** Shows the table; from now on it is played here. `onTaken`: another page of this device has taken it over. */
  open(onTaken: () => void = () => undefined): void {
    this.onTaken = onTaken;
    this.env.shelf.set(playedByKey, this.mark);
    const now = this.now();
    this.dispatch({ type: "enter", gameId });
    this.dispatch({ type: "link", link: "local" });
    this.say("pong", { t: this.env.nowMs(), serverTime: now });
    this.told = clockRules.view(this.state, "all", now);
    this.say("state", { ...this.told, v: this.v, serverTime: now, viewers: 1 });
    this.plan();
    this.keep();
  }

  give(given: Given): void {
    // A tap must not go on from what is old news by now.
    if (this.isTaken()) return this.letGo();
    if (given.type === "rollDice") return this.roll((given.data as { sides: number }).sides);
    const command = (
      given.type === "updateSettings" ? { type: given.type, settings: given.data } : { ...given.data, type: given.type }
    ) as Command;
    // One moment for both: what falls due between two looks at the clock would not be settled.
    const now = this.now();
    this.settle(now);
    const past = command.type === "undo" ? this.undoable() : null;
    this.decided(command, clockRules.decide(this.state, { now, v: this.v, viewerId: here, rttMs: 0, command, draw: draw(), past }));
  }

  leave(): void {
    this.cancelWake?.();
    this.keep();
    this.cancelKeep?.();
  }

  log(): readonly LoggedChange[] {
    return this.changes;
  }

  /** Time in which the page was gone is nobody's. */
  wakeUp(seenAt: number): void {
    if (this.state.status !== "running") return;
    const command: SystemCommand = { type: "outage", fromAt: Math.max(seenAt, this.state.at) as Instant };
    const decision = clockRules.decide(this.state, { now: this.now(), v: this.v, viewerId: null, rttMs: 0, command, draw: {} });
    if (decision.ok) this.accept(command, { ...decision, state: inHand(decision.state) });
  }

  /** At every change, when the page goes out of sight, and now and then while clocks run: a page thrown away loses little. */
  keep(): void {
    if (this.isTaken()) return this.letGo();
    const kept: Kept = { v: this.v, seenAt: this.now(), state: clockRules.encode(this.state), log: withoutOldGames(this.changes) };
    this.env.shelf.set(key, JSON.stringify(kept));
    this.cancelKeep?.();
    this.cancelKeep = this.state.status === "running" ? this.env.after(keepEveryMs, () => this.keep()) : null;
  }

  /** One that has not been shown takes over, and storage that was cleared names nobody. */
  private isTaken(): boolean {
    const by = this.env.shelf.get(playedByKey);
    return this.onTaken !== null && by !== null && by !== this.mark;
  }

  private letGo(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.cancelWake?.();
    this.cancelKeep?.();
    this.onTaken?.();
    this.dispatch({ type: "enter", gameId: null });
    this.dispatch({ type: "link", link: "connecting" });
  }

  private now(): Instant {
    this.lastNow = Math.max(this.lastNow, Math.floor(this.env.nowMs() + this.wallOffsetMs));
    return this.lastNow as Instant;
  }

  private undoable() {
    const entries = this.past.map(({ v, command, events }) => ({ v, by: null, command, events }));
    const v = clockRules.undoTarget(entries);
    const found = this.past.find((p) => p.v === v);
    return found ? { v: found.v, at: found.at, type: found.command.type, by: null, state: found.before } : null;
  }

  private settle(now: Instant): void {
    const settled = clockRules.settle(this.state, now);
    if (settled) this.accept({ type: "wake" }, settled);
  }

  private decided(command: Command, decision: Decision<State, Event>): void {
    if (decision.ok) this.accept(command, decision);
    else
      this.say("error", {
        code: decision.code,
        message: decision.code,
        retry: false,
        ...(decision.field ? { field: decision.field } : {}),
      });
  }

  private accept(command: Past["command"], accepted: Accepted<State, Event>): void {
    if (accepted.state === this.state && accepted.events.length === 0) return;
    const now = this.now();
    const before = this.state;
    this.v += 1;
    this.state = accepted.state;
    this.past = [{ v: this.v, at: now, before, command, events: accepted.events }, ...this.past].slice(0, historyMax);
    const lived = command.type === "outage" ? { fromAt: command.fromAt } : {};
    this.tell(accepted.events, { at: now, command: command.type, ...lived });
    this.plan();
  }

  private tell(events: readonly Event[], step: Pick<LoggedChange, "command" | "fromAt"> & { readonly at: Instant }): void {
    const view = clockRules.view(this.state, "all", step.at);
    const change = viewChange(this.told, view);
    this.told = view;
    const all = [...this.changes, { v: this.v, by: null, ...step, events }];
    // As long as an undo can reach behind a reset, the game before it is still needed.
    this.changes = withoutOldGames(all, this.past.at(-1)?.v);
    this.say("change", { ...change, v: this.v, serverTime: step.at, events });
    this.keep();
  }

  private plan(): void {
    this.cancelWake?.();
    if (this.isGone) return;
    const due = clockRules.nextWakeAt(this.state);
    if (due === null) return;
    this.cancelWake = this.env.after(Math.min(timerMsMax, Math.max(0, due - this.now())), () => {
      this.settle(this.now());
      this.plan();
    });
  }

  /** Dice need nobody's permission here: the rules ask for a seat's holder, and this table has none. */
  private roll(sides: number): void {
    this.v += 1;
    const result = 1 + Math.floor((Number.parseInt(freshHex().slice(0, 12), 16) / 2 ** 48) * sides);
    this.tell([{ type: "diceRolled", data: { playerId: null, sides, result } }], { at: this.now(), command: "rollDice" });
  }

  private say(type: string, data: object): void {
    this.dispatch({ type: "server", message: { type, data } as FromServer, atMs: this.env.nowMs() });
  }
}
