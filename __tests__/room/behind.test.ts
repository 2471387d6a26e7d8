// Viewers who could be left behind, and keys that open nothing any more: what a room reads anew, and what it says of it.
import { describe, expect, test } from "vitest";
import type { Announcement } from "../../lib/bus/bus.ts";
import type { Answer } from "../../lib/room/answer.ts";
import { type AnyRules, readRecord } from "../../lib/room/log.ts";
import type { Joining } from "../../lib/room/order.ts";
import type { Room } from "../../lib/room/room.ts";
import { sha256Hex } from "../../lib/room/token-draw.ts";
import { type Commit, type Store, StoreFault } from "../../lib/store/store.ts";
import { type House, inHouse, type Viewer, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

type Command = { readonly type: string };

const rename = (name: string): Command => ({ type: "renameGame", name }) as Command;
const claim: Command = { type: "claim", playerId: 2 } as Command;

/** The room of a game that another instance made, as it was found here: read, and used by nobody yet. */
async function found(house: House, gameId: string): Promise<Room> {
  const opened = await house.rooms.find(gameId);
  if ("refused" in opened) throw new Error(opened.refused);
  return opened.room;
}

const join = (room: Room, who: Viewer, how: Joining = {}): Promise<Answer> =>
  new Promise((resolve, reject) => void room.join(who, resolve, how).catch(reject));

/** A game of the house `here`, and a second instance on the same store that hears nothing of what is changed here. */
function onTwo(work: (game: { here: House; there: House; host: Viewer; room: Room }) => Promise<void>): Promise<void> {
  return inHouse(async (here) => {
    const host = viewer("host");
    const { room } = await here.create(host, "made");
    await inHouse((there) => work({ here, there, host, room: room as Room }), { store: () => here.store });
  });
}

describe("who comes to watch", () => {
  test("sees what was changed elsewhere between the look for the game and the word that it is watched", () =>
    onTwo(async ({ here, there, host, room }) => {
      const [guest, opened] = [viewer("guest"), await found(there, room.gameId)];
      await here.give(room, host, rename("Meanwhile"));
      expect(await join(opened, guest)).toEqual({ ok: true, v: 2 });
      expect(guest.versions).toEqual([2]);
    }));

  test("and has seen more elsewhere than is known here is never shown less, and whoever watches here already is shown it, too", () =>
    onTwo(async ({ here, there, host, room }) => {
      const [guest, newer, opened] = [viewer("guest"), viewer("newer"), await found(there, room.gameId)];
      await join(opened, guest);
      await here.give(room, host, rename("Unheard of"));
      expect(await join(opened, newer, { seenV: 2 })).toEqual({ ok: true, v: 2 });
      expect([guest.versions, newer.versions]).toEqual([[1, 2], [2]]);
    }));

  test("asks once more in a full room keeps the place", () =>
    inHouse(async (house) => {
      const { room } = await house.create(viewer("host"), "made");
      const guest = viewer("guest");
      expect((await join(room as Room, guest, { viewersMax: 2 })).ok).toBe(true);
      expect((await join(room as Room, guest, { viewersMax: 2 })).ok).toBe(true);
      expect(await join(room as Room, viewer("late"), { viewersMax: 2 })).toEqual({ ok: false, code: "game-full" });
    }));
});

describe("whoever watches", () => {
  test.each([
    ["in order, each", [2, 3], [1, 2, 3]],
    ["in another order, each", [3, 2], [1, 2, 3]],
    ["without the one before, the newest", [3], [1, 3]],
  ])("while the game is busy is shown what is announced %s", (_how, announced, shown) =>
    onTwo(async ({ here, there, host, room }) => {
      const { gameId } = room;
      const [guest, opened] = [viewer("guest"), await found(there, gameId)];
      await join(opened, guest);
      const heard: Announcement[] = [];
      const ignore = () => undefined;
      here.bus.publish = (one) => void heard.push(one);
      await here.give(room, host, rename("Second"));
      await here.give(room, host, rename("Third"));
      const busy = opened.read(ignore, ignore);
      for (const v of announced) opened.onAnnouncement({ ...(heard.find((one) => one.v === v) as Announcement), from: "other" });
      await busy;
      await there.pass(0);
      expect(guest.versions).toEqual(shown);
    }),
  );

  test("is shown a change whose announcement does not fit the copy at hand", () =>
    onTwo(async ({ here, there, host, room }) => {
      const [guest, opened] = [viewer("guest"), await found(there, room.gameId)];
      await join(opened, guest);
      await here.give(room, host, rename("Elsewhere"));
      const [, change] = await here.store.changes(room.gameId, 0, 2);
      const { v, at, hash, change: text } = change as NonNullable<typeof change>;
      opened.onAnnouncement({ gameId: room.gameId, from: "other", v, at, hash, still: null, moving: "\n".repeat(1_000), change: text });
      await there.pass(0);
      expect(guest.versions).toEqual([1, 2]);
      expect(guest.told.at(-1)?.data.name).toBe("Elsewhere");
    }));

  test.each([
    ["another history of the same length", ["Else"], "stepped back from 3 to 3"],
    ["fewer changes", [], "stepped back from 3 to 2"],
  ])("is shown a store that came back with %s, and the operator is told", (_what, renamed, oddity) => {
    const stores: Store[] = [];
    const switched = (inner: Store): Store =>
      new Proxy(inner, {
        get(_, name) {
          const store = stores[0] ?? inner;
          return bound(store, name);
        },
      });
    return inHouse(
      async (house) => {
        const [host, guest] = [viewer("host"), viewer("guest")];
        const { room } = await house.create(host, "made");
        await join(room as Room, guest);
        for (const name of ["First", "Lost"]) await house.give(room as Room, host, rename(name));
        await inHouse(async (restored) => {
          const { room: same } = await restored.create(host, "made");
          for (const name of ["First", ...renamed]) await restored.give(same as Room, host, rename(name));
          stores.push(restored.store);
        });
        house.bus.lookAgain();
        await house.pass(0);
        expect(guest.told.at(-1)).toMatchObject({ type: "state", data: { v: 2 + renamed.length, name: renamed[0] ?? "First" } });
        expect(house.oddities).toEqual([oddity]);
      },
      { store: switched },
    );
  });

  test("is sent away, too, when the table was closed by a change that was not heard of here", () =>
    onTwo(async ({ here, there, host, room }) => {
      const sentAway: string[] = [];
      const guest = { ...viewer("guest"), dismiss: (reason: string) => void sentAway.push(reason) };
      const opened = await found(there, room.gameId);
      await join(opened, guest);
      expect((await here.give(room, host, { type: "close" })).ok).toBe(true);
      opened.onGap();
      await there.pass(0);
      expect([guest.versions, sentAway]).toEqual([[1, 2], ["closed"]]);
    }));

  test("is told all that changed since what he saw, also when another has asked for the whole game in between", () =>
    inHouse(async (house) => {
      const [host, guest] = [viewer("host"), viewer("guest")];
      const { room } = await house.create(host, "made", { playerCount: 2, delayTime: 5_000 });
      await join(room as Room, guest);
      await house.give(room as Room, host, { type: "start" });
      await house.pass(10_000);
      // By now the delay is used up: the host sees that at once, the guest with the next change.
      await new Promise<Answer>((synced) => void (room as Room).sync(host, synced));
      await house.give(room as Room, host, rename("Later"));
      const delayOf = ({ told }: Viewer) => told.at(-1)?.data.players?.[0]?.delayRemaining;
      expect([guest.told.at(-1)?.type, delayOf(guest), delayOf(host)]).toEqual(["change", 0, undefined]);
    }));

  test("is told of a time that is again what it was at the change before, when he has seen another in between", () =>
    inHouse(async (house) => {
      const [host, guest] = [viewer("host"), viewer("guest")];
      const { room } = await house.create(host, "made", { playerCount: 2 });
      await join(room as Room, guest);
      await house.give(room as Room, host, { type: "start" });
      await house.pass(2_000);
      await new Promise<Answer>((synced) => void (room as Room).sync(guest, synced));
      const timeOf = ({ told }: Viewer) => told.at(-1)?.data.players?.[0]?.timeRemaining;
      const seen = timeOf(guest);
      await house.give(room as Room, host, { type: "adjustTime", playerId: 1, deltaMs: 2_000 } as Command);
      expect([seen, timeOf(guest), timeOf(host)]).toEqual([598_000, 600_000, undefined]);
    }));

  test("is sent away when the game is not there any more", () =>
    inHouse(async (house) => {
      const { room } = await house.create(viewer("host"), "made");
      const gone: string[] = [];
      await join(room as Room, { ...viewer("guest"), dismiss: (reason) => void gone.push(reason) });
      await house.store.remove((room as Room).gameId);
      house.bus.lookAgain();
      await house.pass(0);
      expect(gone).toEqual(["closed"]);
    }));

  test("is sent away at once when the game is forgotten, and whoever asks for it then finds none", () =>
    inHouse(async (house) => {
      const { room } = await house.create(viewer("host"), "made");
      const { gameId } = room as Room;
      const gone: string[] = [];
      await join(room as Room, { ...viewer("guest"), dismiss: (reason) => void gone.push(reason) });
      const at = house.ambient.now();
      await house.store.remove(gameId);
      house.rooms.forgotten([gameId, "NOTOPN"]);
      await house.pass(0);
      expect(gone).toEqual(["closed"]);
      expect(house.oddities).toEqual([`vanished at 1, waiting since ${at}`]);
      expect(await join(room as Room, viewer("late"))).toEqual({ ok: false, code: "no-such-game" });
      expect(await house.give(room as Room, viewer("late"), rename("Late"))).toEqual({ ok: false, code: "no-such-game" });
      expect(house.oddities).toHaveLength(1);
    }));
});

describe("keys", () => {
  /** A seat that was claimed, and how to come back to it with a key. */
  async function seat(house: House) {
    const host = viewer("host");
    const { room } = await house.create(host, "made");
    const guest = viewer("guest");
    await join(room as Room, guest);
    const tokenOf = (answer: Answer): string => (answer.ok ? (answer.token ?? "") : "");
    const first = tokenOf(await house.give(room as Room, guest, claim));
    let comings = 0;
    const back = (token: string, id: string | null = null): Promise<Answer> => {
      comings += 1;
      const command = { type: "reconnect", seat: 2, tokenHash: sha256Hex(token), grantId: null };
      return house.give(room as Room, viewer(`back${comings}`), command, id);
    };
    return { host, room: room as Room, first, back, tokenOf };
  }

  test("a return whose answer was lost is refused when the seat is gone since, or it would wait outside for ever", () =>
    inHouse(async (house) => {
      const { host, room, first, back } = await seat(house);
      expect((await back(first, "one id")).ok).toBe(true);
      expect((await house.give(room, host, { type: "kick", playerId: 2 } as Command)).ok).toBe(true);
      expect(await back(first, "one id")).toMatchObject({ ok: false, code: "bad-token" });
    }));

  test("a claim that waited on another instance until its sender had come back elsewhere takes nothing from him: his key opens", () =>
    onTwo(async ({ here, there, room }) => {
      const [late, guest, opened] = [viewer("late"), viewer("guest"), await found(there, room.gameId)];
      await join(opened, late);
      await opened.leave(late);
      await join(room, guest);
      const answer = await here.give(room, guest, claim, "one id");
      await join(opened, viewer("newer"), { seenV: 2 });
      expect(await there.give(opened, late, claim, "one id")).toMatchObject({ ok: true, v: 2 });
      const back = { type: "reconnect", seat: 2, tokenHash: sha256Hex(answer.ok ? (answer.token ?? "") : ""), grantId: null };
      expect(await here.give(room, viewer("back"), back)).toMatchObject({ ok: true, v: 3 });
    }));

  test("a return that waited on another instance until its page had come back elsewhere shows nobody out: the newer key opens", () =>
    onTwo(async ({ here, there, room }) => {
      const [guest, opened] = [viewer("guest"), await found(there, room.gameId)];
      await join(room, guest);
      const back = (answer: Answer): Command =>
        ({ type: "reconnect", seat: 2, tokenHash: sha256Hex(answer.ok ? (answer.token ?? "") : ""), grantId: null }) as Command;
      const first = await here.give(room, guest, claim);
      const second = await here.give(room, viewer("page"), back(first), "one id");
      const late = { ...viewer("late"), isGone: true };
      expect(await there.give(opened, late, back(first), "one id")).toEqual({ ok: false, code: "busy" });
      expect(await there.give(opened, late, back(first), "another id")).toEqual({ ok: false, code: "busy" });
      expect(await here.give(room, viewer("again"), back(second))).toMatchObject({ ok: true, v: 4 });
    }));

  test("one that was given elsewhere a moment ago opens here, too, though word of it has not come", () =>
    onTwo(async ({ here, there, room }) => {
      const [guest, opened] = [viewer("guest"), await found(there, room.gameId)];
      await join(opened, viewer("other"));
      await join(room, guest);
      const answer = await here.give(room, guest, claim);
      const back = { type: "reconnect", seat: 2, tokenHash: sha256Hex(answer.ok ? (answer.token ?? "") : ""), grantId: null };
      expect(await there.give(opened, viewer("back"), back)).toMatchObject({ ok: true });
    }));

  test("a key out of use voids the others, and the operator is told of it", () =>
    inHouse(async (house) => {
      const { first, back, tokenOf } = await seat(house);
      const second = tokenOf(await back(first));
      const third = tokenOf(await back(second));
      expect(await back(first)).toMatchObject({ ok: false, code: "bad-token" });
      expect(house.oddities).toEqual(["tokens revoked"]);
      expect(await back(third)).toMatchObject({ ok: false, code: "bad-token" });
    }));
});

describe("an instance that died", () => {
  const isDrop = (commit: Commit): boolean => commit.change.includes('"type":"drop"');

  test.each(["load", "commit"] as const)(
    "is told of again when a game could not be shown it, because the store does not take the %s",
    (call) => {
      let isAway = false;
      const away = (inner: Store): Store =>
        new Proxy(inner, {
          get(target, name) {
            const method = bound(target, name);
            if (name !== call) return method;
            return async (...args: unknown[]) => {
              if (isAway && (call === "load" || isDrop(args[0] as Commit))) throw new StoreFault("unavailable", "planted");
              return method(...args);
            };
          },
        });
      return inHouse(async (here) => {
        const { room } = await here.create(viewer("one.1"), "made");
        const { gameId } = room as Room;
        await inHouse(
          async (there) => {
            isAway = true;
            await expect(there.rooms.dropInstance("one", [gameId])).rejects.toThrow("1 games");
            isAway = false;
            await there.rooms.dropInstance("one", [gameId]);
          },
          { store: () => away(here.store) },
        );
        const last = (await here.store.changes(gameId, 0, 10)).at(-1);
        expect(last?.change).toContain('"type":"drop"');
      });
    },
  );

  const threw = (): never => {
    throw new Error("planted");
  };
  const programs: readonly (readonly [why: string, other: (real: AnyRules) => AnyRules])[] = [
    ["does not host it", (real) => ({ ...real, kind: "of another version" })],
    ["cannot read it", (real) => ({ ...real, decode: threw })],
    ["has a bug in it", (real) => ({ ...real, decide: threw })],
  ];

  test.each(programs)("leaves a game to others whose table a program cannot tell that its players are gone: it %s", (_why, rules) =>
    inHouse(async (here) => {
      const { room } = await here.create(viewer("one.1"), "made");
      const { gameId } = room as Room;
      const left = async (house: House) => house.rooms.dropInstance("one", [gameId, "NOSUCH"]);
      await inHouse(async (there) => expect(await left(there)).toEqual([gameId]), { store: () => here.store, rules });
      await inHouse(async (there) => expect(await left(there)).toEqual([]), { store: () => here.store });
      expect((await here.store.changes(gameId, 1, 10)).map(({ change }) => readRecord({ change }).command.type)).toEqual(["drop"]);
    }),
  );

  test("has many games told at the same time, and never more than a few dozen: until all are, one that lives cannot call its players back", () =>
    inHouse(async (here) => {
      const gameIds: string[] = [];
      for (let game = 1; game <= 100; game += 1) {
        const { room } = await here.create(viewer(`one.${game}`), `made ${game}`);
        gameIds.push((room as Room).gameId);
      }
      const [reading, counts] = [new Set<object>(), [] as number[]];
      const slow = (timeline: House["timeline"]): Store =>
        new Proxy(here.store, {
          get(target, name) {
            const method = bound(target, name);
            if (name !== "load") return method;
            return async (...args: unknown[]) => {
              const mark = {};
              counts.push(reading.add(mark).size);
              await new Promise<void>((resolve) => void timeline.after(100, resolve));
              reading.delete(mark);
              return method(...args);
            };
          },
        });
      await inHouse(
        async (there) => {
          let isTold = false;
          void there.rooms.dropInstance("one", gameIds).then(() => {
            isTold = true;
          });
          await there.pass(2_000);
          expect([isTold, Math.max(...counts) <= 32]).toEqual([true, true]);
        },
        { store: (_, timeline) => slow(timeline) },
      );
    }));

  test("takes nobody along who came through another whose name only begins the same", () =>
    inHouse(async (house) => {
      const { room } = await house.create(viewer("one2.1"), "made");
      await house.rooms.dropInstance("one", [(room as Room).gameId]);
      expect(await house.store.changes((room as Room).gameId, 1, 10)).toEqual([]);
    }));

  test("has its players shown away in a full house, too", () =>
    inHouse(async (here) => {
      const { room } = await here.create(viewer("one.1"), "made");
      await inHouse(
        async (there) => {
          await there.create(viewer("two.1"), "other");
          await there.rooms.dropInstance("one", [(room as Room).gameId]);
        },
        { store: () => here.store, roomsMax: 1 },
      );
      expect(await here.store.changes((room as Room).gameId, 1, 10)).toHaveLength(1);
    }));

  test("leaves a game behind whose newest change was not heard of here: what falls due in it is settled and shown all the same", () =>
    onTwo(async ({ here, there, host, room }) => {
      const [guest, opened] = [viewer("guest"), await found(there, room.gameId)];
      await join(opened, guest);
      await here.give(room, host, { type: "start" });
      await here.rooms.close();
      there.rooms.start();
      await there.pass(602_000);
      const settled = (await here.store.changes(room.gameId, 2, 10)).map((row) => readRecord(row).command.type);
      expect(settled).toEqual(expect.arrayContaining(["wake"]));
      expect(guest.told.at(-1)?.data.v).toBe(2 + settled.length);
    }));
});
