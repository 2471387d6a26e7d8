// Standstills of a server on a SQLite file: games say since when they stand still, in this life and in the next.
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realAmbient } from "../../lib/ops/ambient.ts";
import { dataFileName } from "../../lib/store/store-sqlite.ts";
import { eventually } from "../support/eventually.ts";
import { dropFolder, newFolder, openAt } from "./sqlite-folder.ts";
import { found, start, Table } from "./table.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => dropFolder(folder));

const outageOf = async (store: Awaited<ReturnType<typeof openAt>>, gameId: string) => (await found(store, gameId)).outageFrom;

describe("a server that stood still", () => {
  test("what changed before stands still since then, what changes afterwards does not, and the next server says the same", async () => {
    const first = await openAt(folder);
    const [before, touched] = [new Table(first, "AAAAAA"), new Table(first, "BBBBBB")];
    await before.step({ at: start + 10 });
    await touched.step({ at: start + 20 });
    expect(first.outages.standstills).toBe(0);
    first.outages.stoodStill(start + 1_000, start + 60_000);
    expect(first.outages.standstills).toBe(1);
    await touched.step({ at: start + 60_010 });
    expect([await outageOf(first, "AAAAAA"), await outageOf(first, "BBBBBB")]).toEqual([start + 1_000, null]);
    expect([start + 10, start + 1_000, start + 60_010].map((at) => first.outages.wasSince(at))).toEqual([true, true, false]);
    first.outages.stoodStill(start + 70_000, start + 90_000);
    await first.beat(start + 90_000);
    await first.close();
    const second = await openAt(folder);
    expect([await outageOf(second, "AAAAAA"), await outageOf(second, "BBBBBB")]).toEqual([start + 1_000, start + 70_000]);
    await second.close();
  });

  test("it stands in the file before any change that follows: a server that dies right after that was away all the same", async () => {
    const first = await openAt(folder);
    await new Table(first, "AAAAAA").step({ at: start + 10 });
    first.outages.stoodStill(start + 1_000, start + 60_000);
    await new Table(first, "BBBBBB").step({ at: start + 60_010 });
    await first.close();
    const second = await openAt(folder);
    expect(await outageOf(second, "AAAAAA")).toBe(start + 1_000);
    await second.close();
  });

  test("a disk that refuses to write it at that moment gets it with a later sign of life", async () => {
    const full = { at: "batch-begun", nth: 2, times: 1, action: { kind: "throw", code: "SQLITE_FULL" } } as const;
    const first = await openAt(folder, { failpoints: [full] });
    await new Table(first, "AAAAAA").step({ at: start + 10 });
    first.outages.stoodStill(start + 1_000, start + 60_000);
    expect(await outageOf(first, "AAAAAA")).toBe(start + 1_000);
    const isWritten = () =>
      first.beat(start + 61_000).then(
        () => true,
        () => null,
      );
    expect(await isWritten()).toBeNull();
    await eventually("there is room again", isWritten);
    await first.close();
    const second = await openAt(folder);
    expect(await outageOf(second, "AAAAAA")).toBe(start + 1_000);
    await second.close();
  });
});

describe("a store that could save nothing for a while", () => {
  test("says so, and since when, before it saves anything again: what was refused is not written, what follows knows of it", async () => {
    const full = { at: "batch-begun", nth: 2, times: 3, action: { kind: "throw", code: "SQLITE_FULL" } } as const;
    const told: { readonly fromAt: number; readonly untilAt: number; readonly saved: number }[] = [];
    let saved = 0;
    let now = start;
    const ambient = { ...realAmbient(), now: () => now };
    const onSaved = (fromAt: number, untilAt: number) => void told.push({ fromAt, untilAt, saved });
    const store = await openAt(folder, { failpoints: [full], ambient, onSaved });
    const table = new Table(store, "AAAAAA");
    now = start + 10;
    await table.step({ at: now });
    saved += 1;
    expect(told).toEqual([{ fromAt: start, untilAt: start + 10, saved: 0 }]);
    now = start + 20;
    await expect(store.commit(table.next({ at: now }))).rejects.toMatchObject({ kind: "unavailable" });
    now = start + 60_000;
    await eventually("there is room again", async () => store.health().ready || null);
    await table.step({ at: now });
    expect(told[1]).toEqual({ fromAt: start + 10, untilAt: start + 60_000, saved: 1 });
    await store.close();
  });

  test("beside a log that a reader keeps full nobody's tap is taken, and the store gives no sign of life: the next server begins where that did", async () => {
    const walBytesMax = 200_000;
    const told: number[] = [];
    let now = start;
    const ambient = { ...realAmbient(), now: () => now };
    const onSaved = (fromAt: number, untilAt: number) => void told.push(untilAt - fromAt);
    const store = await openAt(folder, { ambient, onSaved, limits: { walBytesMax, walPagesMax: 1 } });
    const table = new Table(store, "AAAAAA");
    await table.step({ at: now });
    const reader = new Sqlite(join(folder, dataFileName), { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM games").get();
    await eventually("the log is full", async () => {
      await store.saveFeedback({ at: now, gameId: null, text: "word" }, null).catch(() => {});
      return store.health().ready ? null : true;
    });
    await expect(store.commit(table.next({ at: now }))).rejects.toMatchObject({ kind: "busy" });
    told.length = 0;
    now += 60_000;
    await expect(store.beat(now)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await store.due(now, 1)).toEqual([]);
    expect(told).toEqual([]);
    const file = new Sqlite(join(folder, dataFileName), { readonly: true });
    expect(file.prepare("SELECT alive_at FROM store").pluck().get()).toBe(start);
    file.close();
    reader.close();
    await eventually("the log is empty", async () => store.health().ready || null);
    expect(told[0]).toBe(60_000);
    await store.beat(now);
    await table.step({ at: now });
    await store.close();
  });

  test("a change that was being saved all that time stands still since it was made, in this life and in the next", async () => {
    const first = await openAt(folder);
    await new Table(first, "AAAAAA").step({ at: start + 2_000 });
    first.outages.stoodStill(start + 1_000, start + 60_000);
    await new Table(first, "BBBBBB").step({ at: start + 60_000 });
    expect([await outageOf(first, "AAAAAA"), await outageOf(first, "BBBBBB")]).toEqual([start + 2_000, null]);
    await first.beat(start + 61_000);
    await first.close();
    const second = await openAt(folder);
    expect(await outageOf(second, "AAAAAA")).toBe(start + 2_000);
    await second.close();
  });
});
