import { describe, expect, test } from "vitest";
import type { Command } from "../../lib/game/commands.ts";
import type { Event } from "../../lib/game/events.ts";
import { clockRules } from "../../lib/game/rules.ts";
import type { Settings } from "../../lib/game/settings.ts";
import type { State } from "../../lib/game/state.ts";
import type { Rules } from "../../lib/room/rules.ts";
import { hashOf, play, seated, started, Table } from "./table.ts";

describe("what the shell is offered", () => {
  test("LE3 the game is one value of the shell's type, and says what it needs drawn", () => {
    const rules: Rules<State, Command, Event, Settings> = clockRules;
    expect(rules.kind).toBe("clock");
    expect(rules.needs({ type: "passTurn" })).toEqual({});
    expect(rules.needs({ type: "create" })).toEqual({ token: true });
    expect(rules.needs({ type: "claim", playerId: 1 })).toEqual({ token: true });
    expect(rules.needs({ type: "rollDice", sides: 6 })).toEqual({ seed: true });
    expect(rules.needs({ type: "undo" })).toEqual({ past: true });
    expect(() => new Table().say("host", { type: "claim", playerId: 1 })).not.toThrow();
  });

  test("AU3 nothing about tokens or connections is in a view or an event", () => {
    const table = started({ mode: "campaign", playerCount: 8 });
    play(table, "at 1000 B drops -> seat-away B\nat 1000 A passTurn -> turn-passed A B 2\nat 1000 C undo -> undo-asked C 12");
    const shown = JSON.stringify([table.view(), table.log.map((entry) => clockRules.eventsFor(table.state, entry.events, "all"))]);
    for (const name of "ABCDEFGH") expect(shown).not.toContain(table.viewer(name));
    for (const token of table.tokens.values()) expect(shown).not.toContain(hashOf(token));
    expect(shown).not.toContain("connection");
    expect(clockRules.audienceOf(table.state, table.viewer("A"))).toBe(clockRules.audienceOf(table.state, table.viewer("V")));
  });

  test("L12 a view holds what remains at its own moment, and every field is always there", () => {
    const fresh = new Table().view();
    const late = started({ mode: "campaign" }).view();
    expect(Object.keys(fresh)).toEqual(Object.keys(late));
    expect(Object.keys(fresh.players[0] ?? {})).toEqual(Object.keys(late.players[0] ?? {}));
    expect(JSON.stringify(fresh)).not.toContain("undefined");
  });

  test("CK1 what did not change stays the same object, so that a difference is quickly found", () => {
    const table = started();
    const before = table.view();
    play(table, "at 1000 A passTurn -> turn-passed A B 2");
    const after = table.view();
    expect(after.settings).toBe(before.settings);
    expect(after.playOrder).toBe(before.playOrder);
    expect(after.interruptingPlayers).toBe(before.interruptingPlayers);
    expect(after.players[0]?.counters).toBe(before.players[0]?.counters);
  });

  test("L26 every announced event is one the game can say", () => {
    for (const type of clockRules.announced) expect(type).toMatch(/^[a-z][a-zA-Z]+$/);
  });

  test("UN1 the shell asks for the newest change that can be taken back", () => {
    const table = seated();
    expect(clockRules.undoTarget([])).toBeNull();
    expect(table.past()).toBeNull();
    play(table, "at 0 A start -> game-started\nat 0 A rollDice sides=6");
    expect(table.past()).toMatchObject({ v: table.v - 1, type: "start", by: 1 });
  });
});

