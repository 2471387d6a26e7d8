// SAFETY 19 on a whole server: as its event loop falls behind, or its store's queue fills, work is refused in one order, and what is
// let through is done.
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { type RunningServer, startRunningServer } from "../support/running-server.ts";
import { connectTable, seatTable, type TableClient } from "../support/table-client.ts";

const works = ["create", "join", "watch", "tap"] as const;
type Work = (typeof works)[number];

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Probes {
  /** What is refused as busy now; what is not refused within `waitMs` was let through. */
  refused(waitMs: number): Promise<readonly Work[]>;
  close(): void;
}

/** One client for each kind of work. */
async function openProbes(port: number): Promise<Probes> {
  const { gameId, players } = await seatTable(port, 2);
  const [player, maker, comer, watcher] = [players[0] as TableClient, ...(await Promise.all([1, 2, 3].map(() => connectTable(port))))];
  await watcher?.request("join", { gameId });
  const asks: Readonly<Record<Work, readonly [TableClient | undefined, string, object]>> = {
    create: [maker, "create", { settings: { playerCount: 2 } }],
    join: [comer, "join", { gameId }],
    watch: [watcher, "sync", {}],
    tap: [player, "rollDice", { sides: 6 }],
  };
  async function isRefused(work: Work, waitMs: number): Promise<boolean> {
    const [client, type, data] = asks[work];
    const answer = await Promise.race([client?.request(type, data), pause(waitMs)]);
    if (answer?.type === "error") expect(answer.data).toMatchObject({ code: "busy", retry: true });
    return answer?.type === "error";
  }
  return {
    async refused(waitMs) {
      const outcomes = await Promise.all(works.map(async (work) => [work, await isRefused(work, waitMs)] as const));
      return outcomes.filter(([, refused]) => refused).map(([work]) => work);
    },
    close() {
      for (const client of [...players, maker, comer, watcher]) client?.cut();
    },
  };
}

describe("SAFETY 19: creates are refused first, then joins, then spectators, taps last", () => {
  let server: RunningServer;
  let probes: Probes;
  async function start(env: Readonly<Record<string, string>>): Promise<void> {
    server = await startRunningServer({ env });
    probes = await openProbes(server.port);
  }
  const nothingIsRefused = () => expect.poll(() => probes.refused(2_000), { timeout: 10_000 }).toEqual([]);
  afterEach(async () => {
    probes.close();
    await server.dispose();
  });

  test("as the event loop falls behind", async () => {
    await start({ LIMIT_LOOP_LAG_SHED_MS: "100" });
    await nothingIsRefused();
    /** The whole process stands still again and again, as if something else had the machine. */
    const stalls = async (stallMs: number): Promise<void> => {
      for (const until = performance.now() + Math.max(1_500, 3 * stallMs); performance.now() < until; ) {
        server.signal("SIGSTOP");
        await pause(stallMs);
        server.signal("SIGCONT");
        await pause(60);
      }
    };
    for (const [at, stallMs] of [150, 300, 600, 1_200].entries()) {
      const seen: (readonly Work[])[] = [];
      // A busy machine may be late to ask, when the stalls are over and forgotten: then they begin again.
      const refused = async (): Promise<readonly Work[]> => {
        await stalls(stallMs);
        seen.push(await probes.refused(2_000));
        return seen.at(-1) ?? [];
      };
      await expect.poll(refused, { timeout: 30_000, interval: 0 }).toContain(works[at]);
      process.stderr.write(`refused at stalls of ${stallMs} ms: ${JSON.stringify(seen)}\n`);
      // It adds delays of its own too, so more may be refused than the stalls alone would; never out of order.
      for (const those of seen) expect(those).toEqual(works.slice(0, those.length));
    }
    await nothingIsRefused();
  });

  test("as the store's queue fills", async () => {
    // The loop's own delay decides nothing here, however busy the machine is.
    const queueMax = 32;
    const ownRequests = 2;
    const queue = { LIMIT_STORE_QUEUE_CHANGES: String(queueMax), LIMIT_STORE_BATCH_CHANGES: String(queueMax) };
    await start({ ...queue, LIMIT_LOOP_LAG_SHED_MS: "60000" });
    const tables: TableClient[] = [];
    for (let i = 0; i < 33; i += 1) {
      const client = await connectTable(server.port);
      await client.request("create", { settings: { playerCount: 2 } });
      await client.request("claim", { playerId: 1 });
      tables.push(client);
    }
    const seen: (readonly Work[])[] = [];
    for (const waiting of [0, 4, 8, 16, 32]) {
      const other = new Database(join(server.dataDir, "games.db"));
      other.exec("BEGIN IMMEDIATE");
      const taps = tables.slice(0, waiting).map((client) => client.request("rollDice", { sides: 6 }));
      // Looked at twice a second. Well before the store gives up, which is after about two seconds.
      await pause(800);
      seen.push(await probes.refused(150));
      other.exec("ROLLBACK");
      other.close();
      const answers = await Promise.all(taps);
      const refused = answers.filter(({ type }) => type !== "ack");
      expect(refused.every(({ data }) => data.code === "busy")).toBe(true);
      // A beat and a sweep of the server's own may wait too, and take the last places of the queue.
      expect(refused.length).toBeLessThanOrEqual(Math.max(0, waiting + ownRequests - queueMax));
      await nothingIsRefused();
    }
    process.stderr.write(`refused with 0, 4, 8, 16, 32 of 32 changes waiting: ${JSON.stringify(seen)}\n`);
    expect(seen).toEqual([[], ["create"], ["create", "join"], ["create", "join", "watch"], ["create", "join", "watch", "tap"]]);
    for (const client of tables) client.cut();
  });
});
