// One helper for all rule tests: a table written as lines, `at 1500  A passTurn -> turn-passed A B`. Nothing else in the
// tests of the rules touches create, decide or settle. After every step invariants and codec are checked.
import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Command, SystemCommand } from "../../lib/game/commands.ts";
import type { Decision, LogEntry, Past } from "../../lib/game/contract.ts";
import type { Event } from "../../lib/game/events.ts";
import type { GameId, Instant, SeatId, ViewerId } from "../../lib/game/ids.ts";
import { brokenInvariants } from "../../lib/game/invariants.ts";
import { filled } from "../../lib/store/state-text.ts";
import { clockRules } from "../../lib/game/rules.ts";
import type { Settings } from "../../lib/game/settings.ts";
import { defaultSettings } from "../../lib/game/setup.ts";
import type { State } from "../../lib/game/state.ts";
import type { View } from "../../lib/game/view.ts";

const letters = "ABCDEFGH";
export const startAt = 1_700_000_000_000 as Instant;
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

interface Logged extends LogEntry<Command, Event> {
  readonly at: Instant;
  readonly before: State;
}

export type Said = Decision<State, Event> & { readonly settled: readonly Event[] };

export interface Saying {
  readonly rttMs?: number;
  readonly seed?: string;
  readonly action?: string;
}

/** A game held in the hand: who is who, what was said, and when. `A`..`H` hold seats 1..8, `host` made it. */
export class Table {
  state: State;
  v = 1;
  readonly log: Logged[] = [];
  /** Newest token by seat letter, or `host`. */
  readonly tokens = new Map<string, string>();
  #viewers = new Map<string, ViewerId>();
  #drawn = 0;
  readonly #encodedAgain = clockRules.encoder();
  now: Instant = startAt;
  /** Check invariants and codec after every so many changes. */
  checkEvery = 1;

  constructor(settings: Partial<Settings> = {}) {
    const token = this.#token();
    const made = clockRules.create({
      id: "TABLE1" as GameId,
      now: startAt,
      viewerId: this.viewer("host"),
      name: null,
      settings: defaultSettings({ playerCount: 2, ...settings }),
      draw: { tokenHash: hashOf(token) },
    });
    if (!made.ok) throw new Error(`not created: ${made.code} ${made.field}`);
    this.state = made.state;
    this.tokens.set("host", token);
    this.check();
  }