describe("LE3 the codec", () => {
  test("LE3 a quiet table of four with all its holders is small", () => {
    const table = started({ playerCount: 4 });
    for (const name of "ABCD") play(table, `at 1000 ${name} passTurn`);
    expect(clockRules.encode(table.state).length).toBeLessThan(1_500);
  });

  test("LE3 everything that can be different survives", () => {
    const table = started({
      playerCount: 3,
      mode: "campaign",
      campaignPreset: "wastelands",
      handicaps: { 2: 5_000 },
      dropPolicy: "grace",
      delayTime: 500,
    });
    play(
      table,
      `at 1000  B updatePlayer B name=Zoë life=9 source=A {"counters":{"zeal":1,"10":2,"drunk":3},"commanderDamage":{"3":[1,2],"1":[0,4]}}
      C updateTable monarch=C initiative=A dayNight=night stormCount=5
      A toggleTarget B
      A confirmTargets
      C interrupt
      B drops
      at 2000  A passPriority -> ! not-your-turn
      C undo`,
    );
    const text = clockRules.encode(table.state);
    expect(clockRules.decode(text)).toEqual(table.state);
    expect(clockRules.encode(clockRules.decode(text))).toBe(text);
  });

  const text = () => clockRules.encode(started({ playerCount: 3, mode: "campaign" }).state);
  const damages: readonly (readonly [string, (json: Record<string, unknown>) => unknown])[] = [
    ["another schema", (json) => ({ ...json, schema: 2 })],
    ["no schema", ({ schema: _, ...json }) => json],
    ["no seats", (json) => ({ ...json, seats: [] })],
    ["seats that are none", (json) => ({ ...json, seats: [1, 2, 3] })],
    ["another number of seats", (json) => ({ ...json, seats: (json["seats"] as unknown[]).slice(0, 2) })],
    ["no name", (json) => ({ ...json, name: "" })],
    ["a moment that is none", (json) => ({ ...json, at: "soon" })],
    ["a fraction of a moment", (json) => ({ ...json, at: 1.5 })],
    ["an unknown field", (json) => ({ ...json, cheat: true })],
    ["an unknown status", (json) => ({ ...json, status: "dancing" })],
    ["an unknown phase", (json) => ({ ...json, targeting: "maybe" })],
    ["a turn of nobody", (json) => ({ ...json, active: 9 })],
    ["a turn of seat 0", (json) => ({ ...json, active: 0 })],
    ["a stack of strangers", (json) => ({ ...json, stack: [4] })],
    ["an order with gaps", (json) => ({ ...json, order: [1, 1, 2] })],
    ["a host that is not there", (json) => ({ ...json, host: 7 })],
    ["a chair that is none", (json) => ({ ...json, chair: "me" })],
    ["a holder without a moment", (json) => ({ ...json, chair: ["viewer", null] })],
    ["a hash that is none", (json) => ({ ...json, chair: ["viewer", 1, 5] })],
    ["a drop that is none", (json) => ({ ...json, chair: ["viewer", 1, null, null, "x"] })],
    ["a ledger that is none", (json) => ({ ...json, ledger: "lost" })],
    ["a ledger of text", (json) => ({ ...json, ledger: ["1"] })],
    ["impossible settings", (json) => ({ ...json, settings: { ...(json["settings"] as object), initialTime: -5 } })],
    ["an unknown preset", (json) => ({ ...json, campaign: { ...(json["campaign"] as object), preset: "other" } })],
    ["an undo that is none", (json) => ({ ...json, undo: { v: "x" } })],
    ["an undo to which nobody can agree", (json) => ({ ...json, undo: { by: 1, v: 3 } })],
    ["life that is none", (json) => ({ ...json, seats: (json["seats"] as object[]).map((seat) => ({ ...seat, life: 1e9 })) })],
    ["a seat without life", (json) => ({ ...json, seats: (json["seats"] as object[]).map((seat) => ({ ...seat, life: undefined })) })],
    [
      "counters that are none",
      (json) => ({ ...json, seats: (json["seats"] as object[]).map((seat) => ({ ...seat, counters: { a: -1 } })) }),
    ],
    [
      "damage that is none",
      (json) => ({ ...json, seats: (json["seats"] as object[]).map((seat) => ({ ...seat, commanderDamage: { 1: [1] } })) }),
    ],
    ["a bank of text", (json) => ({ ...json, seats: (json["seats"] as object[]).map((seat) => ({ ...seat, bankMs: "9" })) })],
    ["a list", () => []],
    ["nothing", () => null],
  ];
  test.each(damages)("LE3 %s is damage, not a game", (_, damage) => {
    expect(() => clockRules.decode(JSON.stringify(damage(JSON.parse(text()) as Record<string, unknown>)))).toThrow();
  });

  test("LE3 text that is no JSON, and text cut short, is damage", () => {
    expect(() => clockRules.decode("")).toThrow();
    expect(() => clockRules.decode(text().slice(0, -1))).toThrow();
  });
});
