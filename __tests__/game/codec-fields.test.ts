// The state is written by hand, field by field: here every plain field is seen to be written when it is not as usual.
import { describe, expect, test } from "vitest";
import { encode, usualSeat, usualState } from "../../lib/game/codec.ts";
import type { GameId, Instant, ViewerId } from "../../lib/game/ids.ts";
import { clockRules } from "../../lib/game/rules.ts";
import { defaultSettings } from "../../lib/game/setup.ts";
import type { State } from "../../lib/game/state.ts";

const created = clockRules.create({
  id: "ABCDEF" as GameId,
  now: 1_795_198_884_054 as Instant,
  viewerId: "v.1" as ViewerId,
  name: null,
  settings: defaultSettings({ playerCount: 2 }),
  draw: { tokenHash: "a".repeat(64) },
});
if (!created.ok) throw new Error("a game can be made");
const { state } = created;

const unusual = (usual: unknown): unknown => (typeof usual === "boolean" ? !usual : typeof usual === "string" ? 'other "one"' : 7);

describe("the text of a state", () => {
  test.for(Object.entries(usualState))("F34 has %s when it is not as before the first move", ([key, usual]) => {
    const value = unusual(usual);
    const text = encode({ ...state, [key]: value } as State);
    expect(JSON.parse(text)).toMatchObject({ [key]: value });
  });

  test.for(Object.entries(usualSeat))("F34 has a seat's %s when it is not as usual", ([key, usual]) => {
    const value = key === "lapsedTokenHash" ? "f".repeat(64) : unusual(usual);
    const seats = state.seats.map((seat, place) => (place === 1 ? { ...seat, [key]: value } : seat));
    expect(JSON.parse(encode({ ...state, seats } as State)).seats[1]).toMatchObject({ [key]: value });
  });

  test("a game that is read back is laid out like a new one: its fields, its seats' and their holders' come in the same order", () => {
    const { chair } = state.host;
    const seats = state.seats.map((seat) => ({ ...seat, holder: chair, spent: { ...seat.spent, turn: 1 } }));
    const there = { ...state, seats };
    const back = clockRules.decode(encode(there));
    const layout = ({ ledger, seats: [seat], host, ...rest }: State) =>
      [rest, ledger, host, host.chair, seat, seat?.holder, seat?.spent].map((part) => Object.keys(part ?? {}));
    expect(layout(back)).toEqual(layout(there));
    expect(Object.keys(back)).toEqual(Object.keys(state));
    expect(Object.keys(back.seats[0] ?? {})).toEqual(Object.keys(state.seats[0] ?? {}));
  });

  test("F34 escapes what a player typed, and nothing else", () => {
    const name = '"}],\\ \u2028 é\n';
    expect(JSON.parse(encode({ ...state, name })).name).toBe(name);
  });
});
