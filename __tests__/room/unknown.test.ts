// Outcomes that the store did not tell, and answers that were lost: nothing twice, nothing hidden, no seat without its key.
import { describe, expect, test } from "vitest";
import type { Answer } from "../../lib/room/answer.ts";
import type { Room } from "../../lib/room/room.ts";
import { sha256Hex } from "../../lib/room/token-draw.ts";
import { type Commit, type Store, StoreFault } from "../../lib/store/store.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { type House, inHouse, type Viewer, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

type Command = { readonly type: string };
type Fault = (commit: Commit, write: () => Promise<unknown>) => Promise<never>;

const rename = (name: string): Command => ({ type: "renameGame", name }) as Command;
const unknown: Fault = async (_, write) => {
  await write();
  throw new StoreFault("unknown", "done, but not told");
};
const lost: Fault = async () => {
  throw new StoreFault("unknown", "lost on the way");
};
const busy: Fault = async () => {
  throw new StoreFault("busy", "planted");
};
const away = async (): Promise<never> => {
  throw new StoreFault("unavailable", "planted");
};

/** The next commits meet these faults, one each; `onLookup` replaces the next look into the log. */
function planted(store: Store) {
  const faults: Fault[] = [];
  const lookups: (() => Promise<unknown>)[] = [];
  const proxy = new Proxy(store, {
    get(target, name) {
      const method = bound(target, name);
      if (name === "commit")
        return async (commit: Commit) => (faults.shift() ?? ((_, write) => write() as never))(commit, async () => method(commit));
      if (name === "changes")
        return async (...args: unknown[]) => {
          const meanwhile = lookups.shift();
          if (meanwhile !== undefined) await meanwhile();
          return method(...args);
        };
      return method;
    },
  });
  return { proxy, faults, lookups };
}

async function names(store: Store, gameId: string): Promise<readonly string[]> {
  const rows = await store.changes(gameId, 0, 100);
  return rows.flatMap(({ change }) => [...change.matchAll(/"type":"renameGame","name":"(\w+)"/g)].map((found) => found[1] ?? ""));
}

