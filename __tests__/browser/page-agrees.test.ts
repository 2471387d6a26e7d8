// What the page works out by itself from a view, against the rules: both come to the same, in any game.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Command } from "../../lib/game/commands.ts";
import type { Instant } from "../../lib/game/ids.ts";
import { clockRules } from "../../lib/game/rules.ts";
import { hostHolder } from "../../lib/game/state.ts";
import type { Table as Shown } from "../../public/app/model/model.ts";
import { type Offer, offerFor } from "../../public/app/model/offer.ts";
import { seatFace, type Standing } from "../../public/app/model/table-questions.ts";
import { type Grain, randomSettings, stepOf } from "../game/random-play.ts";
import { hashOf, seated, startAt, type Table } from "../game/table.ts";
import { take } from "../game/take-step.ts";

const seed = Number(process.env["SEED"] ?? 3);
const grain: Grain = { ms: 487, rtts: [0] };
const numbers = fc.array(fc.nat(2 ** 31 - 1), { minLength: 5, maxLength: 60, size: "max" });

const shownOf = (table: Table): Shown => ({ ...table.view(), v: table.v, serverTime: table.now, viewers: 1 }) as Shown;

/** Random games; `look` is called after each step, with nothing due. */
function inGames(look: (table: Table, shown: Shown) => void): void {
  fc.assert(
    fc.property(fc.nat(), numbers, (settings, steps) => {
      const table = seated(randomSettings(settings, grain));
      table.checkEvery = Infinity;
      for (const number of steps) {
        take(table, stepOf(number, table.view(), grain));
        table.goto(table.now - startAt);
        look(table, shownOf(table));
      }
    }),
    { numRuns: 15, seed },
  );
}

/** What the rules would say to the tap. Nothing is done. */
function answerTo(table: Table, name: string, { type, data }: NonNullable<Offer["command"]>): string {
  const decision = clockRules.decide(table.state, {
    now: table.now,
    v: table.v,
    viewerId: table.viewer(name),
    rttMs: 0,
    command: { ...data, type } as Command,
    draw: { tokenHash: hashOf("token"), seed: hashOf("seed").slice(0, 32) },
  });
  return decision.ok ? (decision.events.length > 0 ? "ok" : "nothing") : decision.code;
}

test(`whatever the great button offers, to anybody and for any seat, the rules let him do (seed ${seed})`, () => {
  const offered = new Set<string>();
  inGames((table, shown) => {
    // With fewer than two lives the table is told why it cannot start.
    const canStart = shown.players.filter(({ life }) => life > 0).length > 1;
    for (const name of ["host", "V", ..."ABCDEFGH".slice(0, shown.players.length)]) {
      const viewer = table.viewer(name);
      const who: Standing = {
        seat: clockRules.seatOf(table.state, viewer),
        host: hostHolder(table.state)?.viewerId === viewer,
        local: false,
      };
      for (const hand of [null, ...shown.players.map(({ id }) => id)]) {
        const { command } = offerFor(shown, who, hand);
        if (command === null || (command.type === "start" && !canStart)) continue;
        offered.add(command.type);
        expect([name, hand, command.type, answerTo(table, name, command)]).toEqual([name, hand, command.type, "ok"]);
      }
    }
  });
  const each = ["confirmTargets", "interrupt", "nextRound", "passPriority", "passTargetPriority", "passTurn", "pause", "reset", "start"];
  expect([...offered].toSorted()).toEqual(each);
});

test(`a clock that the page counts down is the server's, until something falls due (seed ${seed})`, () => {
  inGames((table, shown) => {
    const due = clockRules.nextWakeAt(table.state) ?? Infinity;
    const waitMs = Math.min(7_777, due - table.now - 1);
    const { players } = clockRules.view(table.state, "all", (table.now + waitMs) as Instant);
    const faces = shown.players.map((player) => seatFace(shown, player, waitMs));
    expect(faces).toEqual(
      players.map(({ timeRemaining: bankMs, delayRemaining: delayMs, timeoutRemaining: choiceMs, timeoutPending }) =>
        timeoutPending ? { bankMs, delayMs: 0, choiceMs } : { bankMs, delayMs, choiceMs: 0 },
      ),
    );
  });
});