  #token(): string {
    this.#drawn += 1;
    return `token-${this.#drawn}`;
  }

  /** The connection a name speaks through; `renew` gives it another one. */
  viewer(name: string): ViewerId {
    const known = this.#viewers.get(name);
    if (known !== undefined) return known;
    return this.renew(name);
  }

  renew(name: string): ViewerId {
    this.#drawn += 1;
    const id = `${name}-connection-${this.#drawn}` as ViewerId;
    this.#viewers.set(name, id);
    return id;
  }

  /** From now on this name speaks through that connection. */
  alias(name: string, viewer: ViewerId): void {
    this.#viewers.set(name, viewer);
  }

  check(): void {
    expect(brokenInvariants(this.state)).toEqual([]);
    const text = clockRules.encode(this.state);
    expect(clockRules.encode(clockRules.decode(text))).toBe(text);
    const { whole, still, moving } = this.#encodedAgain(this.state);
    expect(whole).toBe(text);
    expect(filled(still, moving)).toBe(text);
  }

  /** Lets time pass to this offset, settling as the shell does. */
  goto(ms: number): readonly Event[] {
    this.now = Math.max(this.now, startAt + ms) as Instant;
    const settled = clockRules.settle(this.state, this.now);
    if (settled === null) return [];
    this.#keep({ type: "wake" }, null, settled);
    return settled.events;
  }

  #keep(
    command: LogEntry<Command, Event>["command"],
    by: SeatId | null,
    made: { readonly state: State; readonly events: readonly Event[] },
  ): void {
    if (made.state === this.state) return;
    this.v += 1;
    this.log.unshift({ v: this.v, by, command, events: made.events, at: this.now, before: this.state });
    this.state = made.state;
    if (this.v % this.checkEvery === 0) this.check();
  }

  past(): Past<State> | null {
    const v = clockRules.undoTarget(this.log);
    const entry = this.log.find((one) => one.v === v);
    return entry === undefined ? null : { v: entry.v, at: entry.at, type: entry.command.type, by: entry.by, state: entry.before };
  }

  say(name: string, command: Command | SystemCommand, saying: Saying = {}): Said {
    // An outage is told before anything is settled: what fell due meanwhile did not happen.
    const settled = command.type === "outage" ? [] : this.goto(this.now - startAt);
    const needs = clockRules.needs(command);
    const token = this.#token();
    const by = clockRules.seatOf(this.state, this.viewer(name));
    const decision = clockRules.decide(this.state, {
      now: this.now,
      v: this.v,
      viewerId: this.viewer(name),
      rttMs: saying.rttMs ?? 0,
      command,
      draw: {
        ...(needs.token && { tokenHash: hashOf(token) }),
        ...(needs.seed && { seed: saying.seed ?? hashOf(`seed-${this.v}`).slice(0, 32) }),
        ...(saying.action !== undefined && { grantId: hashOf(saying.action) }),
      },
      ...(needs.past && { past: this.past() }),
    });
    if (decision.ok) {
      this.#keep(command, by, decision);
      if (decision.grant) this.tokens.set(decision.grant.seat === null ? "host" : (letters[decision.grant.seat - 1] ?? ""), token);
    }
    return { ...decision, settled };
  }

  view(): View {
    return clockRules.view(this.state, "all", this.now);
  }
}

const seatOf = (letter: string): SeatId => letters.indexOf(letter) + 1;
const letterOf = (id: unknown): string => (typeof id === "number" ? (letters[id - 1] ?? "?") : typeof id === "string" ? id : "-");
const kebab = (type: string): string => type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const seatFields = new Set(["playerId", "winner", "by", "source", "players", "order", "winners"]);
const moves = new Set(["turnPassed", "commanderDamaged"]);

