// A class on Redis, which keeps the newest changes of a game alone: what the host's file of answers can hold then.
import { afterEach, expect, test } from "vitest";
import { fileOf } from "../../public/app/chsh/model/rounds.ts";
import type { LoggedChange } from "../../public/app/model/logged.ts";
import { TestRedis } from "../redis/redis-server.ts";
import { lacks } from "../support/programs.ts";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";

/** Changes that Redis keeps at least; it lets go of older ones in pieces. */
const keptMin = 300;
const unhurried = { LIMIT_FRAMES_PER_SECOND: "10000", LIMIT_COMMANDS_PER_SESSION: "10000", LIMIT_COMMANDS_PER_GAME: "10000" };

const opened: { dispose(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.dispose();
});

/** The whole log, as the page reads it. */
async function logOf({ url }: RunningServer, gameId: string): Promise<readonly LoggedChange[]> {
  const changes: LoggedChange[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const answer = await fetch(`${url}/api/games/${gameId}/log?after=${after}`);
    const page = (await answer.json()) as { readonly changes: readonly LoggedChange[]; readonly next: number | null };
    changes.push(...page.changes);
    after = page.next;
  }
  return changes;
}

test.skipIf(lacks("redis-server"))(
  "CS16 on Redis the file of a long class is cut, and says so; a short one, and one begun anew, is whole",
  async () => {
    const redis = await TestRedis.start();
    opened.push({ dispose: () => redis.end() });
    const server = await startRunningServer({ env: { REDIS_URL: redis.url, LIMIT_HISTORY_CHANGES: String(keptMin), ...unhurried } });
    opened.push(server);
    const [host, first, second] = [await connectTable(server.port), await connectTable(server.port), await connectTable(server.port)];
    await host.request("create", { game: "chsh" });
    const { gameId } = host.heard.find(({ type }) => type === "claimed")?.data ?? {};
    for (const client of [first, second]) await client.request("join", { gameId });
    await first.request("createTeam", { name: "Bell" });
    await second.request("joinTeam", { teamId: 1 });
    await host.request("start");
    let round = 0;
    const play = async (rounds: number): Promise<void> => {
      for (let count = 0; count < rounds; count += 1) {
        round += 1;
        for (const client of [first, second]) expect((await client.request("answer", { round, answer: true })).type).toBe("ack");
      }
    };
    const file = async () => {
      const { csv, isCut } = fileOf(await logOf(server, gameId), []);
      return { rounds: (csv.trim().split("\r\n").length - 1) / 2, isCut };
    };
    await play(10);
    expect(await file()).toEqual({ rounds: 10, isCut: false });
    await play(4 * keptMin);
    const long = await file();
    expect(long.isCut).toBe(true);
    expect(long.rounds).toBeLessThan(10 + 4 * keptMin);
    await host.request("reset");
    expect(await file()).toEqual({ rounds: 0, isCut: false });
    for (const client of [host, first, second]) await client.close();
  },
  60_000,
);
