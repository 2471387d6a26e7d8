// What goes wrong inside a turn, and what time does: rules that throw, a store that hangs, clocks that jump, alarms late and early.
import { describe, expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import { type AnyRules, gameLog } from "../../lib/room/log.ts";
import { type Store, StoreFault } from "../../lib/store/store.ts";
import type { Timeline } from "../sim/timeline.ts";
import { inHouse, type Viewer, viewer } from "./house.ts";
import { bound } from "../support/bound.ts";
import { seated, stateOf } from "./seated.ts";

type Command = { readonly type: string };

describe("SAFETY 25 lock hygiene", () => {
  test("L01 rules that throw cost one command its answer and nobody else anything", () => {
    let throws = false;
    const rules = (real: AnyRules): AnyRules => ({
      ...real,
      decide(state, input) {
        if (throws && (input.command as Command).type === "rollDice") throw new Error("planted");
        return real.decide(state, input);
      },
    });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, {});
        throws = true;
        const roll = { type: "rollDice", sides: 6 } as Command;
        const answers = await Promise.all([
          house.give(room, players[0] as Viewer, roll, "r1"),
          house.give(room, players[1] as Viewer, { type: "interrupt" }, "i1"),
          house.give(room, players[0] as Viewer, roll, "r2"),
          house.give(room, players[1] as Viewer, { type: "passPriority" }, "p1"),
        ]);
        expect(answers.map((answer) => (answer.ok ? "ok" : answer.code))).toEqual(["internal", "ok", "internal", "ok"]);
        expect(house.bugs).toHaveLength(2);
        throws = false;
        expect((await house.give(room, players[0] as Viewer, roll, "r3")).ok).toBe(true);
        expect(players[1]?.versions).toEqual([...new Set(players[1]?.versions)].sort((a, b) => a - b));
        expect(room.viewers).toBe(2);
      },
      { rules },
    );
  });

  test("whoever is told the times is told them again soon after rules threw, though nobody does anything", () => {
    let throws = false;
    const rules = (real: AnyRules): AnyRules => ({
      ...real,
      decide(state, input) {
        if (throws && (input.command as Command).type === "rollDice") throw new Error("planted");
        return real.decide(state, input);
      },
    });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, { initialTime: 600_000, warningThresholds: [] });
        const [host, guest] = players as [Viewer, Viewer];
        throws = true;
        expect((await house.give(room, host, { type: "rollDice", sides: 6 } as Command, "r1")).ok).toBe(false);
        await house.pass(1_000);
        expect(room.tick(guest)).not.toBeNull();
      },
      { rules },
    );
  });

  test("a store that hangs: who waits too long is told busy, nothing of his happens, and all goes on when it answers", () => {
    let held: (() => void)[] | null = null;
    const hanging = (inner: Store): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = bound(target, name);
          if (name !== "commit") return method;
          return async (...args: unknown[]) => {
            if (held !== null) await new Promise<void>((resolve) => void held?.push(resolve));
            return method(...args);
          };
        },
      });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, { initialTime: 600_000 });
        const host = players[0] as Viewer;
        held = [];
        const stuck = house.give(room, host, { type: "renameGame", name: "Stuck" } as Command, "stuck");
        const behind = Array.from({ length: 5 }, (_, n) =>
          house.give(room, host, { type: "renameGame", name: `B${n}` } as Command, `b${n}`),
        );
        await house.pass(5_100);
        const told = await Promise.all(behind);
        expect(told.every((answer) => !answer.ok && answer.code === "busy")).toBe(true);
        for (const go of held) go();
        held = null;
        await house.pass(10);
        expect((await stuck).ok).toBe(true);
        expect((await stateOf(house, room)).name).toBe("Stuck");
        expect((await house.give(room, host, { type: "renameGame", name: "B0" } as Command, "b0")).ok).toBe(true);
      },
      { store: hanging },
    );
  });

  test("a queue that is full refuses at once; what is in it is still done", () =>
    inHouse(
      async (house) => {
        const { room, players } = await seated(house, {});
        const host = players[0] as Viewer;
        // An answer is given inside its turn: only now is the last one's over.
        await house.pass(0);
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, n) => house.give(room, host, { type: "renameGame", name: `N${n}` } as Command, `n${n}`)),
        );
        const good = answers.filter((answer) => answer.ok).length;
        expect(answers.every((answer) => answer.ok || answer.code === "busy")).toBe(true);
        expect(good).toBe(11);
        expect((await house.give(room, host, { type: "renameGame", name: "After" } as Command, "after")).ok).toBe(true);
      },
      { lockPendingMax: 10 },
    ));
});

