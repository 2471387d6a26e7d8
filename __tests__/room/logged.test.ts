// What a room asks of the log after an outcome that was not told, and after changes that it did not show.
import { describe, expect, test } from "vitest";
import { missedDismissals, sentAgain } from "../../lib/room/logged.ts";
import type { Commit, StoredChange } from "../../lib/store/store.ts";

const commit = { gameId: "AAAAAA", expectedV: 4, hash: "ours", at: 50 } as Commit;
const row = (wish: Partial<StoredChange>) => ({ v: 5, hash: "ours", at: 50, change: "", prevHash: "", state: null, ...wish });

describe("a commit whose outcome was not told", () => {
  test.each([
    ["it stands in the log", 0, row({})],
    ["nothing stands there", 1, null],
    ["another change stands there", 1, row({ hash: "theirs" })],
    ["the same change stands there, made by another instance at another time", 1, row({ at: 51 })],
    ["the change that stands there has another version", 1, row({ v: 6 })],
  ])("when %s: sent again %i times", async (_when, times, logged) => {
    const sent: Commit[] = [];
    const store = {
      changes: async () => (logged === null ? [] : [logged]),
      commit: async (one: Commit) => {
        sent.push(one);
        return { kind: "conflict" } as const;
      },
    };
    expect(await sentAgain(store, commit)).toEqual({ kind: times === 0 ? "ok" : "conflict" });
    expect(sent).toHaveLength(times);
  });
});

describe("who had to go in changes that were not shown", () => {
  /** Each change says by its dismissal which one it is. */
  const log = {
    changes: async (_gameId: string, afterV: number, limit: number) =>
      Array.from({ length: limit }, (_, place) =>
        row({ v: afterV + 1 + place, change: JSON.stringify({ dismissals: [{ viewerId: `v${afterV + 1 + place}`, reason: "kicked" }] }) }),
      ),
  };
  const gone = async (shownV: number | null, v: number) =>
    (await missedDismissals(log, "AAAAAA", { shownV, v })).map(({ viewerId }) => viewerId);

  test("is told of the changes above what was shown, and of none when nothing was shown that still holds", async () => {
    expect(await gone(3, 5)).toEqual(["v4", "v5"]);
    expect(await gone(null, 5)).toEqual([]);
  });

  test("is looked for in 500 changes, not further back", async () => {
    const found = await gone(1, 1_000);
    expect([found.length, found.at(0), found.at(-1)]).toEqual([500, "v501", "v1000"]);
  });
});
