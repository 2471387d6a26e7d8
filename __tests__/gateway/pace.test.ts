import { describe, expect, test } from "vitest";
import { Bucket } from "../../lib/gateway/bucket.ts";
import { Heartbeat } from "../../lib/gateway/heartbeat.ts";
import { Overload } from "../../lib/gateway/overload.ts";
import { Pace } from "../../lib/gateway/pace.ts";
import { defaultLimits } from "../../lib/ops/config.ts";
import type { Work } from "../../lib/ops/shedding.ts";
import { heldAmbient } from "../support/held-ambient.ts";
import { virtualEdge } from "../support/virtual-edge.ts";

describe("token buckets", () => {
  test("give a burst, then an even stream, and never more than the burst", () => {
    const bucket = new Bucket({ perSecond: 10, burst: 20 }, 0);
    const takeAll = (now: number) => {
      let count = 0;
      while (bucket.take(1, now)) count += 1;
      return count;
    };
    expect([takeAll(0), takeAll(100), takeAll(1_100), takeAll(60_000)]).toEqual([20, 1, 10, 20]);
    expect(bucket.waitMs(1, 60_000)).toBe(100);
  });

  test("SAFETY 15 what costs more than there may ever be comes through with all there is: at the slowest pace an undo is not refused for ever", async () => {
    const { ambient, seated } = virtualEdge({ limits: { commandsPerSessionPerSecondMax: 1 } });
    const { host } = await seated();
    await ambient.advance(5_000);
    expect((await host.ask("undo")).data.code).not.toBe("rate-limited");
    expect((await host.ask("rollDice", { sides: 6 })).data).toMatchObject({ code: "rate-limited", retryAfterMs: 1_000 });
  });

  test("what came in while nobody could spend is kept past the burst, within a bound, and is spent once", () => {
    const bucket = new Bucket({ perSecond: 100, burst: 200 }, 0);
    expect(bucket.spend(50, 0)).toBe(150);
    bucket.keep(0, 6_000);
    expect(bucket.left(6_000)).toBe(750);
    expect(bucket.spend(700, 6_000)).toBe(50);
    expect(bucket.left(7_000)).toBe(150);
    bucket.keep(7_000, 1_000_000);
    expect(bucket.left(1_000_000)).toBe(1_000);
  });

  test("of the time before nobody could spend no more than the burst is kept, and what is kept comes once", () => {
    const idle = new Bucket({ perSecond: 100, burst: 200 }, 0);
    idle.keep(60_000, 61_000);
    expect(idle.left(61_000)).toBe(300);
    const empty = new Bucket({ perSecond: 100, burst: 200 }, 0);
    empty.spend(200, 0);
    empty.keep(0, 1_000);
    expect(empty.left(1_000)).toBe(100);
  });

  test("a debt is paid off first, and is bounded", () => {
    const bucket = new Bucket({ perSecond: 10, burst: 20 }, 0);
    for (let i = 0; i < 1_000; i += 1) bucket.spend(1, 0);
    expect(bucket.spend(0, 0)).toBe(-40);
    expect([bucket.take(1, 4_000), bucket.take(1, 4_100)]).toEqual([false, true]);
  });
});

describe("F43 the pace of a session", () => {
  test("stays with the seat through new connections, and is each seat's own", () => {
    const ambient = heldAmbient();
    const pace = new Pace({ ...defaultLimits(), commandsPerSessionPerSecondMax: 2 }, ambient);
    const first = pace.ofSeat("ABCDEF", 1);
    for (let i = 0; i < 10; i += 1) first.take(1, 0);
    expect(pace.ofSeat("ABCDEF", 1).take(1, 0)).toBe(false);
    expect([pace.ofSeat("ABCDEF", 2).take(1, 0), pace.ofSeat("ABCDEF", null).take(1, 0), pace.fresh().take(1, 0)]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe("SAFETY 19: overload", () => {
  const kinds: readonly Work[] = ["create", "join", "watch", "tap"];
  const refusedAt = (lagMs: number, queueDepth: number) => {
    const overload = new Overload({ limits: { loopLagShedMs: 200, storeQueueChangesMax: 8_000 }, queueDepth: () => queueDepth });
    overload.sample(lagMs);
    overload.sample(lagMs);
    return kinds.filter((kind) => overload.refuses(kind));
  };

  test.each([
    [0, 0, []],
    [199, 0, []],
    [200, 0, ["create"]],
    [400, 0, ["create", "join"]],
    [800, 0, ["create", "join", "watch"]],
    [1_600, 0, ["create", "join", "watch", "tap"]],
    [0, 999, []],
    [0, 1_000, ["create"]],
    [0, 2_000, ["create", "join"]],
    [0, 4_000, ["create", "join", "watch"]],
    [0, 8_000, ["create", "join", "watch", "tap"]],
  ])("a loop %i ms late and %i changes waiting refuse %j: creates first, taps last", (lagMs, depth, refused) => {
    expect(refusedAt(lagMs, depth)).toEqual(refused);
  });

  test("one long pause is no overload", () => {
    const overload = new Overload({ limits: { loopLagShedMs: 200, storeQueueChangesMax: 8_000 }, queueDepth: () => 0 });
    overload.sample(3_000);
    expect([overload.refuses("create"), overload.isLate]).toEqual([false, true]);
    overload.sample(0);
    expect([overload.refuses("create"), overload.isLate]).toEqual([false, false]);
    overload.sample(201);
    expect(overload.isLate).toBe(true);
  });
});

describe("L36 SAFETY 18: heartbeats", () => {
  function setUp() {
    const ambient = heldAmbient();
    let late = false;
    const setLate = (is: boolean): void => {
      late = is;
    };
    const heartbeat = new Heartbeat({ ambient, heartbeatMs: 1_600, isLate: () => late });
    const beats: ("beat" | "beatAnew")[] = [];
    const remove = heartbeat.add({ beat: () => void beats.push("beat"), beatAnew: () => void beats.push("beatAnew") });
    return { ambient, heartbeat, beats, remove, setLate };
  }

  test("everybody is pinged once per interval, not all at the same moment", async () => {
    const { ambient, heartbeat, beats } = setUp();
    const others = new Map<number, number>();
    const beat = (): void => void others.set(ambient.monotonicMs(), (others.get(ambient.monotonicMs()) ?? 0) + 1);
    for (let i = 0; i < 160; i += 1) heartbeat.add({ beat, beatAnew: beat });
    await ambient.advance(3_200);
    expect(beats).toEqual(["beat", "beat"]);
    expect([...others.values()]).toEqual(Array(32).fill(10));
  });

  test("while our own loop lags, and for one interval after, nobody is judged", async () => {
    const { ambient, beats, setLate } = setUp();
    await ambient.advance(1_600);
    setLate(true);
    await ambient.advance(1_600);
    setLate(false);
    await ambient.advance(4_800);
    expect(beats).toEqual(["beat", "beatAnew", "beatAnew", "beat", "beat"]);
  });

  test("who left is not pinged any more", async () => {
    const { ambient, beats, remove, heartbeat } = setUp();
    remove();
    await ambient.advance(3_200);
    expect(beats).toEqual([]);
    heartbeat.stop();
    expect(ambient.waiting()).toBe(0);
  });
});
