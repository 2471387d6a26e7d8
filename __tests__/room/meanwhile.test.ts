// What was true when something was asked for and is not any more when its turn comes.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import { hosted } from "../../lib/gateway/hosted-game.ts";
import { chshGame } from "../../lib/protocol/chsh-game.ts";
import { lobbyCodeAlphabet } from "../../lib/protocol/lobby-code.ts";
import type { Room } from "../../lib/room/room.ts";
import { sha256Hex } from "../../lib/room/token-draw.ts";
import { type Commit, StoreFault } from "../../lib/store/store.ts";
import { inHouse, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";

type Command = { readonly type: string };

/** An action id for which a new game is first given this code, of two characters. */
function sameCodeAs(gameId: string): string {
  for (let n = 0; ; n += 1) {
    const digest = createHash("sha256").update(`create 0 id${n}`).digest();
    if ([...gameId].every((letter, place) => lobbyCodeAlphabet[(digest[place] as number) % lobbyCodeAlphabet.length] === letter))
      return `id${n}`;
  }
}

describe("meanwhile", () => {
  test("a drop that is said again does not put away who is just coming back through the same connection", () => {
    const plan = { fails: false, waitMs: 0 };
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        const table = room as Room;
        const claimed = await house.give(table, host, { type: "claim", playerId: 1 } as Command, "claim");
        if (!claimed.ok || claimed.token === undefined) throw new Error("no token");
        plan.fails = true;
        await table.leave(host);
        plan.fails = false;
        // The drop comes again after half a second, while this is being written.
        await house.pass(490);
        plan.waitMs = 20;
        const reconnect = { type: "reconnect", seat: 1, tokenHash: sha256Hex(claimed.token), grantId: null };
        const back = house.give(table, host, reconnect as Command, "back");
        await house.pass(5_000);
        expect((await back).ok).toBe(true);
        const loaded = await house.store.load(table.gameId);
        const state = loaded.kind === "found" ? (clockRules.decode(loaded.game.state) as State) : null;
        expect(clockRules.connectedHolders(state as State)).toContain("host");
      },
      {
        store: (inner, timeline) =>
          new Proxy(inner, {
            get(target, name) {
              const method = bound(target, name);
              if (name !== "commit") return method;
              return async (...args: unknown[]) => {
                if (plan.fails) throw new StoreFault("busy", "planted");
                const { waitMs } = plan;
                if (waitMs > 0) await new Promise<void>((resolve) => void timeline.after(waitMs, resolve));
                return method(...args);
              };
            },
          }),
      },
    );
  });

  test("who comes back while a game of another kind is about to take the same code finds his own: he was told that it is damaged", () => {
    const plan = { waitMs: 0 };
    const classes = hosted(chshGame);
    return inHouse(
      async (house) => {
        const [host, guest] = [viewer("host"), viewer("guest")];
        const { room } = await house.create(host, "first");
        const { gameId } = room as Room;
        await (room as Room).leave(host);
        await house.pass(12_000);
        await house.rooms.sweep();
        expect(house.rooms.size).toBe(0);
        plan.waitMs = 20;
        const settings = classes.createSettings.parse({});
        const order = { kind: "chsh", sender: viewer("teacher"), name: null, settings, actionId: sameCodeAs(gameId) };
        const made = new Promise<Room | null>((answered) => {
          void house.rooms.create({ ...order, answered: (_answer, of) => answered(of) });
        });
        const joined = house.join(gameId, guest);
        await house.pass(1_000);
        expect(await joined).toMatchObject({ ok: true });
        expect((await made)?.gameId).not.toBe(gameId);
        expect(guest.told[0]).toMatchObject({ type: "state", data: { id: gameId } });
        const found = await house.rooms.find(gameId);
        expect("room" in found && found.room.rules.kind).toBe("clock");
      },
      {
        gameIdChars: 2,
        others: [classes.rules],
        store: (inner, timeline) =>
          new Proxy(inner, {
            get(target, name) {
              const method = bound(target, name);
              if (name !== "commit") return method;
              return async (...args: unknown[]) => {
                const { waitMs } = plan;
                if (waitMs > 0) await new Promise<void>((resolve) => void timeline.after(waitMs, resolve));
                return method(...args);
              };
            },
          }),
      },
    );
  });

  test.each([
    ["our own change, whose answer is on its way, takes no turn", "one", 1],
    ["a change of another instance takes a turn, so that it is shown though nobody does anything", "two", 2],
  ] as const)("word of %s", (_word, from, turns) => {
    const heard: { room: Room | null } = { room: null };
    return inHouse(
      async (house) => {
        const host = viewer("host");
        const { room } = await house.create(host, "made");
        const table = room as Room;
        heard.room = table;
        const before = house.turns();
        expect(await house.give(table, host, { type: "renameGame", name: "Friday" } as Command)).toMatchObject({ ok: true, v: 2 });
        await house.pass(1_000);
        expect(house.turns() - before).toBe(turns);
        expect(host.versions.at(-1)).toBe(2);
      },
      {
        store: (inner) =>
          new Proxy(inner, {
            get(target, name) {
              const method = bound(target, name);
              if (name !== "commit") return method;
              return async (commit: Commit) => {
                const outcome = await method(commit);
                const { gameId, expectedV, at, hash, still, moving, change } = commit;
                heard.room?.onAnnouncement({ gameId, from, v: expectedV + 1, at, hash, still, moving, change });
                return outcome;
              };
            },
          }),
      },
    );
  });

  test("what was missed ends with what was shown: a change that is stored but not shown yet is told when it is shown", () =>
    inHouse(async (here) => {
      const host = viewer("host");
      const { room } = await here.create(host, "made");
      const { gameId } = room as Room;
      await inHouse(
        async (there) => {
          const guest = viewer("guest");
          await there.join(gameId, guest);
          await here.give(room as Room, host, { type: "renameGame", name: "Next" } as Command);
          const found = await there.rooms.find(gameId);
          if ("refused" in found) throw new Error(found.refused);
          const missed = await found.room.eventsSince(guest.viewerId, 0, 10);
          expect(missed?.map(({ v }) => v)).toEqual([1]);
        },
        { store: () => here.store },
      );
    }));
});
