// One timer for the alarms of all games: each rings in its time, whatever is set and called off around it.
import { describe, expect, test } from "vitest";
import { Alarm } from "../../lib/room/alarm.ts";
import { Alarms } from "../../lib/room/alarms.ts";
import { chanceFrom } from "../sim/chance.ts";
import { Timeline } from "../sim/timeline.ts";

const seed = Number(process.env["SEED"] ?? 20_261_121);
const longestTimerMs = 2 ** 31 - 1;

/** Alarms on a timeline; `timers` counts the real timers that are set. */
function bench(count: number, woken = (_place: number) => {}) {
  const timeline = new Timeline();
  const seen = { timers: 0, wound: 0 };
  const ambient = {
    now: () => timeline.now,
    after(delayMs: number, run: () => void) {
      seen.timers += 1;
      seen.wound += 1;
      let isSet = true;
      const end = () => {
        if (isSet) seen.timers -= 1;
        isSet = false;
      };
      const timer = timeline.after(Math.min(longestTimerMs, Math.max(0, delayMs)), () => {
        end();
        run();
      });
      return {
        cancel() {
          end();
          timer.cancel();
        },
      };
    },
  };
  const alarms = new Alarms(ambient);
  const rung: { readonly place: number; readonly dueAt: number; readonly at: number }[] = [];
  const all = Array.from({ length: count }, (_, place) => {
    const wake = async (dueAt: number) => {
      rung.push({ place, dueAt, at: timeline.now });
      woken(place);
    };
    return new Alarm(ambient, alarms, { wake });
  });
  const pass = async (ms: number) => {
    const until = timeline.now + ms;
    while (await timeline.step(until));
  };
  return { timeline, alarms, all, rung, seen, pass };
}

describe("alarms", () => {
  test(`L07 400 alarms that are set, moved and called off at random ring at their moments and at no other, seed ${seed}`, async () => {
    const { timeline, alarms, all, rung, seen, pass } = bench(400);
    const chance = chanceFrom(seed);
    const wanted = new Map<number, number>();
    const expected: string[] = [];
    const due = () => {
      for (const [place, at] of wanted) if (at <= timeline.now) expected.push(`${place} ${at}`);
      for (const [place, at] of wanted) if (at <= timeline.now) wanted.delete(place);
    };
    for (let round = 0; round < 3_000; round += 1) {
      const place = chance.below(all.length);
      if (chance.hit(25)) {
        all[place]?.set(null);
        wanted.delete(place);
      } else {
        const at = timeline.now + 1 + chance.below(chance.hit(10) ? 100_000 : 500);
        all[place]?.set(at);
        wanted.set(place, at);
      }
      expect(seen.timers).toBeLessThanOrEqual(1);
      if (!chance.hit(30)) continue;
      // A millisecond at a time, so that what is due at each is known.
      for (let ms = chance.below(20); ms > 0; ms -= 1) {
        await pass(1);
        due();
      }
    }
    for (let at = [...wanted.values()].sort((a, b) => a - b).at(-1) ?? timeline.now; timeline.now < at; ) {
      await pass(1_000);
      due();
    }
    expect(rung.map(({ place, dueAt }) => `${place} ${dueAt}`).sort()).toEqual(expected.sort());
    expect(rung.every(({ dueAt, at }) => at === dueAt)).toBe(true);
    expect(rung.length).toBeGreaterThan(500);
    expect(alarms.size).toBe(0);
    expect(seen.timers).toBe(0);
  });

  test("a deadline that moves further away with every tap sets no timer anew, and none is left of one that is called off", async () => {
    const { timeline, all, rung, seen, pass } = bench(1);
    for (let tap = 0; tap < 100; tap += 1) {
      all[0]?.set(timeline.now + 60_000);
      await pass(10);
    }
    expect(seen.wound).toBe(1);
    all[0]?.set(null);
    expect(seen.timers).toBe(0);
    all[0]?.set(timeline.now + 60_000);
    await pass(60_000);
    expect(rung).toHaveLength(1);
    expect(rung[0]).toMatchObject({ dueAt: rung[0]?.at });
  });

  test("what is due further away than a timer can be set for rings all the same, and not before", async () => {
    const { timeline, all, rung, pass } = bench(2);
    const at = timeline.now + 3 * longestTimerMs;
    all[0]?.set(at);
    await pass(3 * longestTimerMs - 1);
    expect(rung).toHaveLength(0);
    await pass(1);
    expect(rung).toEqual([{ place: 0, dueAt: at, at }]);
  });

  test("of two alarms due at once one sets a third: all ring in their time, and no timer is left behind", async () => {
    const sets = { third: () => {} };
    const { timeline, alarms, all, rung, seen, pass } = bench(3, (place) => place === 0 && sets.third());
    const [first, second, third] = all as [Alarm, Alarm, Alarm];
    const at = timeline.now + 100;
    sets.third = () => third.set(at + 50);
    first.set(at);
    second.set(at);
    await pass(1_000);
    expect(rung.map(({ place, at: rungAt }) => [place, rungAt - at])).toEqual([
      [0, 0],
      [1, 0],
      [2, 50],
    ]);
    expect([alarms.size, seen.timers]).toEqual([0, 0]);
  });
});
