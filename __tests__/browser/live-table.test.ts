// The operator's table of games: what it shows when the line is lost, and of games that are gone.
import { expect, test } from "vitest";
import type { GameRow } from "../../lib/protocol/admin-rows.ts";
import { followGames } from "../../public/admin/follow.ts";
import { fakeEnv } from "./support/fake-env.ts";

const row = (id: string, v = 1): GameRow => ({ id, name: id, status: "running", v, seats: 2, seatsFree: 0, viewers: 0, updatedAt: v });
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A server with a list and a line, and the operator's table. */
function scene(games: string[]) {
  const { after, jitter, pass } = fakeEnv();
  const stop = new AbortController();
  const table = new Map<string, number>();
  const said: string[] = [];
  const lines: { take(rows: readonly GameRow[]): void; end(): void; fail(error: Error): void }[] = [];
  let lists = 0;
  const follows = {
    list: async (take: (rows: readonly GameRow[]) => void) => {
      lists += 1;
      take(games.map((id) => row(id)));
      return new Set(games);
    },
    live: (take: (rows: readonly GameRow[]) => void) => new Promise<void>((end, fail) => void lines.push({ take, end, fail })),
    table: {
      update: (rows: readonly GameRow[]) => {
        for (const { id, v } of rows) table.set(id, v);
      },
      remove: (ids: readonly string[]) => {
        for (const id of ids) table.delete(id);
      },
    },
    say: (problem: string) => void said.push(problem),
    isFinal: (error: unknown) => error instanceof RangeError,
    after,
    jitter,
  };
  const over = followGames(follows, stop.signal);
  const later = async (ms: number) => {
    pass(ms);
    await settled();
  };
  return { games, table, said, lines, stop, over, later, lists: () => lists };
}

test.for([
  { how: "ends in order", lose: (line: { end(): void }) => line.end() },
  { how: "is cut", lose: (line: { fail(error: Error): void }) => line.fail(new TypeError("network error")) },
])("a line that $how is said, and begun again by itself, later each time", async ({ lose }) => {
  const { games, table, said, lines, later, lists } = scene(["A"]);
  await settled();
  expect([lines.length, said.at(-1)]).toEqual([1, ""]);
  lose(lines[0] as never);
  games.push("B");
  await settled();
  expect(said.at(-1)).toMatch(/tried again/);
  await later(250);
  expect([lines.length, said.at(-1), [...table.keys()]]).toEqual([2, "", ["A", "B"]]);
  lose(lines[1] as never);
  await settled();
  await later(250);
  expect(lines).toHaveLength(2);
  await later(250);
  expect(lines).toHaveLength(3);
  // Left to itself it looks at the list now and then, and once each time, however often the line was lost.
  const before = lists();
  await later(60_000);
  expect(lists()).toBe(before + 1);
});

test("games that are gone leave the table; what changed stays, and a list that is older than it takes nothing back", async () => {
  const { games, table, lines, later } = scene(["A", "B"]);
  await settled();
  lines[0]?.take([row("A", 7), row("C", 3)]);
  games.splice(0, 2, "A");
  for (let minute = 0; minute < 2; minute += 1) {
    lines[0]?.take([row("C", 4 + minute)]);
    await later(60_000);
  }
  expect([...table]).toEqual([
    ["A", 7],
    ["C", 5],
  ]);
});

test("who may not look is told, and does not ask again; who has left hears nothing more", async () => {
  const refused = scene(["A"]);
  await settled();
  refused.lines[0]?.fail(new RangeError("This needs the admin token."));
  await refused.over;
  expect(refused.said.at(-1)).toBe("This needs the admin token.");
  const left = scene(["A"]);
  await settled();
  left.stop.abort();
  left.lines[0]?.fail(new TypeError("aborted"));
  await left.over;
  expect([left.said, left.lines.length]).toEqual([[""], 1]);
});
