// Games past retention are forgotten, a little at a time: F13.
import { expect, test } from "vitest";
import { noAudit } from "../../lib/ops/audit.ts";
import { defaultLimits } from "../../lib/ops/config.ts";
import { roomObserver } from "../../lib/ops/room-observer.ts";
import { keepRetention } from "../../lib/ops/retention.ts";
import { Outages } from "../../lib/store/outages.ts";
import { memoryStore } from "../../lib/store/store-memory.ts";
import { Table } from "../store/table.ts";
import { heldAmbient } from "../support/held-ambient.ts";

const minute = 60_000;
const audit = noAudit();
const limits = { retentionFinishedMs: 30 * minute, retentionUntouchedMs: 100 * minute, retentionFeedbackMs: 60 * minute };

test("F13: finished games go after their time, untouched ones after theirs, and however many there are, in small portions", async () => {
  const start = 1_700_000_000_000;
  const ambient = heldAmbient(start);
  const store = memoryStore();
  for (let place = 0; place < 120; place += 1) await new Table(store, `DONE${place}`).step({ at: start, index: { status: "finished" } });
  await new Table(store, "PLAYED").step({ at: start, index: { status: "running" } });
  const portions: number[] = [];
  const kept = keepRetention({ store, audit, ambient, limits, onForgotten: (gameIds) => void portions.push(gameIds.length) });
  await ambient.advance(30 * minute);
  expect(portions).toEqual([]);
  await ambient.advance(2 * minute);
  expect(portions).toEqual([50, 50, 20]);
  expect(await store.counts()).toMatchObject({ running: 1, finished: 0 });
  await ambient.advance(80 * minute);
  expect(await store.load("PLAYED")).toEqual({ kind: "absent" });
  kept.cancel();
  expect(ambient.waiting()).toBe(0);
});

test("F13: as shipped a finished game is kept for 30 days, one that nobody touched for 7", async () => {
  const start = 1_700_000_000_000;
  const day = 24 * 60 * minute;
  const ambient = heldAmbient(start);
  const store = memoryStore();
  await new Table(store, "DONE").step({ at: start, index: { status: "finished" } });
  await new Table(store, "LEFT").step({ at: start, index: { status: "paused" } });
  const gone: (readonly [string, number])[] = [];
  const onForgotten = (gameIds: readonly string[]) => gone.push(...gameIds.map((id) => [id, (ambient.now() - start) / day] as const));
  const kept = keepRetention({ store, audit, ambient, limits: defaultLimits(), onForgotten });
  await ambient.advance(31 * day);
  kept.cancel();
  expect(gone.map(([id, days]) => `${id} after ${days.toFixed(1)} days`)).toEqual(["LEFT after 7.0 days", "DONE after 30.0 days"]);
});

test("what players wrote goes after its time, in small portions too, and as shipped after 365 days", async () => {
  const start = 1_700_000_000_000;
  const ambient = heldAmbient(start);
  const store = memoryStore();
  for (let place = 0; place < 120; place += 1) await store.saveFeedback({ at: start, gameId: null, text: `word ${place}` }, null);
  await store.saveFeedback({ at: start + 30 * minute, gameId: null, text: "later" }, null);
  const kept = keepRetention({ store, audit, ambient, limits, onForgotten: () => expect.unreachable() });
  const left = async () => (await store.feedback(null, 1_000)).items.length;
  await ambient.advance(60 * minute);
  expect(await left()).toBe(121);
  await ambient.advance(minute);
  expect(await left()).toBe(71);
  await ambient.advance(1_000);
  expect(await left()).toBe(1);
  await ambient.advance(40 * minute);
  expect(await left()).toBe(0);
  kept.cancel();
  expect(defaultLimits().retentionFeedbackMs).toBe(365 * 24 * 60 * minute);
});

test("F13: a game that is gone is no loss when it is past retention, and one otherwise", () => {
  const start = 1_700_000_000_000;
  const lost: string[] = [];
  const metrics = { versionStepsBack: { add: () => undefined } };
  const log = { error: ({ gameId }: { gameId: string }) => void lost.push(gameId) };
  const ambient = { now: () => start, monotonicMs: () => 0 };
  const observer = roomObserver({ metrics, log, ambient, config: { limits } } as unknown as Parameters<typeof roomObserver>[0]);
  observer.vanished("LEFT", { v: 9, at: start - 101 * minute, status: "paused" });
  observer.vanished("DONE", { v: 9, at: start - 31 * minute, status: "finished" });
  observer.vanished("LOST", { v: 9, at: start - 31 * minute, status: "paused" });
  observer.vanished("ENDED", { v: 9, at: start - 28 * minute, status: "finished" });
  expect(lost).toEqual(["LOST", "ENDED"]);
});

