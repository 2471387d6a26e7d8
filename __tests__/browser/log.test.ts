// The log of a game as the page reads it: a page at a time, over HTTP.
import { afterEach, expect, test, vi } from "vitest";
import { afterReading, fetchLog, LogReader, noLog } from "../../public/app/net/log.ts";

const pageSize = 3;
const change = (v: number) => ({ v, at: 1_000 * v, by: 1, command: "rename", events: [] });

afterEach(() => vi.unstubAllGlobals());

/** A server whose game has so many changes; gives what was asked of it. */
function served(changes: number, isWell = (_asked: number): boolean => true): readonly string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const after = Number(/after=(\d+)$/.exec(path)?.[1]);
    const part = Array.from({ length: Math.min(pageSize, changes - after) }, (_, at) => change(after + at + 1));
    const next = part.length < pageSize ? null : after + pageSize;
    return isWell(asked.length) ? Response.json({ changes: part, next }) : new Response("", { status: 503 });
  });
  return asked;
}

const versions = async (...of: Parameters<typeof fetchLog>) => (await fetchLog(...of))?.map(({ v }) => v);

test("a log is read page by page to its end, from where it is asked for, and no further than is asked for", async () => {
  const asked = served(7);
  expect(await versions("K7QX2M")).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(asked).toEqual([0, 3, 6].map((after) => `/api/games/K7QX2M/log?after=${after}`));
  expect(await versions("K7QX2M", { after: 5 })).toEqual([6, 7]);
  expect(await versions("K7QX2M", { pagesMax: 2 })).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a log of which a part cannot be read now is none: half of one would tell another game", async () => {
  served(7, (asked) => asked < 2);
  expect(await fetchLog("K7QX2M")).toBeNull();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no line")));
  expect(await fetchLog("K7QX2M")).toBeNull();
});

test("a log that grows is read on from what is known, and one that cannot be read on now is known as before", async () => {
  const reader = new LogReader();
  const read = async (v: number, gameId = "K7QX2M") => (await reader.read(gameId, v))?.length ?? null;
  served(7);
  expect(await read(7)).toBe(7);
  const asked = served(9, (count) => count !== 1);
  expect(await read(8)).toBeNull();
  // What one reads, the next one knows, however quickly they are asked for.
  expect(await Promise.all([read(8), read(9)])).toEqual([9, 9]);
  expect(asked).toEqual([7, 7].map((after) => `/api/games/K7QX2M/log?after=${after}`));
  // Another game, and one that a backup took back, are read from their beginning.
  expect([served(2), await read(2, "ZZZZZZ"), await read(1, "ZZZZZZ")]).toEqual([
    [0, 0].map((after) => `/api/games/ZZZZZZ/log?after=${after}`),
    2,
    2,
  ]);
});

test("a log that does not reach the change it is asked for yet, as where another instance tells it, is read on when it is asked for again", async () => {
  const reader = new LogReader();
  served(6);
  expect(await reader.read("K7QX2M", 7)).toBeNull();
  const asked = served(7);
  expect((await reader.read("K7QX2M", 7))?.map(({ v }) => v)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(asked).toEqual(["/api/games/K7QX2M/log?after=6"]);
});

test("a read that fails takes nothing away of what is shown, and what is shown of one game is not another's", () => {
  const shown = afterReading(noLog("K7QX2M"), "K7QX2M", [change(1)]);
  expect(afterReading(shown, "K7QX2M", null)).toEqual({ of: "K7QX2M", changes: [change(1)], isMissing: true });
  expect(afterReading(shown, "ZZZZZZ", null)).toEqual({ of: "ZZZZZZ", changes: null, isMissing: true });
});
