// Others were quicker: what viewers are shown of it, and in which order, when the store says with the refusal what there is by now.
import { expect, test } from "vitest";
import type { Announcement } from "../../lib/bus/bus.ts";
import { type Commit, type Store, StoreFault } from "../../lib/store/store.ts";
import { inHouse, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

type Command = { readonly type: string };

const rename = (name: string): Command => ({ type: "renameGame", name }) as Command;
const claim = (seat: number): Command => ({ type: "claim", playerId: seat }) as Command;

/** As Redis answers: with the game as it was at that moment. `meanwhile` happens before the answer has come. */
const telling = (inner: Store, meanwhile: () => Promise<void>): Store =>
  new Proxy(inner, {
    get(target, name) {
      if (name !== "commit") return bound(target, name);
      return async (commit: Commit) => {
        const outcome = await target.commit(commit);
        if (outcome.kind !== "conflict") return outcome;
        const newest = await target.load(commit.gameId);
        await meanwhile();
        return { ...outcome, newest };
      };
    },
  });

test.each([
  ["each change, when word of it comes beside the answer", [2], [], [1, 2, 3], ["state", "change", "change"]],
  [
    "each change, when word of a further one has come before the answer",
    [2, 3],
    ["Third"],
    [1, 2, 3, 4],
    ["state", "change", "change", "change"],
  ],
  ["the whole game, when word of the change is late", [], [], [1, 2, 3], ["state", "state", "change"]],
] as const)(
  "whoever watches a game in which others were quicker is shown %s, and no change is taken for lost",
  (_, heard, more, shown, types) =>
    inHouse(async (here) => {
      const host = viewer("host");
      const { room: made } = await here.create(host, "made");
      if (made === null) throw new Error("no room");
      const said: Announcement[] = [];
      here.bus.publish = (one) => void said.push(one);
      let meanwhile = async (): Promise<void> => {};
      await inHouse(
        async (there) => {
          const guest = viewer("guest");
          expect((await there.join(made.gameId, guest)).ok).toBe(true);
          const [room] = there.rooms.open();
          if (room === undefined) throw new Error("no room");
          await here.give(made, host, rename("Second"));
          meanwhile = async () => {
            meanwhile = async () => {};
            for (const name of more) await here.give(made, host, rename(name));
            for (const one of said) if ((heard as readonly number[]).includes(one.v)) room.onAnnouncement({ ...one, from: "other" });
          };
          const answer = there.give(room, guest, claim(2));
          await there.pass(1_000);
          expect(await answer).toMatchObject({ ok: true, v: shown.at(-1) });
          expect(guest.versions).toEqual(shown);
          expect(guest.told.filter(({ type }) => type !== "viewers").map(({ type }) => type)).toEqual(types);
          expect(there.oddities).toEqual([]);
        },
        { store: () => telling(here.store, () => meanwhile()) },
      );
    }),
);

test("a look for what is due that the store fails is told the operator, and what is due is settled by the next one", () => {
  const plan = { fails: 0 };
  const failing = (inner: Store): Store =>
    new Proxy(inner, {
      get(target, name) {
        if (name !== "due" || plan.fails === 0) return bound(target, name);
        plan.fails -= 1;
        return () => Promise.reject(new StoreFault("unavailable", "planted"));
      },
    });
  return inHouse(
    async (house) => {
      house.rooms.start();
      plan.fails = 2;
      await house.pass(1_000);
      expect(house.faults).toEqual(["the look for what is due: planted"]);
      await house.pass(1_000);
      expect(house.faults).toHaveLength(1);
    },
    { store: failing },
  );
});