/** A store that answers an `expire` only when it is told to: `forgotten` is how many it found. */
function slowStore() {
  const waiting: ((forgotten: number) => void)[] = [];
  let calls = 0;
  return {
    calls: () => calls,
    answer: (forgotten: number) => waiting.shift()?.(forgotten),
    expire() {
      calls += 1;
      return new Promise<readonly string[]>((resolve) => waiting.push((forgotten) => resolve(Array.from({ length: forgotten }, String))));
    },
    expireFeedback: async () => 0,
    outages: new Outages(),
  };
}

test("F13: a backlog is worked off portion by portion, however many minutes it takes: the next look adds no second row of them", async () => {
  const ambient = heldAmbient();
  const store = slowStore();
  const kept = keepRetention({ store, audit, ambient, limits, onForgotten: () => undefined });
  await ambient.advance(10 * minute);
  expect(store.calls()).toBe(1);
  await ambient.advance(5 * minute);
  expect(store.calls()).toBe(1);
  store.answer(50);
  await ambient.advance(10_000);
  expect(store.calls()).toBe(2);
  await ambient.advance(5 * minute);
  expect(store.calls()).toBe(2);
  kept.cancel();
});

test("a look that was under way when the looking ended is the last one", async () => {
  const ambient = heldAmbient();
  const store = slowStore();
  const kept = keepRetention({ store, audit, ambient, limits, onForgotten: () => undefined });
  await ambient.advance(10 * minute);
  kept.cancel();
  store.answer(50);
  await ambient.advance(minute);
  expect(store.calls()).toBe(1);
  expect(ambient.waiting()).toBe(0);
});

test("a store that is not well does not end the looking", async () => {
  const ambient = heldAmbient();
  let calls = 0;
  const store = {
    async expire() {
      calls += 1;
      throw new Error("not now");
    },
    expireFeedback: async () => expect.unreachable(),
    outages: new Outages(),
  };
  const kept = keepRetention({ store, audit, ambient, limits, onForgotten: () => expect.unreachable() });
  await ambient.advance(12 * minute);
  expect(calls).toBe(3);
  kept.cancel();
});

test("nothing is forgotten for ten minutes after a start or a standstill, in which a machine may not have set its clock yet", async () => {
  const ambient = heldAmbient();
  const store = { ...slowStore(), expire: async () => void looks.push(ambient.monotonicMs()) as never };
  const looks: number[] = [];
  const from = ambient.monotonicMs();
  const kept = keepRetention({ store, audit, ambient, limits, onForgotten: () => undefined });
  await ambient.advance(9.5 * minute);
  expect(looks).toEqual([]);
  store.outages.stoodStill(ambient.now(), ambient.now());
  await ambient.advance(10 * minute);
  expect(looks).toEqual([]);
  await ambient.advance(minute);
  expect(looks.map((at) => at - from)).toEqual([20 * minute]);
  kept.cancel();
});

test.each([
  ["a look", 10 * minute, []],
  ["the next of a row of goes", 10 * minute + 250, [10 * minute]],
])("a standstill that is noticed only by %s holds it back: the time it was told may be the wrong one", async (_what, noticedAt, before) => {
  const held = heldAmbient();
  const from = held.monotonicMs();
  const looks: number[] = [];
  const expire = async () => Array.from({ length: looks.push(held.monotonicMs() - from) === 1 ? 50 : 0 }, String);
  const store = { ...slowStore(), expire };
  const now = () => {
    if (held.monotonicMs() - from >= noticedAt && store.outages.standstills === 0) store.outages.stoodStill(held.now(), held.now());
    return held.now();
  };
  const kept = keepRetention({ store, audit, ambient: { ...held, now }, limits, onForgotten: () => undefined });
  await held.advance(19 * minute);
  expect([store.outages.standstills, looks]).toEqual([1, before]);
  await held.advance(2 * minute);
  expect(looks.length).toBeGreaterThan(before.length);
  kept.cancel();
});

test("F46 old months of the audit log are looked for every hour until the looking ends, and not in ten minutes after a standstill: by a wrong clock a whole log would be old", async () => {
  const ambient = heldAmbient();
  const store = memoryStore();
  const hour = 60 * minute;
  const from = ambient.now();
  const asked: number[] = [];
  const expire = (now: number) => void asked.push((now - from) / hour);
  const kept = keepRetention({ store, audit: { expire }, ambient, limits, onForgotten: () => undefined });
  await ambient.advance(2 * hour);
  expect(asked).toEqual([1, 2]);
  await ambient.advance(hour - 5 * minute);
  store.outages.stoodStill(ambient.now(), ambient.now());
  await ambient.advance(5 * minute + hour);
  expect(asked).toEqual([1, 2, 4]);
  kept.cancel();
  await ambient.advance(2 * hour);
  expect(asked).toEqual([1, 2, 4]);
});
