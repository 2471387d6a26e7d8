// Who makes place for a newcomer in a full house.
import { describe, expect, test } from "vitest";
import type { ViewerId } from "../../lib/game/ids.ts";
import { whoMakesPlace } from "../../lib/room/places.ts";
import { viewer } from "./house.ts";

/** Viewers in the order in which they came: `a1` came from address `a`. A capital letter: he holds a seat. */
const crowd = (text: string) => text.split(" ").map((name) => ({ ...viewer(name), countedAs: name.toLowerCase().slice(0, 1) }));

describe("a full house", () => {
  test.each([
    ["the newest of the address with most spectators goes", "b1 b2 b3 a1 b4", "c", "b4"],
    ["wherever the newcomer comes from, as long as fewer of them come from there, him counted", "b1 b2 b3 a1", "a", "b3"],
    ["nobody goes for one who makes them as many", "b1 b2 a1", "a", null],
    ["nobody goes for one of the crowd itself", "b1 b2 b3 a1", "b", null],
    ["of crowds of one size the one that came first", "b1 a1 b2 a2", "c", "b2"],
    ["the one spectator of his address stays", "a1 b1", "c", null],
    ["whoever holds a seat neither counts nor goes", "B1 b2 b3 B4", "c", "b3"],
    ["nobody goes where all hold seats", "B1 B2 B3", "c", null],
  ])("%s", (_rule, text, from, gone) => {
    const viewers = crowd(text);
    const holders = new Set<ViewerId>(viewers.map(({ viewerId }) => viewerId).filter((name) => /^[A-Z]/.test(name)));
    expect(whoMakesPlace(viewers, { countedAs: from }, holders)?.viewerId ?? null).toBe(gone);
  });
});
