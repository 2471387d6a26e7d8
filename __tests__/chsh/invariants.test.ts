import { expect, test } from "vitest";
import { brokenInvariants } from "../../lib/chsh/invariants.ts";
import { chshRules } from "../../lib/chsh/rules.ts";
import type { Slot, State, Team } from "../../lib/chsh/state.ts";
import type { Command } from "../../lib/chsh/commands.ts";
import type { GameId, Instant, ViewerId } from "../../lib/game/ids.ts";

/** Two complete teams that play, the first with one complete round, and a class that is good. */
function good(): State {
  const draw = (v: number) => ({ tokenHash: v.toString(16).padStart(64, "a"), seed: v.toString(16).padStart(32, "5") });
  const made = chshRules.create({
    id: "CLASS2" as GameId,
    now: 1_000 as Instant,
    viewerId: "host" as ViewerId,
    name: null,
    settings: { mode: "simplified", listed: false },
    draw: draw(0),
  });
  if (!made.ok) throw new Error(made.code);
  const said: readonly (readonly [string, Command])[] = [
    ["a", { type: "createTeam", name: "Bell" }],
    ["b", { type: "joinTeam", teamId: 1 }],
    ["c", { type: "createTeam", name: "Aspect" }],
    ["d", { type: "joinTeam", teamId: 2 }],
    ["host", { type: "start" }],
    ["a", { type: "answer", round: 1, answer: true }],
    ["b", { type: "answer", round: 1, answer: true }],
    ["a", { type: "answer", round: 2, answer: true }],
  ];
  return said.reduce((state, [viewer, command], place) => {
    const now = (2_000 + place) as Instant;
    const decision = chshRules.decide(state, { now, v: place + 1, viewerId: viewer as ViewerId, rttMs: 0, command, draw: draw(place + 1) });
    if (!decision.ok) throw new Error(decision.code);
    return decision.state;
  }, made.state);
}

const withTeam = (change: (team: Team) => Partial<Team>): State => {
  const state = good();
  const first = state.teams[0] as Team;
  return { ...state, teams: state.teams.with(0, { ...first, ...change(first) }) };
};

const withSlot = (change: (slot: Slot) => Partial<Slot>): State =>
  withTeam(({ slots }) => ({ slots: [{ ...slots[0], ...change(slots[0]) }, slots[1]] }));

const seated = (viewerId: string): State =>
  withSlot(({ holder }) => ({ holder: holder === null ? null : { ...holder, viewerId: viewerId as ViewerId } }));

test("a class in play breaks no invariant", () => {
  expect(brokenInvariants(good())).toEqual([]);
});

const first = (list: readonly number[], by: number): readonly number[] => list.map((count, place) => (place === 2 ? count + by : count));

test.each<[string, () => State]>([
  ["a player is in one team only", () => seated("d")],
  ["names of active teams are unique", () => withTeam(() => ({ name: "ASPECT" }))],
  ["a team's id is its place", () => withTeam(() => ({ id: 2 }))],
  ["teams within the limit", () => ({ ...good(), teams: Array.from({ length: 101 }, () => good().teams[0] as Team) })],
  ["closed means finished, and nobody sits", () => ({ ...good(), closed: true })],
  ["the host keeps the chair until the class is closed", () => ({ ...good(), host: null })],
  ["rounds are those counted", () => withTeam(() => ({ rounds: 2 }))],
  ["what was dealt is complete or open", () => withTeam(({ dealt }) => ({ dealt: first(dealt, 1) }))],
  ["only pairs of the mode are dealt", () => withTeam(({ dealt }) => ({ dealt: dealt.with(0, 1) }))],
  ["same answers are some of the rounds", () => withTeam(({ sums }) => ({ sums: { ...sums, same: first(sums.same, 5) } }))],
  ["two answers a round", () => withTeam(({ sums }) => ({ sums: { ...sums, answers: first(sums.answers, 1) } }))],
  ["no pair is dealt too often before the plan is done", () => withTeam(({ dealt }) => ({ dealt: first(dealt, 5) }))],
  ["a round is open just where a complete team plays", () => withTeam(() => ({ open: null }))],
  ["the open round is the last one dealt, and not complete", () => withTeam(() => ({ lastNumber: 7 }))],
  ["an answer has its time", () => withTeam(({ open }) => ({ open: open && { ...open, answeredAt: [null, null] } }))],
  ["the last complete round was before the open one", () => withTeam(({ last }) => ({ last: last && { ...last, number: 2 } }))],
  ["a key of somebody gone is kept only for an empty slot", () => withSlot(() => ({ leftTokenHash: "f".repeat(64) }))],
  ["figures follow from the sums", () => withTeam(({ figures }) => ({ figures: { ...figures, rounds: 99 } }))],
])("%s", (name, bend) => {
  expect(brokenInvariants(bend()).some((broken) => broken.startsWith(name))).toBe(true);
});

type Json = Record<string, unknown>;

/** Every object and list inside, itself included, but for the list of teams: it may have any length. */
function insides(value: unknown, name = ""): readonly Json[] {
  if (typeof value !== "object" || value === null) return [];
  const within = Object.entries(value).flatMap(([key, one]) => insides(one, key));
  return name === "teams" ? within : [value as Json, ...within];
}

const spoil: Readonly<Record<string, (inside: Json, key: string) => void>> = {
  "of another kind": (inside, key) => (inside[key] = { other: 1 }),
  "that is no count": (inside, key) => (inside[key] = typeof inside[key] === "number" ? 1.5 : { other: 1 }),
  "too many": (inside) => (Array.isArray(inside) ? inside.push(inside[0]) : Object.assign(inside, { other: 1 })),
  missing: (inside, key) => (Array.isArray(inside) ? inside.pop() : delete inside[key]),
};

test.for(Object.entries(spoil))("a stored class with something %s, wherever it is, is damage and is not read", ([, change]) => {
  const text = chshRules.encode(good());
  expect(chshRules.encode(chshRules.decode(text))).toBe(text);
  for (const [at, inside] of insides(JSON.parse(text)).entries()) {
    for (const key of Object.keys(inside)) {
      const other: unknown = JSON.parse(text);
      change(insides(other)[at] as Json, key);
      expect(() => chshRules.decode(JSON.stringify(other)), `${key} of ${JSON.stringify(inside).slice(0, 60)}`).toThrow(
        "not a stored class",
      );
    }
  }
});
