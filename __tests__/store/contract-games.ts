// What every store promises about the states of the games that are really hosted: it keeps them to the byte and looks into none.
import { expect } from "vitest";
import type { GameId, Instant, ViewerId } from "../../lib/game/ids.ts";
import { type HostedGame, hosted } from "../../lib/gateway/hosted-game.ts";
import { chshGame } from "../../lib/protocol/chsh-game.ts";
import { clockGame } from "../../lib/protocol/clock-game.ts";
import { cutState as cut } from "../support/cut-state.ts";
import { found, ids, minute, type Rule, start, Table, waiting } from "./table.ts";

interface Played {
  readonly name: string;
  readonly game: HostedGame;
  readonly settings: object;
  /** Who says what, as it comes over the wire. */
  readonly said: readonly (readonly [viewer: string, type: string, data?: object])[];
}

const played: readonly Played[] = [
  {
    name: "the clock",
    game: hosted(clockGame),
    settings: { playerCount: 2, listed: true },
    said: [
      ["ann", "claim", { playerId: 1 }],
      ["bob", "claim", { playerId: 2 }],
      ["ann", "updatePlayer", { playerId: 1, name: "Zoë 🂡" }],
      ["ann", "start"],
      ["ann", "passTurn"],
      ["ann", "interrupt"],
      ["bob", "pause"],
    ],
  },
  {
    name: "a class",
    game: hosted(chshGame),
    settings: { mode: "classic", listed: true },
    said: [
      ["ann", "createTeam", { name: "Schrödinger-Straße 7" }],
      ["bob", "joinTeam", { teamId: 1 }],
      ["host", "start"],
      ["ann", "answer", { round: 1, answer: true }],
      ["bob", "answer", { round: 1, answer: false }],
      ["bob", "answer", { round: 2, answer: false }],
      ["ann", "leaveTeam"],
    ],
  },
];

const draw = (v: number) => ({ tokenHash: v.toString(16).padStart(64, "a"), seed: v.toString(16).padStart(32, "5") });

/** Every state of the game, in order. */
function statesOf({ game, settings, said }: Played): readonly unknown[] {
  const { rules } = game;
  const common = { id: "GGGGGG" as GameId, name: null, draw: draw(0) };
  const created = rules.create({
    ...common,
    now: start as Instant,
    viewerId: "host" as ViewerId,
    settings: game.createSettings.parse(settings),
  });
  if (!created.ok) throw new Error(created.code);
  const states: unknown[] = [created.state];
  for (const [viewer, type, data = {}] of said) {
    const v = states.length;
    const command = game.toCommand(type, data);
    const now = (start + v * 1_000) as Instant;
    const input = { now, v, viewerId: viewer as ViewerId, rttMs: 0, command, draw: draw(v), past: null };
    const decision = rules.decide(states.at(-1), input as unknown as Parameters<typeof rules.decide>[1]);
    if (!decision.ok) throw new Error(`${type}: ${decision.code}`);
    states.push(decision.state);
  }
  return states;
}

const leftOut: Rule = {
  title: "what a change says is as before is read as before, and what it brings anew is read anew",
  async run(store) {
    const table = new Table(store, "HHHHHH");
    await table.step({ ...cut("{a\nb\nc}", "1\n2"), index: { name: "One" } });
    const second = await table.step({ ...cut("{a\nb\nc}", "3\n"), index: { name: "One", wakeAt: start + minute } });
    expect(second).toMatchObject({ sameStill: true, sameIndex: true, state: "{a3bc}" });
    expect(await found(store, "HHHHHH")).toMatchObject({ state: "{a3bc}", index: { ...waiting, name: "One", wakeAt: start + minute } });
    const third = await table.step({ ...cut("{x\n}", "4"), index: { name: "Two", status: "running", seatsFree: 0 } });
    expect(third).toMatchObject({ sameStill: false, sameIndex: false });
    const index = { ...waiting, name: "Two", status: "running", seatsFree: 0 };
    expect(await found(store, "HHHHHH")).toMatchObject({ state: "{x4}", index });
    expect(await store.counts()).toMatchObject({ waiting: 0, running: 1 });
    await table.step({ ...cut("{x\n}", "5"), index: { name: "Two", status: "running", seatsFree: 0 } });
    expect(await found(store, "HHHHHH")).toMatchObject({ v: 4, state: "{x5}", index });
  },
};

const playedRules: readonly Rule[] = played.map((each) => ({
  title: `states of ${each.name} come back to the byte, and what the list shows of it is what its rules say`,
  async run(store) {
    const { rules } = each.game;
    const table = new Table(store, "GGGGGG");
    for (const state of statesOf(each)) {
      const index = { ...rules.index(state), wakeAt: rules.nextWakeAt(state) };
      const text = rules.encode(state);
      const commit = await table.step({ state: text, index });
      const game = await found(store, "GGGGGG");
      expect(game).toMatchObject({ state: text, index, v: commit.expectedV + 1 });
      expect(rules.encode(rules.decode(game.state))).toBe(text);
      expect(ids(await store.listed(null, 10))).toEqual(["GGGGGG"]);
    }
  },
}));

export const gameRules: readonly Rule[] = [leftOut, ...playedRules];
