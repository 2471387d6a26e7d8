// How many watch: everybody ends with the same number, whatever the state said by which he came in.
import { expect, test } from "vitest";
import type { Room } from "../../lib/room/room.ts";
import { inHouse, type Viewer, viewer } from "./house.ts";

const lastTold = ({ told }: Viewer): number => told.findLast(({ data }) => data.viewers !== undefined)?.data.viewers;

test.each(["changes", "states"] as const)("who comes at the moment at which somebody goes is told of it: %s", (updates) =>
  inHouse(async (house) => {
    const [host, guest] = [viewer("host"), { ...viewer("guest"), updates }];
    const { room } = await house.create(host, "made");
    const { gameId } = room as Room;
    const other = viewer("other");
    await house.join(gameId, other);
    await house.pass(1_000);
    expect([host, other].map(lastTold)).toEqual([2, 2]);
    await house.join(gameId, guest);
    expect(lastTold(guest)).toBe(3);
    await (room as Room).leave(other);
    await house.pass(1_000);
    expect([host, guest].map(lastTold)).toEqual([2, 2]);
  }),
);

test("a change while the number is another one tells whoever takes whole states the number, and he hears when it is the old one again", () =>
  inHouse(async (house) => {
    const [host, whole] = [viewer("host"), { ...viewer("whole"), updates: "states" as const }];
    const { room } = await house.create(host, "made");
    const { gameId } = room as Room;
    await house.join(gameId, whole);
    await house.pass(1_000);
    const other = viewer("other");
    await house.join(gameId, other);
    await house.give(room as Room, host, { type: "renameGame", name: "Another" } as { readonly type: string });
    expect(lastTold(whole)).toBe(3);
    await (room as Room).leave(other);
    await house.pass(1_000);
    expect([host, whole].map(lastTold)).toEqual([2, 2]);
  }));
