// Running clocks armed by an instance that dies: who else settles them, how late, and how often.
import { historyKey } from "../../lib/store/redis-keys.ts";
import type { RunningServer } from "../support/running-server.ts";
import { connectTable } from "../support/table-client.ts";
import { eventually, startInstances } from "./instances.ts";
import type { TestRedis } from "./redis-server.ts";

export interface ClockFigures {
  readonly games: number;
  readonly expiries: number;
  /** Games that did not expire exactly once. */
  readonly wrong: number;
  readonly lateMsP50: number;
  readonly lateMsP99: number;
  readonly lateMsMax: number;
  /** The control: the worst delay of a timer in this process, which does nothing else meanwhile. */
  readonly machineLateMsMax: number;
}

const hosts = 10;
/** Creating them all as fast as it goes may hold a slow machine's loop: what is refused for that is not looked at here. */
const env = { LIMIT_LOOP_LAG_SHED_MS: "60000" };

/** Starts `count` clocks through one of three instances, kills it, and waits until all have expired within `spreadMs` of each other. */
export async function takeOverClocks(redis: TestRedis, count: number, spreadMs: number): Promise<ClockFigures> {
  const servers = await startInstances(3, redis.url, { env });
  const [armed] = servers;
  try {
    const deadlines = await armClocks(armed as RunningServer, count, spreadMs);
    const first = Math.min(...deadlines.values());
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, first - Date.now() - 500)));
    await armed?.kill();
    return await judge(redis, deadlines);
  } finally {
    await Promise.all(servers.map((server) => server.dispose()));
  }
}

/** Deadlines by game. All fall into one window that begins when everything has been set up. */
async function armClocks(server: RunningServer, count: number, spreadMs: number): Promise<Map<string, number>> {
  const deadlines = new Map<string, number>();
  const leadMs = 4_000 + count * 6;
  const windowAt = Date.now() + leadMs;
  const arm = async (host: number) => {
    const client = await connectTable(server.port);
    for (let place = host; place < count; place += hosts) {
      const wishAt = windowAt + Math.floor((place * spreadMs) / count);
      const since = client.heard.length;
      await client.request("create", {
        settings: { playerCount: 2, onTimeout: "choice", initialTime: Math.max(1_000, wishAt - Date.now()) },
      });
      const created = await client.next("claimed", since);
      await client.request("start");
      const running = client.heard.findLast((message) => message.type === "state" && message.data.status === "running");
      const { serverTime, players } = running?.data ?? {};
      deadlines.set(created.data.gameId, serverTime + players[0].timeRemaining);
    }
    return client;
  };
  await Promise.all(Array.from({ length: hosts }, (_, host) => arm(host)));
  return deadlines;
}

interface Change {
  readonly events: readonly { readonly type: string }[];
}

async function judge(redis: TestRedis, deadlines: ReadonlyMap<string, number>): Promise<ClockFigures> {
  const inside = await redis.client();
  const expiriesOf = async (gameId: string) => {
    const rows = await inside.xrange(historyKey(gameId), "-", "+");
    const changes = rows.map(([, fields]) => ({ at: Number(fields[1]), change: JSON.parse(fields[7] ?? "{}") as Change }));
    return changes.filter(({ change }) => change.events.some((event) => event.type === "timeout")).map(({ at }) => at);
  };
  const all = async () => Promise.all([...deadlines.keys()].map(expiriesOf));
  // Nobody looks until all should be over: reading 1,000 logs again and again would be load of its own.
  const machineLateMsMax = await watchTimers(Math.max(...deadlines.values()) + 1_200);
  await eventually("all clocks have expired", async () => (await all()).every((at) => at.length > 0), 15_000);
  const expiries = await all();
  inside.disconnect();
  const late = [...deadlines.values()].map((deadline, place) => (expiries[place]?.[0] ?? Number.POSITIVE_INFINITY) - deadline);
  late.sort((a, b) => a - b);
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0;
  return {
    games: deadlines.size,
    expiries: expiries.flat().length,
    wrong: expiries.filter((times) => times.length !== 1).length,
    lateMsP50: at(0.5),
    lateMsP99: at(0.99),
    lateMsMax: at(1),
    machineLateMsMax,
  };
}

/** Until the wall clock shows `untilAt`: how late a timer of 20 ms was at worst, ms. */
async function watchTimers(untilAt: number): Promise<number> {
  const everyMs = 20;
  let worst = 0;
  while (Date.now() < untilAt) {
    const startedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    worst = Math.max(worst, performance.now() - startedAt - everyMs);
  }
  return Math.round(worst);
}
