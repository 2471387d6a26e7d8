// The recap and the clocks, from the same games: both come to the same, though one reads the log and the other the state.
import fc from "fast-check";
import { expect, test } from "vitest";
import { advance } from "../../lib/game/clock.ts";
import { draftOf } from "../../lib/game/draft.ts";
import { clockRules } from "../../lib/game/rules.ts";
import type { Instant } from "../../lib/game/ids.ts";
import type { State } from "../../lib/game/state.ts";
import type { LoggedChange } from "../../public/app/model/logged.ts";
import { type Recap, recapOf } from "../../public/app/model/recap.ts";
import { type Grain, randomSettings, type Step, stepOf } from "../game/random-play.ts";
import { play, seated, startAt, started, Table } from "../game/table.ts";
import { take } from "../game/take-step.ts";

const seed = Number(process.env["SEED"] ?? 20_261_122);
const grain: Grain = { ms: 487, rtts: [0, 81] };

function recapAt({ log, state }: Table): Recap {
  const changes = log.toReversed().map(({ v, at, by, command, events }): LoggedChange => {
    const fromAt = command.type === "outage" ? { fromAt: command.fromAt } : {};
    return { v, at, by, command: command.type, ...fromAt, events: [...events] };
  });
  return recapOf(changes, { seats: state.seats.map(({ id }) => id), startingLife: state.settings.startingLife, order: state.order });
}

const asRecapped = ({ playedMs, seats, out }: Recap) => ({
  playedMs,
  seats: seats.map(({ seat, used, life }) => ({ ...used, isOut: out.some((gone) => gone.seat === seat), life: life.at(-1)?.value })),
});

/** Up to the last change: what fell due is settled up to its own moment. */
function asKept({ state, log }: Table) {
  const draft = draftOf(state, Math.max(state.at, log[0]?.at ?? 0) as Instant);
  advance(draft, draft.now);
  return spentIn(draft.state);
}

const spentIn = ({ seats, ledger }: State) => ({
  playedMs: seats.reduce((sum, { spent: { turn, priority, target } }) => sum + turn + priority + target, -ledger.parallel),
  seats: seats.map(({ spent: { turn, priority, target }, dead, life }) => ({ turn, priority, target, isOut: dead, life })),
});

/** Lets time pass as the alarm does: what falls due is settled at its moment, or so much later. */
function passTime(table: Table, ms: number, lateMs: number): void {
  const end = table.now + ms;
  const rings = () => (clockRules.nextWakeAt(table.state) ?? Infinity) + lateMs;
  while (rings() <= end) table.goto(Math.max(rings(), table.now) - startAt);
  table.now = end as Instant;
}

/** Nobody lives for so long, and nothing is settled meanwhile. */
function darken(table: Table, ms: number): void {
  const fromAt = table.now;
  table.now = (fromAt + ms) as Instant;
  table.say("shell", { type: "outage", fromAt });
}

const latenesses = [0, 0, 3, 20_000];
const seldom = ["undo", "pause", "start", "drops", "reconnects", "outage"] as const;

/** What random play seldom says comes as often as all the rest: what makes the clocks stand and run, and takes that back. */
function stepAt(number: number, table: Table): Step {
  const step = stepOf(number, table.view(), grain);
  const type = seldom[number % (2 * seldom.length)];
  if (type === undefined || step.waitMs > 20_000) return step;
  const say = type === "outage" ? { type, agoMs: step.waitMs } : { type };
  return { ...step, who: number % 5 === 0 ? "host" : "A", say };
}

