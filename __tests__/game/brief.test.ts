// The state that follows a change, for clients that take whole states: small, and nothing in it differs from the view.
import { describe, expect, test } from "vitest";
import { briefView } from "../../lib/game/brief-view.ts";
import { clockRules } from "../../lib/game/rules.ts";
import { casualSettings } from "../../lib/game/setup.ts";
import type { View } from "../../lib/game/view.ts";
import { stateFrame } from "../../lib/room/frame.ts";
import { seated, Table } from "./table.ts";

/** What may be left out, and what it is when it is. */
const usual = {
  playOrder: [1, 2, 3, 4],
  campaign: null,
  monarch: null,
  initiative: null,
  dayNight: null,
  stormCount: 0,
  undoRequest: null,
};
const usualOfPlayer = { delayRemaining: 0, asks: [] };

const viewOf = (table: Table): View => clockRules.view(table.state, "all", table.now) as View;

/** The whole view again, from the brief one and what is written down about it. */
function whole(brief: object): object {
  const given = brief as Partial<View> & { readonly players: readonly object[] };
  return {
    ...usual,
    ...given,
    settings: { ...casualSettings, ...given.settings },
    players: given.players.map((player) => ({ ...usualOfPlayer, ...player })),
  };
}

describe("the state after a change", () => {
  test("F40 a running table of four costs a viewer that takes whole states at most 1,500 bytes", () => {
    const table = seated({ playerCount: 4, bonusTime: 1_000 });
    expect(table.say("A", { type: "start" }).ok && table.say("A", { type: "passTurn" }).ok).toBe(true);
    const stamp = { v: 1_000_000, serverTime: table.now, viewers: 4 };
    expect(stateFrame(briefView(viewOf(table)), stamp).text.length).toBeLessThanOrEqual(1_496);
  });

  test("F40 what a table shows all the time is in every state, usual or not", () => {
    const shown = ["playerCount", "mode", "initialTime", "bonusTime", "warningThresholds", "onTimeout", "startingLife"];
    const brief = briefView(viewOf(new Table({ playerCount: 4 }))) as { readonly settings: object };
    expect(Object.keys(brief.settings).sort()).toEqual(shown.sort());
  });

  test("F40 nothing that is not as in a new casual game is left out", () => {
    const plain = new Table({ playerCount: 4 });
    expect(whole(briefView(viewOf(plain)))).toEqual(viewOf(plain));
    const rich = new Table({
      playerCount: 4,
      delayTime: 5_000,
      handicaps: { 2: 60_000 },
      listed: true,
      dropPolicy: "pause",
      mode: "campaign",
    });
    const view = { ...viewOf(rich), playOrder: [2, 1, 3, 4], monarch: 3, initiative: 1, dayNight: "night" as const, stormCount: 4 };
    const players = view.players.map((player) => ({ ...player, delayRemaining: 700, asks: ["poison"] }));
    expect(briefView({ ...view, players })).toMatchObject({
      playOrder: [2, 1, 3, 4],
      monarch: 3,
      initiative: 1,
      dayNight: "night",
      stormCount: 4,
    });
    expect(whole(briefView({ ...view, players }))).toEqual({ ...view, players });
  });
});
