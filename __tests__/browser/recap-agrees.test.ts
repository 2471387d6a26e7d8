// The recap and the clocks, from the same games: both come to the same, though one reads the log and the other the state.
import fc from "fast-check";
import { expect, test } from "vitest";
import { clockRules } from "../../lib/game/rules.ts";
import type { State } from "../../lib/game/state.ts";
import { type LoggedChange, type Recap, recapOf } from "../../public/app/model/recap.ts";
import { type Grain, randomSettings, stepOf } from "../game/random-play.ts";
import { play, seated, startAt, started, type Table } from "../game/table.ts";
import { take } from "../game/take-step.ts";

const seed = Number(process.env["SEED"] ?? 20_261_122);
const grain: Grain = { ms: 487, rtts: [0, 81] };

function recapAt({ log, state }: Table): Recap {
  const changes = log
    .toReversed()
    .map(({ v, at, by, command, events }): LoggedChange => ({ v, at, by, command: command.type, events: [...events] }));
  return recapOf(changes, { seats: state.seats.map(({ id }) => id), startingLife: state.settings.startingLife, order: state.order });
}

const asRecapped = ({ seats, out }: Recap) =>
  seats.map(({ seat, used, life }) => ({ ...used, isOut: out.some((gone) => gone.seat === seat), life: life.at(-1)?.value }));

const asKept = ({ seats }: State) =>
  seats.map(({ spent: { turn, priority, target }, dead, life }) => ({ turn, priority, target, isOut: dead, life }));

/** Lets time pass as the alarm does: what falls due is settled at its moment. */
function passTime(table: Table, ms: number): void {
  const end = table.now - startAt + ms;
  const due = () => clockRules.nextWakeAt(table.state) ?? Infinity;
  while (due() - startAt <= end) table.goto(Math.max(due(), table.now) - startAt);
  table.goto(end);
}

test(`the recap's times, lives and dead are the clocks' own, whatever is said and taken back (seed ${seed})`, () => {
  let compared = 0;
  const steps = fc.array(fc.nat(2 ** 31 - 1), { minLength: 5, maxLength: 80, size: "max" });
  fc.assert(
    fc.property(fc.nat(), steps, (settings, numbers) => {
      const table = seated(randomSettings(settings, grain));
      table.checkEvery = Infinity;
      for (const number of numbers) {
        const step = stepOf(number, table.view(), grain);
        // The log does not say up to when the server lived: the recap leaves out the whole stretch before an outage.
        if (step.say.type === "outage") continue;
        passTime(table, step.waitMs);
        take(table, { ...step, waitMs: 0 });
      }
      if (table.state.status === "waiting") return;
      compared += 1;
      expect(asRecapped(recapAt(table))).toEqual(asKept(table.state));
    }),
    { numRuns: 100, seed },
  );
  expect(compared).toBeGreaterThan(30);
});

test("a host's switch takes priority from whoever holds it: the time after it is that of the turn", () => {
  const table = play(
    started({ playerCount: 3 }),
    `at 1000 B interrupt -> interrupted B
     at 3000 A switch C -> turn-passed A C 2
     at 9000 C passTurn -> turn-passed C A 3`,
  );
  expect(recapAt(table).seats.map(({ used }) => used)).toEqual([
    { turn: 1_000, priority: 0, target: 0 },
    { turn: 0, priority: 2_000, target: 0 },
    { turn: 6_000, priority: 0, target: 0 },
  ]);
});

test("UN4 a pause that is taken back was one: nobody thought for so long", () => {
  const table = play(
    started({ playerCount: 2 }),
    `at 5000 A pause -> game-paused player
     at 1205000 A undo -> undone 5
     at 1208000 A passTurn -> turn-passed A B 2`,
  );
  const { playedMs, longest } = recapAt(table);
  expect([playedMs, longest]).toEqual([8_000, { turn: 1, seat: 1, ms: 8_000 }]);
});

test("who was put out by the start has no first turn: it is that of the next", () => {
  const table = play(
    seated({ playerCount: 3 }),
    `at 0 A updatePlayer A life=0 -> life-changed A 20 0 A
     at 1000 A start -> game-started, eliminated A life`,
  );
  expect(recapAt(table).seats.map(({ turns }) => turns)).toEqual([0, 1, 0]);
});
