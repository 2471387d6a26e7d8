// A log that another version wrote, whose rules decided otherwise: an undo goes back to what was, or not at all.
import { describe, expect, test } from "vitest";
import type { State } from "../../lib/game/state.ts";
import type { Answer } from "../../lib/room/answer.ts";
import type { AnyRules } from "../../lib/room/log.ts";
import type { Room } from "../../lib/room/room.ts";
import { type House, inHouse, type Viewer } from "./house.ts";
import { seated, stateOf } from "./seated.ts";

type Command = { readonly type: string };

/** Rules of which an older version was kinder: it gave everybody five seconds with each pass. */
function kinder(real: AnyRules, version: { isOld: boolean }): AnyRules {
  return {
    ...real,
    decide(state, input) {
      const decision = real.decide(state, input);
      if (!version.isOld || !decision.ok || (input.command as Command).type !== "passTurn") return decision;
      const kept = decision.state as State;
      return { ...decision, state: { ...kept, seats: kept.seats.map((seat) => ({ ...seat, bankMs: seat.bankMs + 5_000 })) } };
    },
  };
}

/** Rules that throw today at what an older version took. */
function stricter(real: AnyRules, version: { isOld: boolean }): AnyRules {
  return {
    ...real,
    decide(state, input) {
      if (!version.isOld && (input.command as Command).type === "interrupt") throw new Error("planted");
      return real.decide(state, input);
    },
  };
}

const codeOf = (answer: Answer): string => (answer.ok ? "ok" : answer.code);

describe("a log of another version", () => {
  test.each([
    ["decided otherwise", kinder, ["passTurn", "passTurn"], []],
    [
      ...["took what is a bug today, and the operator is told"],
      ...[stricter, ["interrupt", "passPriority", "passTurn"], ["The rules threw at change 5 of the log. Error: planted"]],
    ],
  ] as const)("nothing is taken back into a state that never was: it %s", (_how, rulesOf, played, told) => {
    const version = { isOld: true };
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, { initialTime: 600_000 });
        const [one, two] = players as [Viewer, Viewer];
        for (const type of played) {
          const sender = type === "passTurn" && (await stateOf(house, room)).active === 2 ? two : one;
          expect(codeOf(await house.give(room, sender, { type }))).toBe("ok");
          await house.pass(1_000);
        }
        const last = (await stateOf(house, room)).active === 1 ? two : one;
        version.isOld = false;
        const before = await stateOf(house, room);
        expect(codeOf(await house.give(room, last, { type: "undo" }))).toBe("nothing-to-undo");
        expect(await stateOf(house, room)).toEqual(before);
        expect(house.bugs).toEqual([]);
        expect(house.oddities).toEqual(told);
      },
      { rules: (real) => rulesOf(real, version) },
    );
  });

  test("what is played after an update is taken back as ever, from the second change on", () => {
    const version = { isOld: true };
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, { initialTime: 600_000 });
        const [one, two] = players as [Viewer, Viewer];
        await house.give(room, one, { type: "passTurn" });
        await house.give(room, two, { type: "passTurn" });
        const opened = await openedAnew(house, room, players);
        version.isOld = false;
        await house.give(opened, one, { type: "passTurn" });
        const before = await stateOf(house, opened);
        await house.give(opened, two, { type: "passTurn" });
        expect(codeOf(await house.give(opened, two, { type: "undo" }))).toBe("ok");
        const { active, turn, seats } = await stateOf(house, opened);
        expect({ active, turn, banks: seats.map(({ bankMs }) => bankMs) }).toEqual({
          ...{ active: before.active, turn: before.turn },
          banks: before.seats.map(({ bankMs }) => bankMs),
        });
      },
      { rules: (real) => kinder(real, version) },
    );
  });

  test.each([1, 2])("nothing is taken back that rests on a state which only a newer version reads, %s changes before", (played) => {
    const isTooNew = { is: false };
    const decode = (real: AnyRules) => (text: string) => {
      if (isTooNew.is) throw new Error("planted");
      return real.decode(text);
    };
    return inHouse(
      async (house) => {
        const { room, players } = await seated(house, { initialTime: 600_000 });
        const [one, two] = players as [Viewer, Viewer];
        const opened = await openedAnew(house, room, players);
        let last = two;
        for (const sender of [one, two, one].slice(0, played + 1)) {
          await house.give(opened, sender, { type: "passTurn" });
          last = sender;
        }
        isTooNew.is = true;
        expect(codeOf(await house.give(opened, last, { type: "undo" }))).toBe("nothing-to-undo");
        expect(house.bugs).toEqual([]);
      },
      { rules: (real) => ({ ...real, decode: decode(real) }) },
    );
  });
});

/** The same game in another room, as a server that was started meanwhile has it. */
async function openedAnew(house: House, room: Room, players: readonly Viewer[]): Promise<Room> {
  for (const player of players) await room.leave(player);
  await house.pass(12_000);
  await house.rooms.sweep();
  for (const player of players) expect(codeOf(await house.join(room.gameId, player))).toBe("ok");
  const found = await house.rooms.find(room.gameId);
  if ("refused" in found || found.room === room) throw new Error("the room is still there");
  return found.room;
}