test(`the recap's times, lives and dead are the clocks' own, whatever is said and taken back (seed ${seed})`, () => {
  let compared = 0;
  const steps = fc.array(fc.nat(2 ** 31 - 1), { minLength: 5, maxLength: 80, size: "max" });
  fc.assert(
    fc.property(fc.nat(), steps, (settings, numbers) => {
      const table = seated(randomSettings(settings, grain));
      table.checkEvery = Infinity;
      for (const number of numbers) {
        const step = stepAt(number, table);
        passTime(table, step.waitMs, latenesses[number % latenesses.length] ?? 0);
        if (step.say.type === "outage") darken(table, step.say.agoMs);
        else take(table, { ...step, waitMs: 0 });
      }
      if (table.state.status === "waiting") return;
      compared += 1;
      expect(asRecapped(recapAt(table))).toEqual(asKept(table));
    }),
    { numRuns: 300, seed },
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

test.for([
  ["before the last change", 1_000, 5_000],
  ["after now, as the clock was set back", 99_000, 65_000],
])("an outage that began %s is one from there", ([, from, playedMs]) => {
  const table = play(
    started({ playerCount: 2 }),
    `at 5000 A passTurn -> turn-passed A B 2
     at 65000 shell outage ${from} -> game-paused restart`,
  );
  expect(recapAt(table).playedMs).toBe(playedMs);
});

test("CK10 who ran out of time while nobody looked thought until then, and the next one from there", () => {
  const table = play(
    started({ playerCount: 3, initialTime: 20_000, onTimeout: "game-loss" }),
    `at 35000 wake -> timeout A 1, eliminated A time, turn-passed A B 2
     at 36000 B passTurn -> turn-passed B C 3`,
  );
  const { seats, longest, out } = recapAt(table);
  expect(seats.map(({ usedMs }) => usedMs)).toEqual([20_000, 16_000, 0]);
  expect([longest?.ms, out]).toEqual([20_000, [{ seat: 1, at: 20_000, turn: 1 }]]);
});

test("SE9 who had the turn thought until the server died, and nobody while there was none", () => {
  const table = play(
    started({ playerCount: 2 }),
    `at 5000 A passTurn -> turn-passed A B 2
     at 65000 shell outage 20000 -> game-paused restart`,
  );
  expect(recapAt(table)).toMatchObject({ playedMs: 20_000, longest: { turn: 2, seat: 2, ms: 15_000 } });
});

test("UN3 what stood before a change stands again when it is taken back, whoever went and came since", () => {
  const table = play(
    started({ playerCount: 2, dropPolicy: "pause" }),
    `at 5000 A pause -> game-paused player
     at 6000 A pause -> game-resumed
     at 7000 B drops -> seat-away B, game-paused drop
     at 8000 B reconnects -> seat-back B, game-resumed
     at 9000 A undo -> undone 6
     at 69000 A pause -> game-resumed
     at 70000 A passTurn -> turn-passed A B 2`,
  );
  expect(recapAt(table).playedMs).toBe(6_000);
});

test.for([
  [
    "without anybody who could play nothing runs on",
    `at 20000 host undo -> undone 5, host-back
     at 30000 host pause -> game-resumed`,
  ],
  [
    "a pause that was ended by hand is a player's, behind which the clocks run",
    `at 10000 host pause -> game-resumed, host-back
     at 20000 host undo -> undone 7
     at 30000 host undo -> undone 5`,
  ],
] as const)("UN3 what is taken back after an outage: %s", ([, undone]) => {
  const table = new Table();
  for (const [at, letter] of ["A", "B"].entries()) table.say(letter, { type: "claim", playerId: at + 1 });
  play(
    table,
    `at 0 host start -> game-started
     at 5000 host updateTable stormCount=1 -> table-changed null 1
     at 9000 shell outage 7000 -> game-paused restart
     ${undone}
     at 31000 host updateTable stormCount=2 -> table-changed null 2`,
  );
  expect(recapAt(table).playedMs).toBe(6_000);
});

test("LI6 who comes back has a life", () => {
  const table = play(
    started({ playerCount: 3 }),
    `at 1000 B updatePlayer B life=0 -> life-changed B 20 0 B, eliminated B life
     at 2000 A revive B -> revived B`,
  );
  expect(recapAt(table).seats[1]?.life.map(({ value }) => value)).toEqual([20, 0, 1, 1]);
});

test("LI6 who is put out by the host and comes back has the life he had", () => {
  const table = play(
    started({ playerCount: 3 }),
    `at 1000 A eliminate B -> eliminated B host
     at 2000 A revive B -> revived B`,
  );
  expect(recapAt(table).seats[1]?.life.map(({ value }) => value)).toEqual([20, 20, 20]);
});