describe("F25 SAFETY 1 outcomes that are not told", () => {
  test("done but not told: the sender is answered as if it had been told, and it stands once", () => {
    const { proxy, faults } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        faults.push(unknown);
        expect(await house.give(room as Room, host, rename("Once"))).toMatchObject({ ok: true, v: 2 });
        expect(await names(proxy, (room as Room).gameId)).toEqual(["Once"]);
      },
      { store: () => proxy },
    );
  });

  test("done but not told, and another instance has gone on since: it is not decided a second time", () => {
    const store = memoryStore();
    const { proxy, faults } = planted(store);
    return inHouse(
      async (here) => {
        const host = viewer("host");
        const { room } = await here.create(host, "made");
        const { gameId } = room as Room;
        await inHouse(
          async (there) => {
            const other = viewer("other");
            await there.join(gameId, other);
            await here.give(room as Room, host, { type: "claim", playerId: 1 } as Command);
            const found = await there.rooms.find(gameId);
            if ("refused" in found) throw new Error(found.refused);
            faults.push(async (_, write) => {
              await write();
              await there.give(found.room, null, { type: "drop", viewerId: "host" } as Command);
              throw new StoreFault("unknown", "done, but not told");
            });
            const answer = await here.give(room as Room, host, { type: "rollDice", sides: 6 } as Command);
            expect(answer.ok).toBe(true);
          },
          { store: () => store },
        );
        const log = await store.changes(gameId, 0, 10);
        expect(log.filter(({ change }) => change.includes("diceRolled"))).toHaveLength(1);
      },
      { store: () => proxy },
    );
  });

  test("lost on the way, and another instance wrote in the same millisecond what stands there: that is not taken for it", () => {
    const store = memoryStore();
    const { proxy, faults } = planted(store);
    return inHouse(
      async (here) => {
        const host = viewer("host");
        const { room } = await here.create(host, "made");
        const { gameId } = room as Room;
        await inHouse(
          async (there) => {
            const found = await there.rooms.find(gameId);
            if ("refused" in found) throw new Error(found.refused);
            faults.push(async () => {
              await there.give(found.room, host, rename("Theirs"));
              throw new StoreFault("unknown", "lost on the way");
            });
            expect(await here.give(room as Room, host, rename("Ours"))).toEqual({ ok: true, v: 3 });
          },
          { store: () => store },
        );
        expect((await store.changes(gameId, 0, 10)).map(({ at }) => at)).toEqual(Array(3).fill(here.ambient.now()));
        expect(await names(store, gameId)).toEqual(["Theirs", "Ours"]);
      },
      { store: () => proxy },
    );
  });

  test.each([
    ["with its id", "id"],
    ["without an id", null],
  ])("slow, and done while it is sent a second time %s: that is our own change, decided once and shown to everybody", (_how, id) => {
    const { proxy, faults } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const [host, guest] = [viewer("host"), viewer("guest")];
        const { room } = await house.create(host, "made");
        await house.join((room as Room).gameId, guest);
        await house.give(room as Room, host, { type: "claim", playerId: 1 } as Command);
        let first = async (): Promise<unknown> => undefined;
        const slow: Fault = async (_, write) => {
          first = write;
          throw new StoreFault("unknown", "not answered in time");
        };
        faults.push(slow, async (_, write) => {
          await first();
          return (await write()) as never;
        });
        expect(await house.give(room as Room, host, { type: "rollDice", sides: 6 } as Command, id)).toEqual({ ok: true, v: 3 });
        expect(await proxy.changes((room as Room).gameId, 2, 10)).toHaveLength(1);
        expect(guest.versions).toEqual([1, 2, 3]);
      },
      { store: () => proxy },
    );
  });

  test("done but not told, nor to be found out: viewers see it soon though nobody does anything", () => {
    const { proxy, faults, lookups } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const [host, guest] = [viewer("host"), viewer("guest")];
        const { room } = await house.create(host, "made");
        await house.join((room as Room).gameId, guest);
        faults.push(unknown);
        lookups.push(away);
        expect(await house.give(room as Room, host, rename("Hidden"))).toMatchObject({ ok: false, code: "store-unavailable" });
        expect(guest.versions.at(-1)).toBe(1);
        await house.pass(1_000);
        expect(guest.versions.at(-1)).toBe(2);
        expect(guest.told.at(-1)?.data.name).toBe("Hidden");
      },
      { store: () => proxy },
    );
  });

  test("busy after an outcome that was not told is not called busy, which would mean that nothing was written", () => {
    const { proxy, faults } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        faults.push(lost, busy);
        expect(await house.give(room as Room, host, rename("Once"), "id")).toMatchObject({ ok: false, code: "store-unavailable" });
        expect(await house.give(room as Room, host, rename("Once"), "id")).toMatchObject({ ok: true, v: 2 });
      },
      { store: () => proxy },
    );
  });

  test("an outcome that was not told, and a store too busy to be asked: not called busy, for it may stand", () => {
    const { proxy, faults, lookups } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        faults.push(unknown);
        lookups.push(async () => Promise.reject(new StoreFault("busy", "planted")));
        expect(await house.give(room as Room, host, rename("Once"), "id")).toMatchObject({ ok: false, code: "store-unavailable" });
        expect(await names(proxy, (room as Room).gameId)).toEqual(["Once"]);
        expect(await house.give(room as Room, host, rename("Once"), "id")).toMatchObject({ ok: true, v: 2 });
      },
      { store: () => proxy },
    );
  });

  test("whoever others are quicker than is tried three times more, the first at once and the others a moment later, and is busy then", () => {
    const { proxy, faults } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        const triedAt: number[] = [];
        const overtaken: Fault = async () => {
          triedAt.push(house.ambient.monotonicMs());
          return { kind: "conflict" } as never;
        };
        faults.push(...Array<Fault>(20).fill(overtaken));
        const answer = house.give(room as Room, host, rename("Late"));
        await house.pass(40);
        expect(await answer).toEqual({ ok: false, code: "busy" });
        const waited = triedAt.slice(1).map((at, place) => at - (triedAt[place] ?? 0));
        expect(waited).toEqual([0, expect.any(Number), expect.any(Number)]);
        expect(Math.max(...waited)).toBeGreaterThan(0);
      },
      { store: () => proxy },
    );
  });

  test("L42 each commit is counted by what it came to, once", () => {
    const { proxy, faults } = planted(memoryStore());
    const overtaken: Fault = async () => ({ kind: "conflict" }) as never;
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        let names = 0;
        const cameTo = async (troubles: readonly Fault[], id: string) => {
          house.outcomes.length = 0;
          faults.push(...troubles);
          names += 1;
          await house.give(room as Room, host, rename(`Name${names}`), id);
          return house.outcomes.join(" ");
        };
        expect(await cameTo([], "a")).toBe("ok");
        expect(await cameTo([], "a")).toBe("duplicate");
        expect(await cameTo([overtaken], "b")).toBe("conflict ok");
        expect(await cameTo([unknown], "c")).toBe("ok");
        expect(await cameTo([lost, away], "d")).toBe("unknown");
        expect(await cameTo([busy], "e")).toBe("failed");
      },
      { store: () => proxy },
    );
  });
});