describe("clocks and alarms", () => {
  test("a wall clock that is set back neither moves game time back nor stops it, and one set forward is charged once", () =>
    inHouse(async (house) => {
      const { room, players } = await seated(house, { initialTime: 60_000, bonusTime: 0, onTimeout: "warning" });
      const host = players[0] as Viewer;
      await house.pass(1_000);
      expect(house.ambient.now()).toBeGreaterThan(0);
      house.ambient.jump(-30_000);
      await house.give(room, host, { type: "interrupt" }, "a");
      const before = await stateOf(house, room);
      expect(before.seats[0]?.bankMs).toBe(59_000);
      await house.pass(2_000);
      await house.give(room, host, { type: "passPriority" }, "b");
      const back = await stateOf(house, room);
      expect(back.at).toBeGreaterThanOrEqual(before.at);
      // A hundredth slower, until the wall clock has caught up.
      expect(back.seats.reduce((sum, seat) => sum + 60_000 - seat.bankMs, 0)).toBe(1_000 + 1_980);
      house.ambient.jump(40_000);
      await house.give(room, host, { type: "interrupt" }, "c");
      const after = await stateOf(house, room);
      // 60 s at the start, and everything that went by between the two states is charged, once.
      const charged = after.seats.reduce((sum, seat) => sum + 60_000 - seat.bankMs, 0);
      expect(charged).toBe(after.at - back.at + 2_980);
    }));

  test("an alarm that rings late settles everything at its own moment", () =>
    inHouse(async (house) => {
      const settings = { initialTime: 10_000, bonusTime: 0, onTimeout: "game-loss", warningThresholds: [5_000] };
      const { room } = await seated(house, settings);
      house.ambient.jump(3_600_000);
      await house.pass(10_100);
      const state = await stateOf(house, room);
      expect(state.status).toBe("finished");
      expect(state.seats[0]?.bankMs).toBe(0);
      const log = await house.store.changes(room.gameId, 0, 100);
      expect(log.at(-1)?.change).toContain("gameComplete");
    }));

  test("an event that is told late is a message like any other; the log says when it happened", () =>
    inHouse(async (house) => {
      const { room } = await seated(house, { initialTime: 60_000, bonusTime: 0, warningThresholds: [50_000] });
      const whole: Viewer = { ...viewer("whole"), updates: "states" };
      await house.join(room.gameId, whole);
      const startedAt = (await stateOf(house, room)).at;
      house.ambient.standStill(15_000);
      await house.pass(15_000);
      const warning = { type: "warning", data: { playerId: 1, thresholdMs: 50_000 } };
      expect(whole.told.filter(({ type }) => type === "warning")).toEqual([warning]);
      const log = await house.store.changes(room.gameId, 0, 100);
      expect(JSON.parse(log.at(-1)?.change ?? "").events).toEqual([{ ...warning, at: startedAt + 10_000 }]);
    }));

  test.each([12_200, 15_000])(
    "a wake that found no turn and is tried again takes no deadline away that another turn set meanwhile: %i ms rings at its moment",
    (deadlineMs) => {
      const held = { commit: 0, resolve: 0 };
      const slow = (inner: Store, timeline: Timeline): Store =>
        new Proxy(inner, {
          get: (target, name) => {
            const method = bound(target, name);
            if (name !== "commit" && name !== "resolve") return method;
            return async (...args: unknown[]) => {
              const waitMs = held[name];
              held[name] = 0;
              if (waitMs > 0) await new Promise<void>((resolve) => void timeline.after(waitMs, resolve));
              return method(...args);
            };
          },
        });
      return inHouse(
        async (house) => {
          const settings = { initialTime: 60_000, bonusTime: 0, warningThresholds: [50_000, 60_000 - deadlineMs] };
          const { room, players } = await seated(house, settings);
          const [host, guest] = players as [Viewer, Viewer];
          const startedAt = (await stateOf(house, room)).at;
          await house.pass(9_000);
          // One is slow to write; the next settles the first deadline and is slow to be refused, until the wake in between gives up.
          Object.assign(held, { commit: 1_500, resolve: 1_600 });
          const answers = [
            house.give(room, host, { type: "renameGame", name: "Slow" } as Command, "slow"),
            house.give(room, guest, { type: "renameGame", name: "Refused" } as Command, "refused"),
          ];
          await house.pass(11_000);
          expect((await Promise.all(answers)).map((answer) => answer.ok)).toEqual([true, false]);
          const log = await house.store.changes(room.gameId, 0, 100);
          const wokeAt = log.filter(({ change }) => change.includes('"type":"warning"')).map(({ at }) => at - startedAt);
          expect(wokeAt).toEqual([10_500, deadlineMs]);
        },
        { store: slow, lockWaitMs: 2_000 },
      );
    },
  );

  test("a wake that a store refuses at once is tried again twice a second, not without end", () => {
    let tries: number | null = null;
    const refusing = (inner: Store): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = bound(target, name);
          if (name !== "commit") return method;
          return async (...args: unknown[]) => {
            if (tries === null) return method(...args);
            tries += 1;
            throw new StoreFault("unavailable", "planted");
          };
        },
      });
    return inHouse(
      async (house) => {
        await seated(house, { initialTime: 60_000, warningThresholds: [50_000] });
        await house.pass(9_000);
        tries = 0;
        await house.pass(11_000);
        expect(tries).toBeGreaterThan(15);
        expect(tries).toBeLessThan(25);
      },
      { store: refusing },
    );
  });

  test.each([200, 700])("a wake that fails only after %i ms is tried again half a second after that, and by nobody beside it", (waitMs) => {
    const tries: number[] = [];
    let fails = false;
    const failing = (inner: Store, timeline: Timeline): Store =>
      new Proxy(inner, {
        get: (target, name) => {
          const method = bound(target, name);
          if (name !== "commit") return method;
          return async (...args: unknown[]) => {
            if (!fails) return method(...args);
            tries.push(timeline.elapsed);
            await new Promise<void>((resolve) => void timeline.after(waitMs, resolve));
            throw new StoreFault("unavailable", "planted");
          };
        },
      });
    return inHouse(
      async (house) => {
        const { room } = await seated(house, { initialTime: 60_000, warningThresholds: [50_000] });
        await house.pass(9_000);
        fails = true;
        await house.pass(11_000);
        const pauses = tries.slice(1).map((at, n) => at - (tries[n] ?? 0));
        expect(pauses.length).toBeGreaterThan(5);
        expect(pauses).toEqual(pauses.map(() => waitMs + 500));
        fails = false;
        await house.pass(2_000);
        const log = await house.store.changes(room.gameId, 0, 100);
        expect(log.at(-1)?.change).toContain('"type":"warning"');
      },
      { store: failing },
    );
  });

  test("rules that throw at what is due are tried again by who looks at the game, not without end", () => {
    let tries: number | null = null;
    const rules = (real: AnyRules): AnyRules => ({
      ...real,
      settle(...how) {
        if (tries === null) return real.settle(...how);
        tries += 1;
        // Or the test would have no end without the rule it is about.
        if (tries < 1_000) throw new Error("planted");
        return real.settle(...how);
      },
    });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, { initialTime: 60_000, warningThresholds: [50_000] });
        await house.pass(9_000);
        tries = 0;
        await house.pass(2_000);
        expect(tries).toBe(1);
        const answer = await house.give(room, players[0] as Viewer, { type: "renameGame", name: "Late" } as Command, "late");
        expect(answer).toMatchObject({ ok: false, code: "internal" });
        await house.pass(9_000);
        expect(tries).toBe(3);
      },
      { rules },
    );
  });

  test("rules that throw at what a client missed are a bug, and no fault of the store", () => {
    let throws = false;
    const rules = (real: AnyRules): AnyRules => ({
      ...real,
      eventsFor(state, events, audience) {
        if (throws) throw new Error("planted");
        return real.eventsFor(state, events, audience);
      },
    });
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, {});
        const { viewerId } = players[0] as Viewer;
        expect(await room.eventsSince(viewerId, 0, 100)).not.toBeNull();
        throws = true;
        expect(await room.eventsSince(viewerId, 0, 100)).toBeNull();
        expect(house.bugs).toHaveLength(1);
      },
      { rules },
    );
  });

  test("a deadline further away than a timer can wait rings when it is due, not before and not at once", () =>
    inHouse(async (house) => {
      const day = 86_400_000;
      const { room, players } = await seated(house, { initialTime: day, bonusTime: 0, onTimeout: "game-loss", warningThresholds: [] });
      const host = players[0] as Viewer;
      await house.give(room, host, { type: "pause" }, "p");
      await house.pass(30 * day);
      expect((await stateOf(house, room)).status).toBe("paused");
      await house.give(room, host, { type: "pause" }, "q");
      await house.pass(day - 1);
      expect((await stateOf(house, room)).status).toBe("running");
      await house.pass(2);
      expect((await stateOf(house, room)).status).toBe("finished");
    }));

  test("a whole game of 400 changes is made again from its log, at every version, across checkpoints", () =>
    inHouse(async (house) => {
      const { room, players } = await seated(house, { initialTime: 600_000 });
      const states = new Map<number, string>();
      for (let n = 0; n < 400; n += 1) {
        await house.pass(100 + (n % 7) * 50);
        const [one, two] = players as [Viewer, Viewer];
        const type = ["interrupt", "passPriority", "undo", "passTurn", "interrupt", "undo"][n % 6] as string;
        const sender = n % 5 === 4 ? two : one;
        await house.give(room, sender, { type }, `n${n}`);
        const loaded = await house.store.load(room.gameId);
        if (loaded.kind === "found") states.set(loaded.game.v, loaded.game.state);
      }
      expect(Math.max(...states.keys())).toBeGreaterThan(256);
      expect((await house.store.checkpoint(room.gameId, 256))?.v).toBe(256);
      const log = gameLog(house.store, clockRules as unknown as AnyRules);
      for (const [v, state] of states) {
        if (v % 13 !== 0 && v < Math.max(...states.keys()) - 3) continue;
        expect(clockRules.encode((await log.stateAt(room.gameId, v)) as State), `version ${v}`).toBe(state);
      }
    }));
});