function shown(type: string, key: string, value: unknown): string {
  if (seatFields.has(key) || (moves.has(type) && (key === "from" || key === "to"))) {
    return Array.isArray(value) ? value.map(letterOf).join("") || "-" : letterOf(value);
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** An event as the tables write it: `turn-passed A B 2`. */
export const written = (event: Event): string =>
  [kebab(event.type), ...Object.entries(event.data).map(([key, value]) => shown(event.type, key, value))].join(" ");

/** What came of it: events separated by commas, a refusal as `! code field`, `nothing` for no change. */
export function outcome(said: Said): string {
  if (!said.ok) return `! ${said.code}${said.field === undefined ? "" : ` ${said.field}`}`;
  const events = said.events.map(written).join(", ");
  if (said.refusal) return `! ${said.refusal.code} + ${events}`;
  return events || "nothing";
}

function argument(text: string): unknown {
  if (/^[A-H]$/.test(text)) return seatOf(text);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `B life=3 source=A` or a JSON object, as the fields of a command. */
function fields(type: string, words: readonly string[]): object {
  const out: Record<string, unknown> = {};
  for (const word of words) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(word) ?? [];
    if (key !== undefined && value !== undefined) out[key] = argument(value);
    else if (word.startsWith("{")) Object.assign(out, type === "updateSettings" ? { settings: JSON.parse(word) } : JSON.parse(word));
    else out["playerId"] = argument(word);
  }
  return out;
}

function reconnect(table: Table, name: string): string {
  const token = table.tokens.get(name) ?? "none";
  table.renew(name);
  const seat = name === "host" ? null : seatOf(name);
  return outcome(table.say(name, { type: "reconnect", seat, tokenHash: hashOf(token), grantId: null }));
}

function see(table: Table, words: readonly string[]): string {
  const view = table.view();
  return words
    .map((word) => {
      const [, key, path = ""] = /^([A-Z]|\w+)(?:\.(\w+))?$/.exec(word) ?? [];
      if (key !== undefined && /^[A-H]$/.test(key)) {
        const player = view.players[seatOf(key) - 1] as unknown as Record<string, unknown>;
        const value = player[path || "timeRemaining"];
        return `${word}=${typeof value === "object" ? JSON.stringify(value) : value}`;
      }
      const value = (view as unknown as Record<string, unknown>)[word];
      if (["running", "interruptingPlayers", "targetedPlayers", "awaitingPriority", "playOrder"].includes(word)) {
        return `${word}=${(value as number[]).map(letterOf).join("") || "-"}`;
      }
      if (["activePlayer", "winner", "hostPlayer", "monarch", "initiative"].includes(word)) return `${word}=${letterOf(value)}`;
      return `${word}=${typeof value === "object" ? JSON.stringify(value) : value}`;
    })
    .join(" ");
}

function perform(table: Table, who: string, what: string): string {
  const [type = "", ...words] = what.split(/\s+/).filter((word) => word !== "");
  if (who === "wake")
    return (
      table
        .goto(table.now - startAt)
        .map(written)
        .join(", ") || "nothing"
    );
  if (who === "see") return see(table, [type, ...words]);
  if (type === "drops") return outcome(table.say("shell", { type: "drop", viewerId: table.viewer(who) }));
  if (type === "reconnects") return reconnect(table, who);
  if (type === "outage") return outcome(table.say("shell", { type: "outage", fromAt: (startAt + Number(words[0])) as Instant }));
  const rtt = words.find((word) => word.startsWith("rtt="));
  const rest = words.filter((word) => word !== rtt);
  return outcome(table.say(who, { type, ...fields(type, rest) } as Command, rtt === undefined ? {} : { rttMs: Number(rtt.slice(4)) }));
}

/**
 * Plays lines on a table and compares each with what it says after `->`. Lines: `at MS WHO COMMAND ARGS -> EXPECTED`,
 * `at MS wake -> EXPECTED`, `at MS see FIELDS -> VALUES`; time may only be left out to mean "the same moment". An unlisted
 * wake before a command is written before `|`: `timeout A 1 | turn-passed A B 3`.
 */
export function play(table: Table, script: string): Table {
  const lines = script
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const actual = lines.map((line) => {
    const [, ms, who = "", what = ""] = /^(?:at (\d+)\s+)?(\w+)\s*(.*?)\s*(?:->.*)?$/.exec(line) ?? [];
    if (line.includes(" outage ")) table.now = Math.max(table.now, startAt + Number(ms)) as Instant;
    const settled = ms === undefined || line.includes(" outage ") || who === "wake" ? [] : table.goto(Number(ms)).map(written);
    if (who === "wake" && ms !== undefined) table.now = Math.max(table.now, startAt + Number(ms)) as Instant;
    const result = perform(table, who, what);
    const left = line.split("->")[0]?.trimEnd() ?? "";
    return line.includes("->") || settled.length > 0 || result.startsWith("!")
      ? `${left} -> ${[settled.join(", "), result].filter(Boolean).join(" | ")}`
      : line;
  });
  expect(actual.join("\n")).toBe(lines.map((line) => line.replace(/\s+->\s+/, " -> ")).join("\n"));
  return table;
}

/** A table with every seat claimed and the clocks running since 0. A holds the host's seat. */
export function seated(settings: Partial<Settings> = {}): Table {
  const table = new Table(settings);
  for (let seat = 1; seat <= table.state.seats.length; seat += 1) {
    const letter = letters[seat - 1] ?? "";
    if (seat === 1) table.alias(letter, table.viewer("host"));
    table.say(letter, { type: "claim", playerId: seat });
  }
  return table;
}

export function started(settings: Partial<Settings> = {}): Table {
  const table = seated(settings);
  table.say("A", { type: "start" });
  return table;
}