describe("a change of our own that was given up as lost and happens after all", () => {
  /** Viewers of a table whose next command is lost on the way; `arrive` lets it happen, and be announced as this instance's own. */
  function late(
    work: (table: { house: House; room: Room; host: Viewer; guest: Viewer; faults: Fault[]; arrive: () => Promise<void> }) => Promise<void>,
  ) {
    const { proxy, faults, lookups } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const [host, guest] = [viewer("host"), viewer("guest")];
        const { room } = await house.create(host, "made");
        const { gameId } = room as Room;
        await house.join(gameId, guest);
        let arrive = async (): Promise<void> => {};
        faults.push(async ({ at, hash, still, moving, change, expectedV }, write) => {
          arrive = async () => {
            await write();
            (room as Room).onAnnouncement({ gameId, from: "one", v: expectedV + 1, at, hash, still, moving, change });
          };
          throw new StoreFault("unknown", "lost on the way");
        });
        lookups.push(away);
        expect(await house.give(room as Room, host, rename("Late"), "id")).toMatchObject({ ok: false, code: "store-unavailable" });
        await work({ house, room: room as Room, host, guest, faults, arrive: () => arrive() });
      },
      { store: () => proxy },
    );
  }

  test("is shown as soon as it is heard of", () =>
    late(async ({ house, guest, arrive }) => {
      await arrive();
      await house.pass(0);
      expect(guest.versions).toEqual([1, 2]);
    }));

  test("is shown, too, when it is heard of while the same command is tried again", () =>
    late(async ({ house, room, host, guest, faults, arrive }) => {
      faults.push(async (_, write) => {
        await arrive();
        return (await write()) as never;
      });
      await house.pass(10);
      expect(await house.give(room, host, rename("Late"), "id")).toMatchObject({ ok: true, v: 2 });
      await house.pass(60_000);
      expect(guest.versions).toEqual([1, 2]);
    }));
});

describe("answers that were lost", () => {
  test.each([
    ["the store is busy", [busy]],
    ["others are quicker every time", Array<Fault>(6).fill(async () => ({ kind: "conflict" }) as never)],
  ])("a claim that stands and whose key cannot be given again because %s is not called busy", (_why, troubles) => {
    const { proxy, faults } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const { room } = await house.create(viewer("host"), "made");
        const guest = viewer("guest");
        await house.join((room as Room).gameId, guest);
        const claim = { type: "claim", playerId: 2 } as Command;
        const give = async () => {
          const answer = house.give(room as Room, guest, claim, "one id");
          await house.pass(200);
          return answer;
        };
        expect(await give()).toMatchObject({ ok: true, v: 2 });
        faults.push(...troubles);
        expect(await give()).toMatchObject({ ok: false, code: "store-unavailable" });
        faults.length = 0;
        expect(await give()).toMatchObject({ ok: true, v: 2, token: expect.any(String) });
      },
      { store: () => proxy },
    );
  });

  test("a claim whose answer is lost three times is answered each time with a key, and the last key opens the seat", () =>
    inHouse(async (house) => {
      const { room } = await house.create(viewer("host"), "made");
      const { gameId } = room as Room;
      const answers: Answer[] = [];
      for (const name of ["first", "second", "third"]) {
        const guest = viewer(name);
        await house.join(gameId, guest);
        answers.push(await house.give(room as Room, guest, { type: "claim", playerId: 2 } as Command, "one id"));
        void (room as Room).leave(guest);
      }
      expect(answers.every((answer) => answer.ok && answer.v === 2 && answer.token !== undefined)).toBe(true);
      const last = answers.at(-1);
      const tokenHash = sha256Hex(last?.ok ? (last.token ?? "") : "");
      const reconnect = { type: "reconnect", seat: 2, tokenHash, grantId: null } as Command;
      expect((await house.give(room as Room, viewer("back"), reconnect)).ok).toBe(true);
    }));

  test("L16 a drop that could not be saved at once does not take away who came back meanwhile", () => {
    const { proxy, faults } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        const guest = viewer("guest");
        await house.join((room as Room).gameId, guest);
        await house.give(room as Room, guest, { type: "claim", playerId: 1 } as Command, "c");
        faults.push(busy);
        const leaving = (room as Room).leave(guest);
        await house.pass(10);
        await leaving;
        await house.join((room as Room).gameId, guest);
        await house.pass(2_000);
        expect((await house.give(room as Room, host, rename("Next"), "n")).ok).toBe(true);
        expect(guest.told.at(-1)?.type).toBe("change");
        expect((guest as Viewer).versions.at(-1)).toBe(3);
      },
      { store: () => proxy },
    );
  });

  test("L31 a claim still under way when its viewer leaves does not bring him back", () => {
    const { proxy, faults } = planted(memoryStore());
    return inHouse(
      async (house) => {
        const { room } = await house.create(viewer("host"), "made");
        const guest = viewer("guest");
        await house.join((room as Room).gameId, guest);
        faults.push(async (_, write) => {
          await new Promise<void>((resolve) => void house.timeline.after(100, resolve));
          return (await write()) as never;
        });
        const claiming = house.give(room as Room, guest, { type: "claim", playerId: 1 } as Command, "c");
        void (room as Room).leave(guest);
        await house.pass(1_000);
        expect((await claiming).ok).toBe(true);
        expect((room as Room).viewers).toBe(1);
      },
      { store: () => proxy },
    );
  });

  test("L31 a claim given again when its viewer has left meanwhile does not bring him back either", () =>
    inHouse(async (house) => {
      const { room } = await house.create(viewer("host"), "made");
      const guest = viewer("guest");
      await house.join((room as Room).gameId, guest);
      const claim = { type: "claim", playerId: 1 } as Command;
      await house.give(room as Room, guest, claim, "c");
      void (room as Room).leave(guest);
      expect(await house.give(room as Room, guest, claim, "c")).toMatchObject({ ok: true, v: 2 });
      expect((room as Room).viewers).toBe(1);
    }));
});
