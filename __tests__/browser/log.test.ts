// The log of a game as the page reads it: a page at a time, over HTTP.
import { afterEach, expect, test, vi } from "vitest";
import { fetchLog } from "../../public/app/net/log.ts";

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
