// An instance of an older version beside a newer one: a state it cannot read is refused, and is no bug of its own.
import { expect, test } from "vitest";
import type { AnyRules } from "../../lib/room/log.ts";
import type { Room } from "../../lib/room/room.ts";
import { inHouse, viewer } from "./house.ts";

type Command = { readonly type: string };

/** Rules that read no state in which the table is called Newer. */
const older = (real: AnyRules): AnyRules => ({
  ...real,
  decode(text) {
    if (text.includes("Newer")) throw new Error("This version does not know that.");
    return real.decode(text);
  },
});

test("word of a change that an older version cannot read is no bug: its players hear that the game cannot be read", () =>
  inHouse(async (here) => {
    const host = viewer("host");
    const { room } = await here.create(host, "made");
    const { gameId } = room as Room;
    await inHouse(
      async (there) => {
        const guest = viewer("guest");
        await there.join(gameId, guest);
        const found = await there.rooms.find(gameId);
        if ("refused" in found) throw new Error(found.refused);
        here.bus.publish = (announcement) => found.room.onAnnouncement({ ...announcement, from: "other" });
        await here.give(room as Room, host, { type: "renameGame", name: "Newer" } as Command);
        await there.pass(1_000);
        expect(there.bugs).toEqual([]);
        expect(await there.give(found.room, guest, { type: "start" })).toEqual({ ok: false, code: "game-damaged" });
        expect(there.bugs).toEqual([]);
      },
      { store: () => here.store, rules: older },
    );
  }));
