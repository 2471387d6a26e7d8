// A game in which those who sit see another view than those who watch: whoever sits down gets the view of the others, whole.
import { expect, test } from "vitest";
import type { AnyRules } from "../../lib/room/log.ts";
import type { Room } from "../../lib/room/room.ts";
import { inHouse, viewer } from "./house.ts";

const bySeat = (real: AnyRules): AnyRules => ({
  ...real,
  audienceOf: (state, viewerId) => (real.seatOf(state, viewerId) === null ? "watchers" : "players"),
});

test.each([
  ["changes", "all of it, as the changes that follow are made against it"],
  ["states", "what every state leaves out is left out of this one"],
] as const)("whoever takes %s and sits down: %s", (updates, _what) =>
  inHouse(
    async (house) => {
      const [host, guest] = [viewer("host"), { ...viewer("guest"), updates }];
      const { room } = await house.create(host, "made");
      await house.join((room as Room).gameId, guest);
      const [first] = guest.told;
      const since = guest.told.length;
      await house.give(room as Room, guest, { type: "claim", playerId: 1 } as { readonly type: string });
      const state = guest.told.slice(since).find(({ type }) => type === "state")?.data;
      const missing = Object.keys(first?.data).filter((field) => !(field in state));
      expect(missing.length > 0).toBe(updates === "states");
    },
    { rules: bySeat },
  ),
);
