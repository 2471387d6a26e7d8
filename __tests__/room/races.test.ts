// Many at once at one room or many rooms: seats, codes, actions, eviction. Everything in virtual time through the real parts.
import { describe, expect, test } from "vitest";
import type { Room } from "../../lib/room/room.ts";
import { readRecord } from "../../lib/room/log.ts";
import { StoreFault, type Store } from "../../lib/store/store.ts";
import type { Timeline } from "../sim/timeline.ts";
import { chanceFrom } from "../sim/chance.ts";
import { inHouse, type Viewer, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

const claim = (playerId: number) => ({ type: "claim", playerId });

/** Every call takes its time; commits the longest. */
function slow(commitMs: number, readMs = 1) {
  return (inner: Store, timeline: Timeline): Store => {
    const wait = (ms: number) => new Promise<void>((resolve) => void timeline.after(ms, resolve));
    return new Proxy(inner, {
      get: (target, name) => {
        const method = bound(target, name);
        if (name !== "commit" && name !== "load") return method;
        return async (...args: unknown[]) => {
          await wait(name === "commit" ? commitMs : readMs);
          return method(...args);
        };
      },
    });
  };
}

describe("races", () => {
  test("20 viewers race for the last seat: one has it, 19 are told so, and asking again changes nothing", () =>
    inHouse(async (house) => {
      const host = viewer("host");
      const { room } = await house.create(host, "made", { playerCount: 2 });
      const { gameId } = room as Room;
      await house.give(room as Room, host, claim(1), "c0");
      const racers = Array.from({ length: 20 }, (_, place) => viewer(`racer${place}`));
      for (const racer of racers) await house.join(gameId, racer);
      const race = () => Promise.all(racers.map((racer, place) => house.give(room as Room, racer, claim(2), `race${place}`)));
      const first = await race();
      expect(first.filter((answer) => answer.ok)).toHaveLength(1);
      expect(first.filter((answer) => !answer.ok && answer.code === "seat-taken")).toHaveLength(19);
      const again = await race();
      expect(again.map((answer) => answer.ok)).toEqual(first.map((answer) => answer.ok));
      const log = (await house.store.changes(gameId, 0, 100)).map((change) => readRecord(change).command.type);
      expect(log.filter((type) => type === "claim")).toHaveLength(2);
    }));

  test("120 games made at the same moment get 120 codes; one id asked for 20 times makes one game", () =>
    inHouse(async (house) => {
      const made = await Promise.all(Array.from({ length: 120 }, (_, place) => house.create(viewer(`v${place}`), `create${place}`)));
      expect(made.every(({ answer }) => answer.ok)).toBe(true);
      expect(new Set(made.map(({ room }) => room?.gameId)).size).toBe(120);
      const same = await Promise.all(Array.from({ length: 20 }, (_, place) => house.create(viewer(`w${place}`), "one id")));
      expect(new Set(same.map(({ room }) => room?.gameId)).size).toBe(1);
      expect((await house.store.counts()).waiting).toBe(121);
    }));

  test("codes that run out are refused, and no game is ever overwritten (L29)", () =>
    inHouse(
      async (house) => {
        const made = await Promise.all(Array.from({ length: 60 }, (_, place) => house.create(viewer(`v${place}`), `create${place}`)));
        const good = made.filter(({ answer }) => answer.ok);
        expect(made.every(({ answer }) => answer.ok || answer.code === "no-free-code")).toBe(true);
        expect(new Set(good.map(({ room }) => room?.gameId)).size).toBe(good.length);
        expect(good.length).toBeLessThanOrEqual(32);
        expect((await house.store.counts()).waiting).toBe(good.length);
        for (const { room } of good) expect((await house.store.changes((room as Room).gameId, 0, 10)).length).toBe(1);
      },
      { gameIdChars: 1 },
    ));

  test("F01 50 actions at the same moment are 50 changes in one order that every viewer sees", () =>
    inHouse(async (house) => {
      const viewers = Array.from({ length: 8 }, (_, place) => viewer(`v${place}`));
      const [host] = viewers as [ReturnType<typeof viewer>];
      const { room } = await house.create(host, "made", { playerCount: 8 });
      const table = room as Room;
      for (const each of viewers.slice(1)) await house.join(table.gameId, each);
      for (const [place, each] of viewers.entries()) await house.give(table, each, claim(place + 1), `claim${place}`);
      const before = viewers.map((each) => each.versions.length);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          house.give(table, viewers[n % 8] ?? host, { type: "rollDice", sides: 6 } as { type: string }, `roll${n}`),
        ),
      );
      const versions = answers.map((answer) => (answer.ok ? answer.v : 0));
      expect(versions).toEqual(Array.from({ length: 50 }, (_, n) => 10 + n));
      viewers.forEach((each, place) => {
        expect(each.versions.slice(before[place])).toEqual(versions);
      });
    }));

  test("a hot game holds nobody else up: a tap elsewhere takes one write, however long the queue there", () =>
    inHouse(
      async (house) => {
        const [busy, calm] = [viewer("busy"), viewer("calm")];
        const making = Promise.all([house.create(busy, "hot"), house.create(calm, "cool")]);
        await house.pass(1_000);
        const [hot, cool] = await making;
        const flood = Array.from({ length: 500 }, (_, n) =>
          house.give(hot.room as Room, busy, { type: "renameGame", name: `N${n}` } as { type: string }, `n${n}`),
        );
        const startedAt = house.timeline.elapsed;
        const tap = house.give(cool.room as Room, calm, { type: "renameGame", name: "Cool" } as { type: string }, "tap");
        let tookMs = 0;
        void tap.then(() => {
          tookMs = house.timeline.elapsed - startedAt;
        });
        await house.pass(60_000);
        expect((await tap).ok).toBe(true);
        expect(tookMs).toBe(5);
        const answers = await Promise.all(flood);
        expect(answers.filter((answer) => answer.ok)).toHaveLength(500);
      },
      { store: slow(5), lockPendingMax: 1_000, lockWaitMs: 60_000 },
    ));

  test("L32 rooms that go while somebody comes: never two rooms for one game, and every viewer sees the next change", () =>
    inHouse(
      async (house) => {
        const chance = chanceFrom(7);
        const host = viewer("host");
        const making = house.create(host, "made", { playerCount: 2 });
        await house.pass(100);
        const { gameId } = (await making).room as Room;
        void (await making).room?.leave(host);
        house.rooms.start();
        let dropped = 0;
        for (let round = 0; round < 200; round += 1) {
          // The room is idle after 10 s; the sweep comes once a second.
          await house.pass(9_500 + chance.below(2_000));
          dropped += house.rooms.size === 0 ? 1 : 0;
          const guests = [viewer(`a${round}`), viewer(`b${round}`)];
          const coming = guests.map((guest) => house.join(gameId, guest));
          await house.pass(20);
          expect(
            (await Promise.all(coming)).every((answer) => answer.ok),
            `round ${round}`,
          ).toBe(true);
          const open = [...house.rooms.open()];
          expect(
            open.map((room) => [room.gameId, room.viewers]),
            `round ${round}`,
          ).toEqual([[gameId, 2]]);
          const claiming = house.give(open[0] as Room, guests[0] as Viewer, claim(1), `c${round}`);
          await house.pass(20);
          expect((await claiming).ok, `round ${round}`).toBe(true);
          const leaving = house.give(open[0] as Room, guests[0] as Viewer, { type: "unclaim" }, `u${round}`);
          await house.pass(20);
          await leaving;
          expect(guests[1]?.versions.at(-1), `round ${round}`).toBe(guests[0]?.versions.at(-1));
          expect(guests[1]?.versions).toHaveLength(3);
          for (const guest of guests) void open[0]?.leave(guest);
        }
        expect(dropped).toBeGreaterThan(20);
        expect(dropped).toBeLessThan(180);
      },
      { store: slow(2, 3) },
    ));

  test("L32 who comes in by the code while the game is being written sits in the same room as its host", () =>
    inHouse(
      async (house) => {
        const host = viewer("host");
        const early = viewer("early");
        const making = house.create(host, "made", { playerCount: 2 });
        // The code that this id comes to: drawn once in another house.
        let gameId = "";
        await inHouse(async (other) => {
          gameId = (await other.create(viewer("host"), "made", { playerCount: 2 })).room?.gameId ?? "";
        });
        const coming = house.join(gameId, early);
        await house.pass(1_000);
        const { room } = await making;
        expect(room?.gameId).toBe(gameId);
        if (!(await coming).ok) expect((await house.join(gameId, early)).ok).toBe(true);
        const renaming = house.give(room as Room, host, { type: "renameGame", name: "Ours" } as { type: string }, "r");
        await house.pass(100);
        expect((await renaming).ok).toBe(true);
        expect(early.versions.at(-1)).toBe(2);
        expect([...house.rooms.open()]).toHaveLength(1);
      },
      { store: slow(20, 1) },
    ));

  test("L26 what changed elsewhere while one turn took longer than anybody waits for his is shown when it is over", () => {
    let holdMs = 0;
    const holding = (inner: Store, timeline: Timeline): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = bound(target, name);
          if (name !== "resolve") return method;
          return async (...args: unknown[]) => {
            await new Promise<void>((resolve) => void timeline.after(holdMs, resolve));
            return method(...args);
          };
        },
      });
    return inHouse(
      async (house) => {
        const [host, guest] = [viewer("host"), viewer("guest")];
        const { room } = await house.create(host, "made");
        const { gameId } = room as Room;
        await house.join(gameId, guest);
        holdMs = 8_000;
        const refused = house.give(room as Room, host, { type: "passTurn" }, "too early");
        await house.pass(100);
        await inHouse(
          async (other) => {
            const found = await other.rooms.find(gameId);
            if ("refused" in found) throw new Error(found.refused);
            await other.give(found.room, null, { type: "close", reason: "host" } as { type: string });
          },
          { store: () => house.store },
        );
        house.bus.lookAgain();
        await house.pass(7_000);
        expect(guest.versions.at(-1)).toBe(1);
        await house.pass(4_000);
        expect((await refused).ok).toBe(false);
        expect(guest.versions.at(-1)).toBe(2);
      },
      { store: holding },
    );
  });

  test("a store that is busy refuses each command for itself, and none happens", () => {
    let isBusy = false;
    const faulty = (inner: Store): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = bound(target, name);
          if (name !== "commit") return method;
          return async (...args: unknown[]) => {
            if (isBusy) throw new StoreFault("busy", "planted");
            return method(...args);
          };
        },
      });
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        isBusy = true;
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            house.give(room as Room, host, { type: "renameGame", name: `N${n}` } as { type: string }, `n${n}`),
          ),
        );
        expect(answers.every((answer) => !answer.ok && answer.code === "busy")).toBe(true);
        isBusy = false;
        const again = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            house.give(room as Room, host, { type: "renameGame", name: `N${n}` } as { type: string }, `n${n}`),
          ),
        );
        expect(again.map((answer) => answer.ok && answer.v)).toEqual(Array.from({ length: 10 }, (_, n) => 2 + n));
      },
      { store: faulty },
    );
  });

  test("whoever looked for a game while a create met it here stays in its room, and hears what is said in it", () =>
    inHouse(async (here) => {
      const { room } = await here.create(viewer("host"), "one id");
      const { gameId } = room as Room;
      await inHouse(
        async (there) => {
          const watcher = viewer("watcher");
          const [made, joined] = await Promise.all([there.create(viewer("other"), "one id"), there.join(gameId, watcher)]);
          expect([made.answer.ok, joined.ok]).toEqual([true, true]);
          expect([...there.rooms.open()].map(({ viewers }) => viewers)).toEqual([2]);
        },
        { store: () => here.store },
      );
    }));

  test("a create whose code has a game of another kind leaves no room behind that would take that game for its own", () =>
    inHouse(
      async (here) => {
        const { room } = await here.create(viewer("host"), "one id");
        await inHouse(
          async (there) => {
            expect((await there.create(viewer("other"), "one id")).answer).toEqual({ ok: false, code: "version-unsupported" });
            expect(await there.rooms.find((room as Room).gameId)).toEqual({ refused: "version-unsupported" });
            expect([there.rooms.size, there.bus.subscriptions()]).toEqual([0, 0]);
          },
          { store: () => here.store },
        );
      },
      { rules: (rules) => ({ ...rules, index: (state) => ({ ...rules.index(state), kind: "other" }) }) },
    ));
});
