import { expect, test } from "vitest";
import type { SeatId } from "../../lib/game/ids.ts";
import { brokenInvariants } from "../../lib/game/invariants.ts";
import type { Holder, Seat, State } from "../../lib/game/state.ts";
import { play, started } from "./table.ts";

const good = (): State => {
  const table = started({ playerCount: 3 });
  play(table, "at 1000 A passTurn -> turn-passed A B 2\nat 2000 C interrupt -> interrupted C");
  return table.state;
};

const seat = (state: State, id: SeatId, change: Partial<Seat>): State => ({
  ...state,
  seats: state.seats.map((one) => (one.id === id ? { ...one, ...change } : one)),
});

/** States that no rule may lead to, and the invariant that has to notice. */
const broken: readonly (readonly [string, (state: State) => State, string])[] = [
  ["a millisecond too many", (state) => ({ ...state, at: (state.at + 1) as State["at"] }), "time is conserved"],
  ["a bank that is no number", (state) => seat(state, 1, { bankMs: Number.NaN }), "accounts are whole and not negative"],
  ["a bank over the cap", (state) => seat(state, 1, { bankMs: 86_400_001 }), "accounts are whole and not negative"],
  ["life that is no number", (state) => seat(state, 1, { life: Number.NaN }), "accounts are whole and not negative"],
  ["half a penalty", (state) => seat(state, 1, { penalties: 0.5 }), "accounts are whole and not negative"],
  ["a dead seat on the stack", (state) => seat(state, 3, { dead: true }), "no dead seat holds anything"],
  ["a dead seat with the turn", (state) => seat(state, 2, { dead: true }), "no dead seat holds anything"],
  ["a dead seat that may choose", (state) => seat(state, 1, { dead: true, choiceLeftMs: 5 }), "no dead seat holds anything"],
  ["two seats of one viewer", (state) => seat(state, 2, { holder: state.seats[0]?.holder as Holder }), "one seat per viewer"],
  ["a winner in a running game", (state) => ({ ...state, winner: 1 }), "a winner only when finished, and alive"],
  ["a pause without a reason", (state) => ({ ...state, status: "paused" }), "paused by something exactly while paused"],
  ["targets without a phase", (state) => ({ ...state, targeted: [1] }), "targets fit their phase"],
  ["a phase without targets", (state) => ({ ...state, targeting: "selecting" }), "targets fit their phase"],
  ["asked who is no target", (state) => ({ ...state, targeting: "resolving", targeted: [1], awaiting: [3] }), "targets fit their phase"],
  ["a game without a turn", (state) => ({ ...state, active: null }), "what is played has a turn and two living seats"],
  ["a lobby with a stack", (state) => ({ ...state, status: "waiting" }), "what is played has a turn and two living seats"],
  ["a stack too deep", (state) => ({ ...state, stack: new Array(33).fill(3) }), "the stack, the order and the runners fit"],
  ["another one runs", (state) => ({ ...state, runners: [1] }), "the stack, the order and the runners fit"],
  ["a host's seat without a holder", (state) => seat(state, 1, { holder: null }), "the host's seat has a holder"],
  [
    "a host at the table who is hidden",
    (state) => ({ ...state, host: { ...state.host, seat: null } }),
    "a host who sits is host from his seat",
  ],
  ["a campaign in a casual game", (state) => ({ ...state, settings: { ...state.settings, mode: "campaign" } }), "rounds fit the preset"],
  ["holders at a closed table", (state) => ({ ...state, closed: true }), "a closed table has no holders"],
];

test("LE1 a good state breaks nothing", () => {
  expect(brokenInvariants(good())).toEqual([]);
});

test.each(broken)("LE1 %s is noticed", (_, change, name) => {
  expect(brokenInvariants(change(good()))).toContain(name);
});
